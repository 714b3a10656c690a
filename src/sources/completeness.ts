import type { BackfillDay, BackfillNote } from "../store/twilio-reading.ts";
import type { Stores } from "../store/stores.ts";
import { dayOf } from "./gmt-days.ts";
import { NO_OUTCOMES } from "./outcomes.ts";

const DAY_MS = 86_400_000;
/** How many days the overview's number is of. */
const SUMMED_DAYS = 7;

/** How many outcomes that Twilio has were received. */
export type Received = {
  readonly received: number;
  /** Only read from Twilio, although a callback should have come. */
  readonly missed: number;
};

/** Such outcomes of all days in a list that were read. */
export type ReceivedOfDays = Received & {
  /** The first and the last of them. */
  readonly from: string;
  readonly to: string;
};

/** Of a message that Twilio refused to create no callback comes, so it isn't missed. */
export function receivedOf({
  byCallback,
  byStream,
  byBoth,
  byApi,
  missedRejected,
}: Pick<BackfillDay, keyof typeof NO_OUTCOMES>): Received {
  return {
    received: byCallback + byStream + byBoth,
    missed: byApi - missedRejected,
  };
}

/** Sums up the days that were read, oldest first; undefined if none of them has outcomes. */
export function receivedOfDays(
  days: readonly BackfillDay[],
): ReceivedOfDays | undefined {
  const read = days.filter(({ readAt }) => readAt !== null);
  const [first, last] = [read[0], read.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  let [received, missed] = [0, 0];
  for (const day of read) {
    const of = receivedOf(day);
    received += of.received;
    missed += of.missed;
  }
  if (received + missed === 0) return undefined;
  return { received, missed, from: first.day, to: last.day };
}

/** `99.98%`, rounded down: all only if none is missing. */
export function receivedWords({ received, missed }: Received): string {
  if (missed === 0) return "100%";
  const share = received / (received + missed);
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)}%`;
}

/** How many of the last days' outcomes were received, of those days that were read; undefined without any. */
export async function receivedLately(
  { backfills }: Pick<Stores, "backfills">,
  now: number,
): Promise<ReceivedOfDays | undefined> {
  const from = dayOf(now - SUMMED_DAYS * DAY_MS);
  return receivedOfDays(await backfills.days(from, dayOf(now)));
}

export type CompletenessOfDays = {
  /** Newest first; those that were read, and those that are to be. */
  readonly days: readonly BackfillDay[];
  readonly sum: ReceivedOfDays | undefined;
  /** Why reading stopped the last time. */
  readonly failure: BackfillNote["failure"];
};

/** Reads what is known of how complete a number of days up to today are. */
export async function readCompleteness(
  { backfills }: Pick<Stores, "backfills">,
  now: number,
  days: number,
): Promise<CompletenessOfDays> {
  const oldestFirst = await backfills.days(
    dayOf(now - days * DAY_MS),
    dayOf(now),
  );
  return {
    days: oldestFirst.toReversed(),
    sum: receivedOfDays(oldestFirst),
    failure: (await backfills.note())?.failure ?? null,
  };
}

/** How many of a day's outcomes that only Twilio's API told have no likely cause. */
export function withoutCause({
  byApi,
  missedAway,
  missedRefused,
  missedRejected,
  missedNoUrl,
}: BackfillDay): number {
  return byApi - missedAway - missedRefused - missedRejected - missedNoUrl;
}
