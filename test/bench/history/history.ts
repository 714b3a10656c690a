import { seededRandom, type Random } from "../../../src/simulation/random.ts";
import { BURST_CAMPAIGN, TRAFFIC } from "../../../src/simulation/traffic.ts";
import type { StoredEvent } from "../../../src/store/core/stored-event.ts";
import { messageMaker, type MessageMaker } from "./messages.ts";

export type HistoryWishes = {
  readonly messages: number;
  readonly days: number;
  /** When the days end: a whole minute, in milliseconds since 1970. */
  readonly until: number;
  readonly seed: number;
};

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** Relative volume per day of the week, starting with Thursday, as 1970 did. */
const DAYS_OF_WEEK = [1, 0.9, 0.5, 0.4, 1, 1.1, 1.05];
/** The average number of messages per recipient. */
export const MESSAGES_PER_RECIPIENT = 5;
/** How long a burst lasts, and its share of all messages. */
const BURST_MINUTES = 30;
const BURST_SHARE = 1 / 500;

export type HistoryTotals = {
  /** The number of messages with at least one event before the end. */
  readonly messages: number;
};

/**
 * Yields a history's events minute by minute, in the order in which they were received:
 * busy days, quiet nights, bursts. The same options make the same events. Messages of the
 * last seconds without an event before the end are left out.
 */
export function* historyByMinute(
  wishes: HistoryWishes,
): Generator<readonly StoredEvent[], HistoryTotals> {
  const random = seededRandom([wishes.seed, wishes.messages, wishes.days]);
  const minutes = wishes.days * DAY_MINUTES;
  const start = Math.floor(wishes.until / MINUTE_MS) - minutes;
  const maker = messageMaker(
    random,
    Math.ceil(wishes.messages / MESSAGES_PER_RECIPIENT),
  );
  const bursts = planBursts(random, wishes.messages, minutes, maker);
  const inBursts = bursts
    .values()
    .reduce((sum, each) => sum + each.messages, 0);
  const sent = createPace(random, start, minutes, wishes.messages - inBursts);
  /** Events that come after their message's minute. */
  const waiting = new Map<number, StoredEvent[]>();

  let messages = 0;

  for (let minute = 0; minute < minutes; minute++) {
    const send = (campaign?: string): void => {
      const sentAt = Math.floor((start + minute + random()) * MINUTE_MS);
      const events = maker.message(sentAt, campaign);
      if (events.some(({ receivedAt }) => receivedAt < wishes.until))
        messages++;
      for (const event of events) {
        const due = Math.floor(event.receivedAt / MINUTE_MS) - start;
        const others = waiting.get(due);
        if (others) others.push(event);
        else if (due < minutes) waiting.set(due, [event]);
      }
    };
    for (let n = sent(minute); n > 0; n--) send();
    const burst = bursts.get(minute);
    for (let n = burst?.messages ?? 0; n > 0; n--) send(burst?.campaign);
    const events = waiting.get(minute) ?? [];
    waiting.delete(minute);
    yield events.sort((a, b) => a.receivedAt - b.receivedAt);
  }
  return { messages };
}

/**
 * Returns a function that decides how many messages are sent in each minute, `messages` in
 * total.
 */
function createPace(
  random: Random,
  start: number,
  minutes: number,
  messages: number,
): (minute: number) => number {
  let total = 0;
  const until = Float64Array.from({ length: minutes }, (_, index) => {
    const time = start + index;
    const day = DAYS_OF_WEEK[Math.floor(time / DAY_MINUTES) % 7] ?? 1;
    const hour = TRAFFIC.hours[Math.floor((time % DAY_MINUTES) / 60)] ?? 1;
    return (total += day * hour * (0.5 + random()));
  });
  const sentUntil = (minute: number): number =>
    Math.round(((until[minute] ?? 0) / total) * messages);
  return (minute) => sentUntil(minute) - sentUntil(minute - 1);
}

type Burst = { readonly campaign: string; readonly messages: number };

/**
 * Plans campaigns that are sent in bursts: how many of their messages are sent in which
 * minute.
 */
function planBursts(
  random: Random,
  messages: number,
  minutes: number,
  { campaignRun }: Pick<MessageMaker, "campaignRun">,
): Map<number, Burst> {
  const bursts = new Map<number, Burst>();
  const perMinute = Math.ceil((messages * BURST_SHARE) / BURST_MINUTES);
  const burst = perMinute * BURST_MINUTES;
  for (
    let n = Math.floor((messages * TRAFFIC.burstShare) / burst);
    n > 0;
    n--
  ) {
    const campaign = campaignRun(BURST_CAMPAIGN);
    const start = Math.floor(random() * (minutes - BURST_MINUTES));
    for (let minute = start; minute < start + BURST_MINUTES; minute++)
      bursts.set(minute, { campaign, messages: perMinute });
  }
  return bursts;
}
