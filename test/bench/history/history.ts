import { seededRandom, type Random } from "../../../src/simulation/random.ts";
import { BURST_CAMPAIGN, TRAFFIC } from "../../../src/simulation/traffic.ts";
import type { StoredEvent } from "../../../src/store/core/stored-event.ts";
import { messageMaker, type MessageMaker } from "./messages.ts";

export type HistoryWishes = {
  readonly messages: number;
  readonly days: number;
  /** Where the days end, a whole minute, in milliseconds since 1970. */
  readonly until: number;
  readonly seed: number;
};

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
/** How much is sent on each day of the week, from Thursday on, which 1970 began with. */
const DAYS_OF_WEEK = [1, 0.9, 0.5, 0.4, 1, 1.1, 1.05];
/** How many messages a recipient gets on average. */
export const MESSAGES_PER_RECIPIENT = 5;
/** How long a burst lasts, and which part of all messages is in one. */
const BURST_MINUTES = 30;
const BURST_SHARE = 1 / 500;

export type HistoryTotals = {
  /** Messages of which something was heard until the end. */
  readonly messages: number;
};

/**
 * A history's events minute by minute, in the order in which they were received: busy
 * days, quiet nights, bursts. The same wishes make the same events. Messages of the
 * last seconds, of which nothing was heard until the end, are not there.
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
  /** Events that come later than their message's minute. */
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

/** How many messages are sent in each minute, in all just `messages`. */
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

/** Campaigns that go out at once: what of them is sent in which minute. */
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
