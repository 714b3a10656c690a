import type { MessageRow } from "../../store/store.ts";
import type { MessageFilter } from "../../store/filter.ts";
import type { StatusCounts, TallyRow } from "../../store/tally.ts";
import type { TimeRange } from "../../time/time-range.ts";
import { isFailure } from "../../twilio/status.ts";
import { HOUR_MS, MINUTE_MS, type Ledger } from "./rule.ts";
import type { Each, Scope } from "./scope.ts";

/** Messages of some time. */
export type Counted = {
  readonly messages: number;
  /** With a final status. */
  readonly finished: number;
  /** Failed or undelivered; if the scope has codes, with one of these. */
  readonly failed: number;
};

/** How many of the newest matching messages are read to evaluate a rule, and for a preview. */
export const SAMPLE_MAX = 200;
const PREVIEW_SAMPLE_MAX = 2_000;
/** Rows of counts that a preview reads; beyond, it covers less time. */
const PREVIEW_ROWS_MAX = 100_000;

/** Messages by when they were first seen, for each key that a rule watches separately. */
export type Counts = {
  readonly keys: () => Iterable<string>;
  /** Those first seen in [from, to); the ends are rounded down to whole steps. */
  readonly sum: (key: string, range: TimeRange) => Counted;
  readonly stepMs: number;
  /** Set when only the newest messages were read, or there was too much to read: since when it counts. */
  readonly knownSince: number | undefined;
  readonly isSample: boolean;
  /** False if there are so many senders that none were read. */
  readonly isWhole: boolean;
};

/**
 * Reads the counts of a range: as one sum, or step by step for a preview: by the minute where
 * these are kept, and otherwise by the hour.
 */
export function readCounts(
  ledger: Ledger,
  scope: Scope,
  each: Each,
  range: TimeRange,
  isPreview: boolean,
): Promise<Counts> {
  if (scope.isSample) return sampled(ledger, scope, each, range, isPreview);
  if (isPreview) return bySpan(ledger, scope, each, range);
  return summed(ledger, scope, each, range);
}

type Rollup = Scope & { readonly isSample: false };

async function summed(
  ledger: Ledger,
  { by, includes, codes }: Rollup,
  each: Each,
  range: TimeRange,
): Promise<Counts> {
  const series = new SeriesByKey();
  let isWhole = true;
  if (each === "sender") {
    const { rows, coverage } = await ledger.topSenders({ range, of: "lost" });
    isWhole = coverage !== "none";
    series.addRows(rows.filter(includes), each, undefined);
  } else {
    const rows = await ledger.tally({ range, ...(by && { by }) });
    series.addRows(rows.filter(includes), each, codes);
    for (const errorCode of codes ?? [])
      series.addFailures(
        (await ledger.tally({ range, errorCode, ...(by && { by }) })).filter(
          includes,
        ),
        each,
      );
  }
  return series.counts({
    stepMs: MINUTE_MS,
    knownSince: undefined,
    isSample: false,
    isWhole,
  });
}

/** Days are read one by one, newest first, until there are too many rows. */
async function bySpan(
  ledger: Ledger,
  { by, includes, codes }: Rollup,
  each: Each,
  { from, to }: TimeRange,
): Promise<Counts> {
  const stepMs = by === undefined && codes === undefined ? MINUTE_MS : HOUR_MS;
  const series = new SeriesByKey();
  let end = to;
  for (let rows = 0; end > from && rows < PREVIEW_ROWS_MAX;) {
    const start = Math.max(
      from,
      Math.floor((end - 1) / (24 * HOUR_MS)) * 24 * HOUR_MS,
    );
    const asked = {
      range: { from: start, to: end },
      spanMs: stepMs,
      ...(by && { by }),
    };
    const read = await ledger.tally(asked);
    series.addRows(read.filter(includes), each, codes);
    rows += read.length;
    for (const errorCode of codes ?? [])
      series.addFailures(
        (await ledger.tally({ ...asked, errorCode })).filter(includes),
        each,
      );
    end = start;
  }
  return series.counts({
    stepMs,
    knownSince: end > from ? end : undefined,
    isSample: false,
    isWhole: true,
  });
}

async function sampled(
  ledger: Ledger,
  { filter, codes }: Scope & { readonly isSample: true },
  each: Each,
  range: TimeRange,
  isPreview: boolean,
): Promise<Counts> {
  const { messages, knownSince } = await newestMessages(
    ledger,
    filter,
    range,
    isPreview ? PREVIEW_SAMPLE_MAX : SAMPLE_MAX,
  );
  const series = new SeriesByKey();
  for (const message of messages) series.addMessage(message, each, codes);
  return series.counts({
    stepMs: MINUTE_MS,
    knownSince,
    isSample: true,
    isWhole: true,
  });
}

