import type { By } from "../../accounts.ts";
import {
  DIGEST_AHEAD_MAX_MS,
  DIGEST_FREQUENCIES,
  type Digest,
  type DigestOutcome,
  type DigestPeriod,
  type DigestSettings,
} from "../../digests.ts";
import { RETRY_DELAY_MAX_MS } from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";

export async function digestOf(
  db: Db,
  userId: number,
): Promise<Digest | undefined> {
  return selectDigests(db).where("user_id", "=", userId).executeTakeFirst();
}

export async function digests(db: Db): Promise<Digest[]> {
  return selectDigests(db).orderBy("users.name").execute();
}

export async function digestsDue(db: Db, now: number): Promise<Digest[]> {
  return selectDigests(db)
    .where((eb) =>
      eb.or([
        eb.and([
          eb("due_at", "<=", now),
          eb.or([
            eb("retry_at", "is", null),
            eb("retry_at", "<=", now),
            eb("retry_at", ">", now + RETRY_DELAY_MAX_MS),
          ]),
        ]),
        ...DIGEST_FREQUENCIES.map((frequency) =>
          eb.and([
            eb("frequency", "=", frequency),
            eb("due_at", ">", now + DIGEST_AHEAD_MAX_MS[frequency]),
          ]),
        ),
      ]),
    )
    .orderBy("due_at")
    .execute();
}

export async function putDigest(
  db: Db,
  userId: number,
  { address, frequency, timeZone, hour }: DigestSettings,
  { from, dueAt }: DigestPeriod,
  by: By,
): Promise<void> {
  const known = await digestOf(db, userId);
  await db.deleteFrom("digests").where("user_id", "=", userId).execute();
  await db
    .insertInto("digests")
    .values({
      user_id: userId,
      address,
      frequency,
      time_zone: timeZone,
      hour,
      from_at: from,
      due_at: dueAt,
      attempts: 0,
      retry_at: null,
      error: null,
      sent_at: known?.sentAt ?? null,
    })
    .execute();
  const action =
    known === undefined
      ? `subscribed to the ${frequency} digest`
      : `changed the digest to ${frequency}`;
  await addAuditEntry(db, { kind: "change", ...by, action, subject: address });
}

export async function removeDigest(
  db: Db,
  userId: number,
  by: By,
): Promise<boolean> {
  const removed = await db
    .deleteFrom("digests")
    .where("user_id", "=", userId)
    .returning("address")
    .executeTakeFirst();
  if (removed === undefined) return false;
  const action = "unsubscribed from the digest";
  const subject = removed.address;
  await addAuditEntry(db, { kind: "change", ...by, action, subject });
  return true;
}

export async function saveDigest(
  db: Db,
  { userId, wasDueAt, ...outcome }: DigestOutcome,
): Promise<void> {
  await db
    .updateTable("digests")
    .set(
      outcome.next === null
        ? {
            attempts: outcome.attempts,
            retry_at: outcome.retryAt,
            error: outcome.error,
          }
        : {
            attempts: 0,
            retry_at: null,
            error: null,
            sent_at: outcome.sentAt,
            from_at: outcome.next.from,
            due_at: outcome.next.dueAt,
          },
    )
    .where("user_id", "=", userId)
    .where("due_at", "=", wasDueAt)
    .execute();
}

function selectDigests(db: Db) {
  return db
    .selectFrom("digests")
    .leftJoin("users", "users.id", "digests.user_id")
    .select([
      "digests.user_id as userId",
      "users.name as userName",
      "address",
      "frequency",
      "time_zone as timeZone",
      "hour",
      "from_at as from",
      "due_at as dueAt",
      "attempts",
      "retry_at as retryAt",
      "error",
      "sent_at as sentAt",
    ]);
}
