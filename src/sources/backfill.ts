import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import type {
  BackfillDay,
  BackfillPage,
  OutcomeCounts,
} from "../store/twilio-reading.ts";
import { pause } from "../time/pause.ts";
import type { ApiMessage } from "../twilio/api-message.ts";
import type { ApiClient } from "../twilio-api/client.ts";
import { TwilioApiFault } from "../twilio-api/faults.ts";
import {
  readMessagesPage,
  type ApiMessagesPage,
} from "../twilio-api/messages.ts";
import { apiEvent } from "./api-event.ts";
import { cutByClock } from "../upkeep/retention.ts";
import { withoutErased } from "./erased.ts";
import { plannedDays } from "./backfill-plan.ts";
import { dayOf } from "./gmt-days.ts";
import { savePrices } from "./prices.ts";
import { countOutcomes, type MissedContext } from "./outcomes.ts";

const BEGIN_AFTER_MS = 5_000;
/** How often to check for days that are to be read. */
const CHECK_EVERY_MS = 5_000;
const AGAIN_AFTER_FAULT_MS = 300_000;
/** How often to note that a server is running. */
const NOTE_EVERY_MS = 60_000;
/**
 * How many messages are recorded at a time, in a commit that callbacks share, and how long to rest
 * then, in times of that: a page in one commit would make callbacks wait for all of it.
 */
const RECORDED_AT_ONCE = 20;
const REST_TIMES = 4;

export type Backfilling = {
  readonly client: ApiClient;
  readonly store: Pick<
    Stores,
    | "backfills"
    | "messageBySid"
    | "outcomeSources"
    | "prices"
    | "recordEvents"
    | "settled"
    | "suggest"
    | "upkeep"
  >;
  /** What is known of when a day's callbacks may have been missed. */
  readonly contextOf: (day: string) => Promise<MissedContext>;
  readonly log: Log;
  readonly now: () => number;
  /** 0 for no limit. */
  readonly retentionDays: number;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
  readonly beginAfterMs?: number;
};

/**
 * Reads from Twilio, day by day, what callbacks missed, until the server stops: each day that
 * is over, those in which no server was running, and those that `smsledger backfill` asks for.
 */
export async function keepBackfilling(backfilling: Backfilling): Promise<void> {
  const { store, log, now, stopping } = backfilling;
  await pause(backfilling.beginAfterMs ?? BEGIN_AFTER_MS, stopping);
  while (!stopping.aborted) {
    let rest = CHECK_EVERY_MS;
    try {
      await store.upkeep.exclusively(
        "backfill",
        (held) => readWantedDays({ ...backfilling, stopping: held }),
        stopping,
      );
    } catch (error) {
      if (stopping.aborted) return;
      if (error instanceof TwilioApiFault) {
        rest = AGAIN_AFTER_FAULT_MS;
        log.warn(`can't read messages from Twilio now. ${error.message}`);
        await noteFailure(store, now(), error.message);
      } else if (!(error instanceof StoreUnavailable)) {
        rest = AGAIN_AFTER_FAULT_MS;
        log.error(failureOf(error), "can't read messages from Twilio");
      }
    }
    await pause(rest, stopping);
  }
}

/** Reads all days that are to be read, oldest first. Rejects with TwilioApiFault or StoreUnavailable. */
export async function readWantedDays(backfilling: Backfilling): Promise<void> {
  const { store, log, now, stopping } = backfilling;
  await noteRunning(backfilling);
  for (;;) {
    const day = await store.backfills.next();
    if (day === undefined || stopping.aborted) return;
    if (day.day < firstKeptDay(backfilling)) {
      await store.backfills.addPage(day, anew(day), now());
      continue;
    }
    const isRead = await readPage(backfilling, day);
    await noteRunning(backfilling);
    if (!isRead) continue;
    const [read] = await store.backfills.days(day.day, day.day);
    const { messages, found, unreadable } = read ?? day;
    log.info(
      { day: day.day, messages, found, unreadable },
      "read a day's messages from Twilio",
    );
    if (read?.readAt != null) await noteFailure(store, now(), undefined);
  }
}

/** Notes that a server is running, and wants the days that it should read by itself. */
async function noteRunning(backfilling: Backfilling): Promise<void> {
  const { store, now } = backfilling;
  const known = await store.backfills.note();
  const { days, note, again } = plannedDays(
    known,
    now(),
    firstKeptDay(backfilling),
  );
  const isFresh =
    known !== undefined && Math.abs(now() - known.aliveAt) < NOTE_EVERY_MS;
  if (days.length > 0 || !isFresh)
    await store.backfills.want(days, now(), note, again);
}

