import type { AlertSeverity } from "../../store/alerts.ts";
import { duration } from "../../words/amounts.ts";
import { minuteWords } from "../../words/times.ts";
import type { Notice } from "../notice.ts";
import { oneLine } from "./text.ts";

export const SEVERITY_WORDS: Record<AlertSeverity, string> = {
  critical: "Critical",
  warning: "Warning",
  info: "Info",
};

/** Severity and state in a word or two: `Critical`, `Reminder: critical`, `Resolved`. */
export function standing({ kind, severity }: Notice): string {
  switch (kind) {
    case "firing":
      return SEVERITY_WORDS[severity];
    case "reminder":
      return `Reminder, ${SEVERITY_WORDS[severity].toLowerCase()}`;
    case "acknowledged":
      return "Acknowledged";
    case "resolved":
      return "Resolved";
    case "test":
      return "Test";
  }
}

/** The title with what it is, for a place that shows nothing else. */
export function heading(notice: Notice): string {
  return `${standing(notice)}: ${notice.title}`;
}

/** How serious a notice is, for a color. */
export type Tone = AlertSeverity | "good";

export function toneOf({ kind, severity }: Notice): Tone {
  if (kind === "resolved") return "good";
  return kind === "test" || kind === "acknowledged" ? "info" : severity;
}

/** As in the pages, where text has these colors on white. */
export const TONE_COLORS: Record<Tone, string> = {
  critical: "#b3261e",
  warning: "#8a4d00",
  info: "#3451b2",
  good: "#17713e",
};

/** `3 Nov 2026, 14:00 UTC`. */
export function whenWords(at: number): string {
  return `${minuteWords(at)} UTC`;
}

/** No service takes a longer address. */
const URL_LENGTH_MAX = 2_000;

/** The links that every service can show, at most `max`. */
export function linksOf({ links }: Notice, max = Infinity): Notice["links"] {
  return links
    .filter(
      ({ label, url }) =>
        oneLine(label) !== "" &&
        /^https?:\/\//.test(url) &&
        url.length <= URL_LENGTH_MAX,
    )
    .slice(0, max);
}

/** Longer than the first attempts at a service that doesn't respond take. */
const LATE_MS = 15 * 60_000;

/** The lines, and that the notice is late if it is: its numbers are of that time. */
export function linesAt(notice: Notice, now: number): readonly string[] {
  const lateMs = now - notice.at;
  return lateMs < LATE_MS
    ? notice.lines
    : [
        ...notice.lines,
        `This notice is from ${whenWords(notice.at)}; it was sent ${duration(lateMs)} later.`,
      ];
}
