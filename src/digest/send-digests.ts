import type { SecretKeys } from "../account/secret-keys.ts";
import { retryDelay, RETRY_DELAYS } from "../forwarding/schedule.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { MAIL_FAULT_WORDS } from "../mail/faults.ts";
import type { Mailer } from "../mail/mailer.ts";
import type { Urls } from "../site/urls.ts";
import type { Digest, DigestOutcome } from "../store/digests.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import { pause } from "../time/pause.ts";
import { digestMail } from "./compose.ts";
import { boundaryAfter, duePeriod, firstPeriod } from "./periods.ts";
import { readDigest, type DigestReading } from "./read-digest.ts";

const CHECK_EVERY_MS = 30_000;

export type DigestSending = {
  /** With numbers masked if pages mask them. */
  readonly store: DigestReading & Pick<Stores, "digests" | "upkeep">;
  readonly mailer: Pick<Mailer, "send">;
  readonly keys: () => Promise<SecretKeys>;
  readonly urls: Urls;
  readonly publicUrl: string;
  readonly masksNumbers: boolean;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
};

/** Sends digests when they are due, until the server stops. */
export async function sendDigests(sending: DigestSending): Promise<void> {
  const { store, log, stopping } = sending;
  await pause(CHECK_EVERY_MS, stopping);
  for (; !stopping.aborted; await pause(CHECK_EVERY_MS, stopping)) {
    try {
      await store.upkeep.exclusively(
        "digests",
        (held) => sendDue({ ...sending, stopping: held }),
        stopping,
      );
    } catch (error) {
      if (!stopping.aborted && !(error instanceof StoreUnavailable))
        log.error(failureOf(error), "digests couldn't be sent");
    }
  }
}

/**
 * Sends the digests that are due, one after another. Each is saved once the server took it: a
 * crash in between sends it again, with the same message ID. Whatever was missed while the
 * server was off, or while mail failed, is in the next one.
 */
export async function sendDue(sending: DigestSending): Promise<void> {
  const { store, now, stopping } = sending;
  for (const digest of await store.digests.due(now())) {
    if (stopping.aborted) return;
    await store.digests.save(await sendOne(sending, digest));
  }
}

async function sendOne(
  sending: DigestSending,
  digest: Digest,
): Promise<DigestOutcome> {
  const { store, mailer, urls, publicUrl, masksNumbers, now } = sending;
  const { userId, dueAt: wasDueAt } = digest;
  if (wasDueAt > now()) {
    // Scheduled while the clock was ahead.
    const next = firstPeriod(digest, now(), digest.from);
    return { userId, wasDueAt, sentAt: digest.sentAt, next };
  }
  const period = duePeriod(digest, now());
  const content = await readDigest(store, period, now(), {
    userId,
    masksNumbers,
  });
  const proof = (await sending.keys()).unsubscribeProof(userId, digest.address);
  const unsubscribePath = urls.digestUnsubscribe(userId, proof);
  const composing = { urls, publicUrl, masksNumbers, unsubscribePath };
  const mail = digestMail(digest, content, composing);
  const { fault } = await mailer.send(mail, sending.stopping);
  if (fault === null) {
    const next = { from: period.to, dueAt: boundaryAfter(digest, period.to) };
    return { userId, wasDueAt, sentAt: now(), next };
  }
  const attempts = digest.attempts + 1;
  // After the last one, it's tried once a day.
  const delay =
    retryDelay(Math.min(attempts, RETRY_DELAYS.length), sending.random) ?? 0;
  sending.log.warn({ fault, attempts }, "a digest couldn't be sent");
  return {
    userId,
    wasDueAt,
    next: null,
    attempts,
    retryAt: now() + delay,
    error: MAIL_FAULT_WORDS[fault],
  };
}
