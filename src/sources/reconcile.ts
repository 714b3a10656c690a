import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { StoreUnavailable, type NewEvent } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import type { AskedMessage, DueMessage } from "../store/twilio-reading.ts";
import { pause } from "../time/pause.ts";
import type { ApiClient } from "../twilio-api/client.ts";
import { TwilioApiFault } from "../twilio-api/faults.ts";
import { readMessage } from "../twilio-api/messages.ts";
import type { ApiMessage } from "../twilio/api-message.ts";
import { apiEvent, isFinal } from "./api-event.ts";
import { withoutErased } from "./erased.ts";
import { savePrices } from "./prices.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const CHECK_EVERY_MS = MINUTE_MS;
const AGAIN_AFTER_FAULT_MS = 300_000;
/** How many messages are asked about before what Twilio said is recorded. */
const BATCH = 50;

/** How old a message in flight is when Twilio is asked about it. */
const ASKED_AT_AGE_MS = [
  15 * MINUTE_MS,
  HOUR_MS,
  4 * HOUR_MS,
  12 * HOUR_MS,
  24 * HOUR_MS,
  48 * HOUR_MS,
  72 * HOUR_MS,
] as const;
const AGE_MIN_MS = ASKED_AT_AGE_MS[0];
/** What is older isn't asked about for the first time. */
const AGE_MAX_MS = 72 * HOUR_MS;

export type Reconciling = {
  readonly client: ApiClient;
  readonly store: Pick<
    Stores,
    | "messageBySid"
    | "prices"
    | "reconciles"
    | "recordEvents"
    | "settled"
    | "suggest"
    | "upkeep"
  >;
  readonly log: Log;
  readonly now: () => number;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
};

/**
 * Asks Twilio about messages that still have no final status, until the server stops: after
 * 15 minutes, then at growing intervals up to three days.
 */
export async function keepReconciling(reconciling: Reconciling): Promise<void> {
  const { store, log, stopping } = reconciling;
  await pause(CHECK_EVERY_MS, stopping);
  while (!stopping.aborted) {
    let rest = CHECK_EVERY_MS;
    try {
      await store.upkeep.exclusively(
        "reconcile",
        (held) => askAboutDue({ ...reconciling, stopping: held }),
        stopping,
      );
    } catch (error) {
      if (stopping.aborted) return;
      if (!(error instanceof StoreUnavailable)) rest = AGAIN_AFTER_FAULT_MS;
      if (error instanceof TwilioApiFault)
        log.warn(`can't ask Twilio about messages now. ${error.message}`);
      else if (!(error instanceof StoreUnavailable))
        log.error(failureOf(error), "can't ask Twilio about messages");
    }
    await pause(rest, stopping);
  }
}

/** Asks about all messages that are due. Rejects with TwilioApiFault or StoreUnavailable. */
export async function askAboutDue(reconciling: Reconciling): Promise<void> {
  const { store, log, now, stopping } = reconciling;
  const firstSeen = { after: now() - AGE_MAX_MS, until: now() - AGE_MIN_MS };
  while (await store.reconciles.add(firstSeen, now()))
    if (stopping.aborted) return;
  let [asked, found] = [0, 0];
  for (;;) {
    const due = await store.reconciles.due(now(), BATCH);
    if (due.length === 0 || stopping.aborted) break;
    found += await ask(reconciling, due);
    asked += due.length;
  }
  if (asked > 0)
    log.info({ asked, found }, "asked Twilio about messages in flight");
}

/** Returns how many events were missing. */
async function ask(
  reconciling: Reconciling,
  due: readonly DueMessage[],
): Promise<number> {
  const { store } = reconciling;
  const answers = await Promise.all(
    due.map((each) => askAbout(reconciling, each)),
  );
  const events = await withoutErased(
    store,
    answers.flatMap(({ event }) => event ?? []),
  );
  const outcomes = events.length > 0 ? await store.recordEvents(events) : [];
  await savePrices(
    store,
    answers.flatMap(({ message }) => message ?? []),
  );
  await store.reconciles.save(answers.map(({ asked }) => asked));
  return outcomes.filter((each) => each === "new").length;
}

async function askAbout(
  { client, now, stopping }: Reconciling,
  { messageId, messageSid, accountSid, firstEventAt }: DueMessage,
): Promise<{
  readonly asked: AskedMessage;
  readonly message?: ApiMessage;
  readonly event?: NewEvent | undefined;
}> {
  // The key can't see a subaccount's messages.
  if (accountSid !== null && accountSid !== client.accountSid)
    return { asked: { messageId, is: "final" } };
  const nextAt = askedAgainAt(firstEventAt, now());
  const later: AskedMessage =
    nextAt === undefined
      ? { messageId, is: "final" }
      : { messageId, is: "in flight", nextAt };
  const message = await readUnlessRefused(client, messageSid, stopping);
  // One message must not keep Twilio from being asked about the others.
  if (typeof message === "string") return { asked: later };
  if (message === undefined)
    return {
      asked:
        accountSid === null
          ? { messageId, is: "final" }
          : { messageId, is: "gone", at: now() },
    };
  if (isFinal(message))
    return {
      asked: { messageId, is: "final" },
      message,
      event: apiEvent(message, now()),
    };
  return { asked: later };
}

async function readUnlessRefused(
  client: ApiClient,
  messageSid: string,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof readMessage>> | "refused"> {
  try {
    return await readMessage(client, messageSid, signal);
  } catch (error) {
    if (error instanceof TwilioApiFault && error.kind === "refused")
      return "refused";
    throw error;
  }
}

/** When to ask again about a message first seen at this time; undefined for never. */
export function askedAgainAt(
  firstEventAt: number,
  now: number,
): number | undefined {
  const age = ASKED_AT_AGE_MS.find((each) => firstEventAt + each > now);
  return age === undefined ? undefined : firstEventAt + age;
}
