import { sql, type ExpressionBuilder, type Insertable } from "kysely";
import {
  ATTEMPTS_MAX,
  DURATION_BUCKETS,
  FAILED_MAX,
  RETRIED_MAX,
  type DeliveryChange,
  type NewAttempt,
  type OutboxSave,
  type OutboxSaved,
  type Target,
} from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import { inPieces } from "../in-pieces.ts";
import type { Schema } from "../schema.ts";
import { withoutErased } from "./erased-endpoints.ts";
import { saveProgress, targetsAmong, type StoredProgress } from "./targets.ts";

const HOUR_MS = 3_600_000;
/** One save makes at most this many of a target's deliveries due. */
const RELEASED_MAX = 100;

/** A save as it crosses to the writer. */
export type StoredSave = Omit<OutboxSave, "targets"> & {
  readonly targets: readonly StoredProgress[];
};

/** Writes everything of a save but what belongs to targets that no longer exist. */
export async function saveOutbox(
  db: Db,
  save: StoredSave,
): Promise<OutboxSaved> {
  const { now, targets, deliveries, attempts, resends } = save;
  const known = await targetsAmong(
    db,
    [...targets, ...deliveries, ...attempts].map(({ target }) => target),
  );
  const isKnown = ({ target }: { readonly target: Target }) =>
    known.has(target);
  for (const change of deliveries.filter(isKnown))
    await changeDelivery(db, change, now);
  await addAttempts(db, await withoutErased(db, attempts.filter(isKnown)));
  for (const { id, cursor, sent, failed } of resends)
    await db
      .updateTable("resends")
      .set({ cursor, sent, failed })
      .where("id", "=", id)
      .execute();
  const releasing: Target[] = [];
  for (const progress of targets.filter(isKnown)) {
    const { target } = progress;
    await saveProgress(db, progress, now);
    if (progress.releases && (await release(db, target, now)))
      releasing.push(target);
    if (progress.trims) {
      await giveUpOldest(db, target);
      await trim(db, target);
    }
  }
  return { releasing };
}

async function changeDelivery(
  db: Db,
  change: DeliveryChange,
  now: number,
): Promise<void> {
  const { target, item } = change;
  const key = { target, feed: item.feed, item_id: item.id };
  if (change.done) {
    await db
      .deleteFrom("deliveries")
      .where((eb) => eb.and(key))
      .execute();
    return;
  }
  const columns = {
    attempts: change.attempts,
    last_at: change.lastAt,
    next_at: change.nextAt,
  };
  // Without its row, nobody knows what the notice was.
  if (item.feed === "notices")
    await db
      .updateTable("deliveries")
      .set(columns)
      .where((eb) => eb.and(key))
      .execute();
  else
    await db
      .insertInto("deliveries")
      .values({ ...key, ...columns, added_at: now, notice: null })
      .onConflict((conflict) =>
        conflict.columns(["target", "feed", "item_id"]).doUpdateSet(columns),
      )
      .execute();
}

async function addAttempts(
  db: Db,
  attempts: readonly NewAttempt[],
): Promise<void> {
  const rows = attempts.map(({ target, at, isSuccess, ...facts }) => ({
    target,
    at,
    is_success: Number(isSuccess),
    facts: JSON.stringify(facts),
  }));
  for (const some of inPieces(rows))
    await db
      .insertInto("attempts")
      .values([...some])
      .execute();
  for (const some of inPieces(hoursOf(attempts)))
    await db
      .insertInto("target_hours")
      .values([...some])
      .onConflict((conflict) =>
        conflict
          .columns(["target", "hour", "is_success", "bucket"])
          .doUpdateSet({
            times: sql`target_hours.times + excluded.times`,
          }),
      )
      .execute();
}

type HourRow = Insertable<Schema["target_hours"]>;

/** A test says nothing about how delivery is doing. */
function hoursOf(attempts: readonly NewAttempt[]): HourRow[] {
  const rows = new Map<string, HourRow>();
  for (const { kind, target, at, isSuccess, durationMs } of attempts) {
    if (kind === "test") continue;
    const hour = Math.floor(at / HOUR_MS);
    const bucket = DURATION_BUCKETS.findIndex((limit) => durationMs <= limit);
    const key = `${target} ${hour} ${bucket} ${isSuccess}`;
    const times = (rows.get(key)?.times ?? 0) + 1;
    const is_success = Number(isSuccess);
    rows.set(key, { target, hour, is_success, bucket, times });
  }
  return [...rows.values()];
}

/** Returns whether there may be more. */
async function release(db: Db, target: Target, now: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("deliveries")
    .set({ next_at: now })
    .where("id", "in", (eb) =>
      eb
        .selectFrom("deliveries")
        .innerJoin("targets", "targets.target", "deliveries.target")
        .select("id")
        .where("deliveries.target", "=", target)
        .where("next_at", ">", now)
        .whereRef("last_at", "<", "opened_at")
        .limit(RELEASED_MAX),
    )
    .executeTakeFirst();
  return numUpdatedRows >= RELEASED_MAX;
}

async function giveUpOldest(db: Db, target: Target): Promise<void> {
  const isRetried = (eb: ExpressionBuilder<Schema, "deliveries">) =>
    eb.and([
      eb("target", "=", target),
      eb("next_at", "is not", null),
      eb("attempts", ">", 0),
    ]);
  await db
    .updateTable("deliveries")
    .set({ next_at: null })
    .where(isRetried)
    .where("id", "<=", (eb) =>
      eb
        .selectFrom("deliveries")
        .select("id")
        .where(isRetried)
        .orderBy("id", "desc")
        .limit(1)
        .offset(RETRIED_MAX),
    )
    .execute();
}

async function trim(db: Db, target: Target): Promise<void> {
  await db
    .deleteFrom("attempts")
    .where("target", "=", target)
    .where("id", "<=", (eb) =>
      eb
        .selectFrom("attempts")
        .select("id")
        .where("target", "=", target)
        .orderBy("id", "desc")
        .limit(1)
        .offset(ATTEMPTS_MAX),
    )
    .execute();
  await db
    .deleteFrom("deliveries")
    .where("target", "=", target)
    .where("next_at", "is", null)
    .where("id", "<=", (eb) =>
      eb
        .selectFrom("deliveries")
        .select("id")
        .where("target", "=", target)
        .where("next_at", "is", null)
        .orderBy("id", "desc")
        .limit(1)
        .offset(FAILED_MAX),
    )
    .execute();
}
