import type { MessageRow } from "../../store/store.ts";
import type { StatusCounts, TallyRow } from "../../store/tally.ts";
import type { TimeRange } from "../../time/time-range.ts";
import { isFailure } from "../../twilio/status.ts";
import { MINUTE_MS } from "./rule.ts";
import type { Each } from "./scope.ts";

/** Messages of some time. */
export type Counted = {
  readonly messages: number;
  /** With a final status. */
  readonly finished: number;
  /** Failed or undelivered; if the scope has codes, with one of these. */
  readonly failed: number;
};

/** Messages by when they were first seen, for each key that a rule watches separately. */
export type Counts = {
  readonly keys: () => Iterable<string>;
  /** Those first seen in [from, to); the ends are rounded down to whole steps. */
  readonly sum: (key: string, range: TimeRange) => Counted;
  readonly stepMs: number;
  /** Set when only the newest messages were read, or there was too much to read: since when it counts. */
  readonly knownSince: number | undefined;
  readonly isSample: boolean;
  /** False if there are too many senders to read any. */
  readonly isWhole: boolean;
};

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

/** Collects counts, for each key that a rule watches separately. */
export class SeriesByKey {
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
