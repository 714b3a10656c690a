import { sql } from "kysely";
import type { By } from "../../accounts.ts";
import {
  REFUSAL_DAYS,
  refusalKey,
  REFUSALS_COUNTED_MS,
  REFUSALS_MAX,
  STRANGERS_MAX,
  CLAIMS_MAX,
  isProven,
  type NewRefusal,
  type Refusal,
  type RefusalBatch,
  type RefusalPage,
  type RefusalRow,
} from "../../refusals.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";
import { seenBeforeIn } from "./clock-record.ts";

const HOUR_MS = 3_600_000;
const REFUSAL_MS = REFUSAL_DAYS * 24 * HOUR_MS;
/** One batch drops at most this many old ones, so that no write takes long. */
const DROPPED_MAX = 200;

/** The part of a refusal that is only shown, which is stored as JSON. */
export type Facts = Omit<Refusal, "isFixable">;

/** Keeps refusals, and drops old ones. */
export async function addRefusals(
  db: Db,
  { refusals, unlisted, now }: RefusalBatch,
): Promise<void> {
  let times = unlisted;
  for (const refusal of refusals)
    if (!(await addRefusal(db, refusal))) times += refusal.times;
  if (times > 0)
    await db
      .insertInto("refusals_unlisted")
      .values({ hour: Math.floor(now / HOUR_MS), times })
      .onConflict((conflict) =>
        conflict.column("hour").doUpdateSet((eb) => ({
          times: eb("refusals_unlisted.times", "+", times),
        })),
      )
      .execute();
  await dropOld(db, await seenBeforeIn(db, now, REFUSAL_MS));
}

/** Returns false if there are too many like it that nothing proves. */
async function addRefusal(db: Db, refusal: NewRefusal): Promise<boolean> {
  const { firstAt, lastAt, times, isFixable, ...shown } = refusal;
  const key = refusalKey(refusal);
  const facts = JSON.stringify(shown);
  // Refusals that a clock which was ahead dated don't count.
  const from = firstAt - REFUSALS_COUNTED_MS;
  const to = firstAt + REFUSALS_COUNTED_MS;
  const { numUpdatedRows } = await db
    .updateTable("refusals")
    .set((eb) => ({
      times: eb("times", "+", times),
      last_at: eb
        .case()
        .when("last_at", "<", lastAt)
        .then(lastAt)
        .else(eb.ref("last_at"))
        .end(),
      facts,
    }))
    .where("id", "=", (eb) =>
      eb
        .selectFrom("refusals")
        .select(({ fn }) => fn.max("id").as("id"))
        .where("key", "=", key)
        .where("first_at", ">", from)
        .where("first_at", "<", to),
    )
    .executeTakeFirst();
  if (numUpdatedRows > 0) return true;
  if (await areTooMany(db, refusal, from, to)) return false;
  await db
    .insertInto("refusals")
    .values({
      key,
      first_at: firstAt,
      last_at: lastAt,
      times,
      is_mendable: Number(isFixable),
      facts,
    })
    .execute();
  return true;
}

async function areTooMany(
  db: Db,
  refusal: NewRefusal,
  from: number,
  to: number,
): Promise<boolean> {
  if (isProven(refusal)) return false;
  return refusal.isFixable
    ? (await claimsAfter(db, from, to)) >= CLAIMS_MAX
    : (await strangersBetween(db, from, to)) >= STRANGERS_MAX;
}

async function claimsAfter(db: Db, from: number, to: number): Promise<number> {
  const { count } = await db
    .selectFrom("refusals")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("is_mendable", "=", 1)
    // There's an index by this time, which is never before `first_at`.
    .where("last_at", ">", from)
    .where("first_at", ">", from)
    .where("first_at", "<", to)
    .executeTakeFirstOrThrow();
  return count;
}

