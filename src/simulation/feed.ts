import { setTimeout as sleep } from "node:timers/promises";
import { plannedAt, type TimedCallback } from "./history.ts";
import { between, type Random } from "./random.ts";
import { BURST_CAMPAIGN } from "./traffic.ts";

const TICK_MS = 100;
const PAUSE_MS = 5_000;
/** Between two messages, on average. */
const MESSAGE_EVERY_MS = 500;
/** Between two bursts, on average. */
const BURST_EVERY_MS = 60_000;
const BURST_MESSAGES = { from: 15, to: 45 };
const BURST_MS = 4_000;

export type FeedDeps = {
  readonly random: Random;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly accountSid: string;
  /** Callbacks of earlier messages that are still due. */
  readonly pending: readonly TimedCallback[];
  readonly post: (callback: TimedCallback) => Promise<unknown>;
  readonly signal: AbortSignal;
};

/** Posts made-up callbacks at a lively pace, each when it's due, until the signal is aborted. */
export async function runFeed(deps: FeedDeps): Promise<void> {
  const { random, now, accountSid, signal } = deps;
  let waiting = [...deps.pending];
  const start = now();
  let nextMessageAt = start;
  let nextBurstAt = start + BURST_EVERY_MS / 6;
  const add = (sentAt: number, campaign?: string): void => {
    waiting.push(...plannedAt(random, accountSid, sentAt, campaign));
  };
  while (!signal.aborted) {
    const time = now();
    // After a pause, for example of a sleeping computer, nothing is caught up.
    nextMessageAt = Math.max(nextMessageAt, time - PAUSE_MS);
    while (nextMessageAt <= time) {
      add(nextMessageAt);
      nextMessageAt += wait(random, MESSAGE_EVERY_MS);
    }
    if (nextBurstAt <= time) {
      const messages = between(random, BURST_MESSAGES.from, BURST_MESSAGES.to);
      for (let i = 0; i < messages; i++)
        add(time + random() * BURST_MS, BURST_CAMPAIGN);
      nextBurstAt = time + wait(random, BURST_EVERY_MS);
    }
    const due = waiting.filter((each) => each.at <= time);
    waiting = waiting.filter((each) => each.at > time);
    await Promise.all(due.map(deps.post));
    await sleep(TICK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** Returns the time until the next random event, given the average milliseconds between events. */
function wait(random: Random, meanMs: number): number {
  return -Math.log(1 - random()) * meanMs;
}