/** The first day whose messages retention keeps; empty if it keeps all. */
function firstKeptDay({ now, retentionDays }: Backfilling): string {
  return retentionDays === 0 ? "" : dayOf(cutByClock(now(), retentionDays));
}

/** Keeps why reading failed, or that it didn't. */
async function noteFailure(
  { backfills }: Pick<Stores, "backfills">,
  at: number,
  reason: string | undefined,
): Promise<void> {
  const note = await backfills.note().catch(() => undefined);
  if (note === undefined || (note.failure === null && reason === undefined))
    return;
  const failure = reason === undefined ? null : { at, reason };
  await backfills.want([], at, { ...note, failure }).catch(() => undefined);
}

/** A page that Twilio doesn't know any more, as reading was interrupted for long, begins the day anew. */
async function fetchPage(
  { client, store, stopping }: Backfilling,
  day: BackfillDay,
): Promise<ApiMessagesPage> {
  const query = day.nextPage ?? undefined;
  try {
    return await readMessagesPage(client, day.day, query, stopping);
  } catch (error) {
    const isGone =
      error instanceof TwilioApiFault &&
      (error.kind === "refused" || error.kind === "not-found");
    if (isGone && query !== undefined)
      await store.backfills.addPage(day, anew(day), null);
    throw error;
  }
}

/** Takes back what was counted. */
function anew(day: BackfillDay): BackfillPage {
  const taken = (name: keyof OutcomeCounts): number => -day[name];
  return {
    messages: -day.messages,
    unreadable: -day.unreadable,
    found: -day.found,
    byCallback: taken("byCallback"),
    byStream: taken("byStream"),
    byBoth: taken("byBoth"),
    byApi: taken("byApi"),
    missedAway: taken("missedAway"),
    missedRefused: taken("missedRefused"),
    missedRejected: taken("missedRejected"),
    missedNoUrl: taken("missedNoUrl"),
    nextPage: null,
  };
}

/**
 * Reads and records one page of a day. Its events are on disk before the day says so: a page
 * that was interrupted is read again, and its events are known then. Returns whether it was
 * the last one.
 */
async function readPage(
  backfilling: Backfilling,
  day: BackfillDay,
): Promise<boolean> {
  const { store, now, stopping } = backfilling;
  const page = await fetchPage(backfilling, day);
  for (let at = 0; at < page.messages.length; at += RECORDED_AT_ONCE)
    await record(backfilling, page.messages.slice(at, at + RECORDED_AT_ONCE));
  if (stopping.aborted) return false;
  const known = await outcomesOf(backfilling, day, page.messages);
  if (stopping.aborted) return false;
  const isLast = page.next === undefined;
  await store.backfills.addPage(
    day,
    {
      messages: page.messages.length,
      unreadable: page.unreadable,
      ...known,
      nextPage: page.next ?? null,
    },
    isLast ? now() : null,
  );
  return isLast;
}

/** Records messages, and rests. */
async function record(
  { store, now, stopping }: Backfilling,
  messages: readonly ApiMessage[],
): Promise<void> {
  if (stopping.aborted) return;
  const begun = performance.now();
  const receivedAt = now();
  const events = messages.flatMap(
    (message) => apiEvent(message, receivedAt) ?? [],
  );
  if (events.length > 0)
    await store.recordEvents(await withoutErased(store, events));
  await savePrices(store, messages);
  await pause((performance.now() - begun) * REST_TIMES, stopping);
}

/**
 * How the outcomes of messages became known, once those that were just recorded can be read, and
 * how many events were missing: what the ledger has says so also after an interruption.
 * It rests like recording, as callbacks are answered on the same thread.
 */
async function outcomesOf(
  { store, contextOf, stopping }: Backfilling,
  { day, afterEventId }: BackfillDay,
  messages: readonly ApiMessage[],
): Promise<OutcomeCounts & Pick<BackfillDay, "found">> {
  await store.settled();
  const known = [];
  let found = 0;
  for (let at = 0; at < messages.length; at += RECORDED_AT_ONCE) {
    const begun = performance.now();
    for (const message of messages.slice(at, at + RECORDED_AT_ONCE)) {
      const { status, messageSid } = message;
      if (status === undefined) continue;
      const of = await store.outcomeSources(messageSid, afterEventId);
      known.push({ message, sources: of.sources });
      found += of.found;
    }
    await pause((performance.now() - begun) * REST_TIMES, stopping);
    if (stopping.aborted) break;
  }
  return { ...countOutcomes(known, await contextOf(day)), found };
}