async function strangersBetween(
  db: Db,
  from: number,
  to: number,
): Promise<number> {
  const { count } = await db
    .selectFrom("refusals")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    // In the query's text, as the index has only these.
    .where("is_mendable", "=", sql.lit(0))
    .where("first_at", ">", from)
    .where("first_at", "<", to)
    .executeTakeFirstOrThrow();
  return count;
}

async function dropOld(db: Db, oldest: number): Promise<void> {
  await db
    .deleteFrom("refusals")
    .where("id", "<=", (eb) =>
      eb
        .selectFrom("refusals")
        .select(({ fn }) =>
          eb(fn.max<number>("id"), "-", REFUSALS_MAX).as("id"),
        ),
    )
    .execute();
  await db
    .deleteFrom("refusals")
    .where("id", "in", (eb) =>
      eb
        .selectFrom("refusals")
        .select("id")
        .where("last_at", "<", oldest)
        .limit(DROPPED_MAX),
    )
    .execute();
  await db
    .deleteFrom("refusals_unlisted")
    .where("hour", "<", Math.floor(oldest / HOUR_MS))
    .execute();
}

export async function markRefusalsSeen(db: Db, by: By): Promise<void> {
  const before = await refusalsSeenAt(db);
  // Someone may have marked later ones in the meantime; a longer way back means that
  // the clock was set back.
  const seen_at =
    Math.abs(before - by.at) < HOUR_MS ? Math.max(before, by.at) : by.at;
  await db
    .insertInto("refusals_seen")
    .values({ id: 1, seen_at })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ seen_at }))
    .execute();
  await addAuditEntry(db, {
    kind: "use",
    ...by,
    action: "marked the refusals as seen",
    subject: "",
  });
}

export async function refusals(
  db: Db,
  { size, isFixable, since, behind }: RefusalPage,
): Promise<RefusalRow[]> {
  const rows = await db
    .selectFrom("refusals")
    .selectAll()
    .where("last_at", ">=", since)
    .$if(isFixable !== undefined, (query) =>
      query.where("is_mendable", "=", Number(isFixable)),
    )
    .$if(behind !== undefined, (query) =>
      query.where(
        sql<boolean>`(last_at, id) < (${behind?.lastAt}, ${behind?.id})`,
      ),
    )
    .orderBy("last_at", "desc")
    .orderBy("id", "desc")
    .limit(size)
    .execute();
  return rows.map(refusalOf);
}

export async function refusalById(
  db: Db,
  id: number,
): Promise<RefusalRow | undefined> {
  const row = await db
    .selectFrom("refusals")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && refusalOf(row);
}

export function fixableRefusalsAfter(
  db: Db,
  time: number,
): Promise<{ lastAt: number; times: number }[]> {
  return db
    .selectFrom("refusals")
    .select(["last_at as lastAt", "times"])
    .where("is_mendable", "=", 1)
    .where("last_at", ">", time)
    .execute();
}

export async function refusalsUnlistedSince(
  db: Db,
  time: number,
): Promise<number> {
  const row = await db
    .selectFrom("refusals_unlisted")
    .select(({ fn }) => fn.sum<number | null>("times").as("times"))
    .where("hour", ">=", Math.floor(time / HOUR_MS))
    .executeTakeFirst();
  // A sum of integers is a decimal, and so text, in some engines.
  return Number(row?.times ?? 0);
}

export async function refusalsSeenAt(db: Db): Promise<number> {
  const row = await db
    .selectFrom("refusals_seen")
    .select("seen_at")
    .executeTakeFirst();
  return row?.seen_at ?? 0;
}

function refusalOf(row: {
  readonly id: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly times: number;
  readonly is_mendable: number;
  readonly facts: string;
}): RefusalRow {
  const facts: Facts = JSON.parse(row.facts);
  return {
    ...facts,
    id: row.id,
    firstAt: row.first_at,
    lastAt: row.last_at,
    times: row.times,
    isFixable: row.is_mendable === 1,
  };
}