/** Returns the newest messages that match, and since when these are all; undefined for the whole range. */
export async function newestMessages(
  ledger: Pick<Ledger, "listMessages">,
  filter: MessageFilter,
  { from, to }: TimeRange,
  max: number,
): Promise<{
  readonly messages: readonly MessageRow[];
  readonly knownSince: number | undefined;
}> {
  const inRange: MessageFilter = [
    ...filter,
    { field: "after", at: from, negated: false },
    { field: "before", at: to, negated: false },
  ];
  const messages: MessageRow[] = [];
  let olderThan: number | undefined;
  while (messages.length < max) {
    const page = await ledger.listMessages(inRange, {
      size: SAMPLE_MAX,
      ...(olderThan !== undefined && { olderThan }),
    });
    messages.push(...page.messages);
    if (page.older === undefined) return { messages, knownSince: undefined };
    if (page.lookedBackTo !== undefined)
      return { messages, knownSince: minuteAfter(page.lookedBackTo) };
    olderThan = page.older;
  }
  const oldest = messages.at(-1);
  return {
    messages,
    knownSince: oldest && minuteAfter(oldest.firstEventAt),
  };
}

function minuteAfter(at: number): number {
  return Math.ceil((at + 1) / MINUTE_MS) * MINUTE_MS;
}

/** Sums up to each time at which something was counted. */
class Series {
  readonly #times: number[] = [];
  readonly #sums: Counted[] = [];
  readonly #added = new Map<number, Counted>();

  add(at: number, counted: Counted): void {
    this.#times.length = 0;
    this.#added.set(at, plus(this.#added.get(at) ?? NONE, counted));
  }

  sum({ from, to }: TimeRange): Counted {
    if (this.#times.length === 0) this.#sumUp();
    return minus(this.#until(to), this.#until(from));
  }

  #sumUp(): void {
    this.#sums.length = 0;
    let sum = NONE;
    for (const [at, counted] of [...this.#added].toSorted(
      ([a], [b]) => a - b,
    )) {
      sum = plus(sum, counted);
      this.#times.push(at);
      this.#sums.push(sum);
    }
  }

  /** Everything counted before `end`. */
  #until(end: number): Counted {
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? 0) < end) low = middle + 1;
      else high = middle;
    }
    return this.#sums[low - 1] ?? NONE;
  }
}

const NONE: Counted = { messages: 0, finished: 0, failed: 0 };

function plus(a: Counted, b: Counted): Counted {
  return {
    messages: a.messages + b.messages,
    finished: a.finished + b.finished,
    failed: a.failed + b.failed,
  };
}

function minus(a: Counted, b: Counted): Counted {
  return {
    messages: a.messages - b.messages,
    finished: a.finished - b.finished,
    failed: a.failed - b.failed,
  };
}

class SeriesByKey {
  readonly #byKey = new Map<string, Series>();

  /** Adds rows of a tally; their failures only if no `codes` decide which ones count. */
  addRows(
    rows: readonly TallyRow[],
    each: Each,
    codes: readonly number[] | undefined,
  ): void {
    for (const row of rows) {
      const { messages, finished, failed } = countedOf(row.counts);
      const counted = { messages, finished, failed: codes ? 0 : failed };
      this.#add(keyOfRow(row, each), row.at, counted);
    }
  }

  /** Adds the failures of a tally of one code. */
  addFailures(rows: readonly TallyRow[], each: Each): void {
    for (const row of rows) {
      const { failed } = countedOf(row.counts);
      this.#add(keyOfRow(row, each), row.at, { ...NONE, failed });
    }
  }

  addMessage(
    message: MessageRow,
    each: Each,
    codes: readonly number[] | undefined,
  ): void {
    const { status, errorCode, firstEventAt } = message;
    const isCounted =
      codes === undefined || (errorCode !== null && codes.includes(errorCode));
    this.#add(
      keyOfMessage(message, each),
      Math.floor(firstEventAt / MINUTE_MS) * MINUTE_MS,
      {
        messages: 1,
        finished: status === "sent" ? 0 : 1,
        failed: isFailure(status) && isCounted ? 1 : 0,
      },
    );
  }

  #add(key: string | undefined, at: number, counted: Counted): void {
    if (key === undefined) return;
    const known = this.#byKey.get(key);
    const series = known ?? new Series();
    if (known === undefined) this.#byKey.set(key, series);
    series.add(at, counted);
  }

  counts(
    about: Pick<Counts, "stepMs" | "knownSince" | "isSample" | "isWhole">,
  ): Counts {
    const { stepMs } = about;
    const floor = (at: number): number => Math.floor(at / stepMs) * stepMs;
    return {
      ...about,
      keys: () => this.#byKey.keys(),
      sum: (key, { from, to }) =>
        this.#byKey.get(key)?.sum({ from: floor(from), to: floor(to) }) ?? NONE,
    };
  }
}

export function countedOf(counts: StatusCounts): Counted {
  const { sent, failed, undelivered, delivered, read } = counts;
  const lost = failed + undelivered;
  const finished = lost + delivered + read;
  return { messages: sent + finished, finished, failed: lost };
}

/** Undefined for messages that have none of what is watched one by one. */
function keyOfRow(row: TallyRow, each: Each): string | undefined {
  if (each === "all") return "";
  const key = each === "sender" ? row.id : row.key;
  return key === null || key === undefined ? undefined : `${each}:${key}`;
}

function keyOfMessage(message: MessageRow, each: Each): string | undefined {
  if (each === "all") return "";
  const key = {
    sender: message.senderId,
    country: message.country,
    service: message.messagingServiceSid,
    channel: message.channel,
  }[each];
  return key === null ? undefined : `${each}:${key}`;
}
