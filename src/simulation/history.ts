import { planMessage, type PlannedCallback } from "./message-plan.ts";
import { between, pickWeighted, type Random } from "./random.ts";
import { BURST_CAMPAIGN, TRAFFIC } from "./traffic.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** How many messages a burst has, and how long it takes. */
const BURST_MESSAGES = 60;
const BURST_MS = 12 * MINUTE_MS;

/** A callback with the time it's posted, milliseconds since 1970. */
export type TimedCallback = PlannedCallback & { readonly at: number };

export type HistoryWishes = {
  readonly accountSid: string;
  /** Milliseconds since 1970; callbacks of the last messages may be after `to`. */
  readonly from: number;
  readonly to: number;
  readonly messages: number;
};

/** Returns made-up callbacks of a past period, in order of time: busy days, quiet nights, bursts. */
export function planHistory(
  random: Random,
  { accountSid, from, to, messages }: HistoryWishes,
): readonly TimedCallback[] {
  const inBursts = Math.floor(messages * TRAFFIC.burstShare);
  const sent: { at: number; campaign?: string }[] = [];
  while (sent.length < inBursts) {
    const start = timeOfDay(random, from, Math.max(from, to - BURST_MS));
    for (let i = 0; i < BURST_MESSAGES; i++) {
      const at = Math.min(to, start + random() ** 2 * BURST_MS);
      sent.push({ at, campaign: BURST_CAMPAIGN });
    }
  }
  while (sent.length < messages) sent.push({ at: timeOfDay(random, from, to) });
  return sent
    .flatMap(({ at, campaign }) => plannedAt(random, accountSid, at, campaign))
    .toSorted((a, b) => a.at - b.at);
}

/** The callbacks of a message that is sent at `sentAt`. */
export function plannedAt(
  random: Random,
  accountSid: string,
  sentAt: number,
  campaign?: string,
): readonly TimedCallback[] {
  const plan = planMessage(random, { accountSid, sentAt, campaign });
  return plan.map((each) => ({
    ...each,
    at: Math.round(sentAt + each.delayMs),
  }));
}

/** Picks a time in the range; busier hours of the day are likelier. */
function timeOfDay(random: Random, from: number, to: number): number {
  const hours = TRAFFIC.hours.map((weight, hour) => ({ weight, hour }));
  const firstDay = Math.floor(from / DAY_MS);
  const lastDay = Math.floor(to / DAY_MS);
  for (let tries = 0; tries < 100; tries++) {
    const day = Math.floor(between(random, firstDay, lastDay + 1));
    const { hour } = pickWeighted(random, hours);
    const at = day * DAY_MS + (hour + random()) * HOUR_MS;
    if (at >= from && at <= to) return at;
  }
  return between(random, from, to);
}
