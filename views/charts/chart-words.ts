import { deliveryRate, type Outcomes } from "../../src/overview/outcomes.ts";
import type { TimeRange } from "../../src/time/time-range.ts";
import { countWords, percent } from "../../src/words/amounts.ts";
import { PARTS, type Part } from "./chart-shapes.ts";
import { spanWords } from "./chart-time.ts";
import { statusMeaning, statusWord } from "../parts/status.tsx";

/** A bar of a chart: the statuses of the messages first seen in a span. */
export type ChartBar = {
  readonly span: TimeRange;
  /** When it is. */
  readonly words: string;
  readonly outcomes: Outcomes;
  /** The same in words, which the chart and its table share. */
  readonly counts: Readonly<Record<keyof Outcomes, string>>;
  /** The list of these messages. */
  readonly href: string;
  /** The same part of the earlier period. */
  readonly earlier?: Outcomes | undefined;
};

export type Marked = {
  readonly words: string;
  readonly ranges: readonly TimeRange[];
};

export type ChartProps = {
  /** What it shows, e.g. `Messages per hour`. */
  readonly label: string;
  readonly bars: readonly ChartBar[];
  /** Whether to draw the delivery rate. */
  readonly hasRate: boolean;
  /** Times to set off, such as those of an alert, and what they're called. */
  readonly marked?: Marked | undefined;
  /** What the earlier period is called, if the bars have it. */
  readonly earlier?: string | undefined;
  /** The delivery rate to reach, 0 to 1. */
  readonly target?: number | undefined;
};

export const PART_WORDS: Record<Part, string> = {
  arrived: statusWord("delivered"),
  inFlight: "In flight",
  undelivered: statusWord("undelivered"),
  failed: statusWord("failed"),
};

/** What the labels mean, in terms of statuses. */
export const PART_MEANINGS: Record<Part, string> = {
  arrived: `${statusWord("delivered")} or ${statusWord("read").toLowerCase()}`,
  inFlight: `${statusWord("sent")}: ${lowered(statusMeaning("sent"))}`,
  undelivered: statusMeaning("undelivered"),
  failed: statusMeaning("failed"),
};

/** Returns the parts that a chart's bars have, from bottom to top. */
export function partsOf(bars: readonly ChartBar[]): readonly Part[] {
  return PARTS.filter((part) =>
    bars.some(({ outcomes }) => outcomes[part] > 0),
  );
}

export function countsInWords(outcomes: Outcomes): ChartBar["counts"] {
  const { messages, arrived, inFlight, undelivered, failed } = outcomes;
  return {
    messages: countWords(messages),
    arrived: countWords(arrived),
    inFlight: countWords(inFlight),
    undelivered: countWords(undelivered),
    failed: countWords(failed),
  };
}

/** When a bar is. */
export function barWords(span: TimeRange, now: number): string {
  const isUnderWay = span.from <= now && now < span.to;
  return `${spanWords(span)} UTC${isUnderWay ? " (so far)" : ""}`;
}

/** A bar's delivery rate in words; `rateCell` gives it for a table cell. */
export function rateWords(outcomes: Outcomes): string {
  const rate = deliveryRate(outcomes);
  return rate === undefined ? "none finished" : `${percent(rate)} delivered`;
}

/** `before: 1,204, 94.1% delivered`. */
export function earlierWords(outcomes: Outcomes): string {
  const rate = deliveryRate(outcomes);
  const delivered = rate === undefined ? "" : `, ${percent(rate)} delivered`;
  return `before: ${countWords(outcomes.messages)}${delivered}`;
}

export function rateCell(outcomes: Outcomes): string {
  const rate = deliveryRate(outcomes);
  return rate === undefined ? "–" : percent(rate);
}

function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
