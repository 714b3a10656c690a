import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import { ATTEMPT_DAYS, type AttemptFacts } from "../../outbox.ts";
import type { Db } from "../dialect.ts";
import { seenBeforeIn } from "./clock-record.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** One step removes at most this many rows of each table. */
const REMOVED_MAX = 500;
/** One step searches this many attempts for a number. */
const SEARCHED_MAX = 100;

/**
 * Removes some of what is too old, and some of what belongs to targets that no longer exist.
 * Returns whether there may be more.
 */
export async function tidyOutbox(db: Db, now: number): Promise<boolean> {
  const old = await seenBeforeIn(db, now, ATTEMPT_DAYS * DAY_MS);
  const wasOld = await removeOldAttempts(db, old);
  await removeOldFailures(db, old);
  await db
    .deleteFrom("target_hours")
    .where("hour", "<", Math.floor(old / HOUR_MS))
    .execute();
  return (await removeLeftovers(db)) || wasOld;
}

/** Returns whether there may be more. */
export async function removeOldAttempts(
  db: Db,
  before: number,
): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom("attempts")
    .where("at", "<", before)
    .where("id", "in", (eb) =>
      eb.selectFrom("attempts").select("id").orderBy("id").limit(REMOVED_MAX),
    )
    .executeTakeFirst();
  return numDeletedRows >= REMOVED_MAX;
}

async function removeOldFailures(db: Db, before: number): Promise<void> {
  await db
    .deleteFrom("deliveries")
    .where("added_at", "<", before)
    .where("id", "in", (eb) =>
      eb
        .selectFrom("deliveries")
        .select("id")
        .where("next_at", "is", null)
        .orderBy("id")
        .limit(REMOVED_MAX),
    )
    .execute();
}

const TABLES = ["deliveries", "attempts", "resends", "target_hours"] as const;

/** Removes some of what belongs to targets that no longer exist. Returns whether there may be more. */
export async function removeLeftovers(db: Db): Promise<boolean> {
  for (const table of TABLES) {
    const left = await db
      .selectFrom(table)
      .select("target")
      .where("target", "not in", (eb) =>
        eb.selectFrom("targets").select("target"),
      )
      .limit(1)
      .executeTakeFirst();
    if (left === undefined) continue;
    if (table === "target_hours")
      await db.deleteFrom(table).where("target", "=", left.target).execute();
    else
      await db
        .deleteFrom(table)
        .where("id", "in", (eb) =>
          eb
            .selectFrom(table)
            .select("id")
            .where("target", "=", left.target)
            .limit(REMOVED_MAX),
        )
        .execute();
    return true;
  }
  return false;
}

/**
 * Removes the responses that contain a number from some attempts after this one, and the
 * number from notices that still wait. Returns the last attempt it searched; undefined at the
 * end.
 */
export async function eraseFromOutbox(
  db: Db,
  address: ErasedAddress,
  afterId: number,
): Promise<number | undefined> {
  const eraser = addressEraser(address, "erased");
  if (afterId === 0) await eraseFromNotices(db, eraser);
  const found = await db
    .selectFrom("attempts")
    .select(["id", "facts"])
    .where("id", ">", afterId)
    .orderBy("id")
    .limit(SEARCHED_MAX)
    .execute();
  for (const { id, facts } of found) {
    const known: AttemptFacts = JSON.parse(facts);
    if (known.response === null || !eraser.mayBeIn(known.response)) continue;
    const erased: AttemptFacts = { ...known, response: null };
    await db
      .updateTable("attempts")
      .set({ facts: JSON.stringify(erased) })
      .where("id", "=", id)
      .execute();
  }
  return found.length < SEARCHED_MAX ? undefined : found.at(-1)?.id;
}

async function eraseFromNotices(
  db: Db,
  eraser: ReturnType<typeof addressEraser>,
): Promise<void> {
  const rows = await db
    .selectFrom("deliveries")
    .select(["id", "notice"])
    .where("feed", "=", "notices")
    .execute();
  for (const { id, notice } of rows) {
    if (notice === null || !eraser.mayBeIn(notice)) continue;
    await db
      .updateTable("deliveries")
      .set({ notice: eraser.inText(notice, true) })
      .where("id", "=", id)
      .execute();
  }
}
