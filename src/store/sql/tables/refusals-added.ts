import { sql, type Insertable } from "kysely";
import {
  CLAIMS_MAX,
  isProven,
  REFUSAL_DAYS,
  refusalKey,
  REFUSALS_COUNTED_MS,
  REFUSALS_MAX,
  STRANGERS_MAX,
  type NewRefusal,
  type RefusalBatch,
} from "../../refusals.ts";
import type { Db } from "../dialect.ts";
import { inPieces } from "../in-pieces.ts";
import type { Schema } from "../schema.ts";
import { seenBeforeIn } from "./clock-record.ts";

const HOUR_MS = 3_600_000;
const REFUSAL_MS = REFUSAL_DAYS * 24 * HOUR_MS;
/** One batch drops at most this many old ones, so that no write takes long. */
const DROPPED_MAX = 200;

/** Keeps refusals, and drops old ones. */
export async function addRefusals(
  db: Db,
  { refusals, unlisted, now }: RefusalBatch,
): Promise<void> {
  const left = refusals.length === 0 ? 0 : await addAll(db, refusals);
  const times = unlisted + left;
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

type Row = Insertable<Schema["refusals"]>;

/**
 * Returns how many callbacks aren't kept because there are too many like them that nothing
 * proves. A flood of refusals takes few queries: some engines are a round trip away.
 */
async function addAll(
  db: Db,
  refusals: readonly NewRefusal[],
): Promise<number> {
  const times = refusals.map(({ firstAt }) => firstAt);
  const range = {
    from: Math.min(...times) - REFUSALS_COUNTED_MS,
    to: Math.max(...times) + REFUSALS_COUNTED_MS,
  };
  const known = await knownAmong(db, refusals.map(refusalKey), range);
  const added: Row[] = [];
  const storedOf = new Map<number, readonly Near[]>();
  let left = 0;
  for (const refusal of refusals) {
    const row = rowOf(refusal);
    const isEqual = (other: Near & { readonly key: string }): boolean =>
      other.key === row.key && areNear(other, row);
    const again = added.findLast(isEqual);
    const stored = known.findLast(isEqual);
    if (again) Object.assign(again, merged(again, row));
    else if (stored) await countAgain(db, stored.id, row);
    else if (isProven(refusal)) added.push(row);
    else {
      const kind = row.is_mendable;
      const ofKind = storedOf.get(kind) ?? (await keptIn(db, kind, range));
      storedOf.set(kind, ofKind);
      const like = [
        ...ofKind,
        ...added.filter((each) => each.is_mendable === kind),
      ];
      const max = refusal.isFixable ? CLAIMS_MAX : STRANGERS_MAX;
      if (like.filter((each) => areNear(each, row)).length < max)
        added.push(row);
      else left += row.times;
    }
  }
  for (const some of inPieces(added))
    await db
      .insertInto("refusals")
      .values([...some])
      .execute();
  return left;
}

type Near = { readonly first_at: number };
type Range = { readonly from: number; readonly to: number };

/** Refusals that a clock which was ahead dated don't count. */
function areNear(one: Near, other: Near): boolean {
  return Math.abs(one.first_at - other.first_at) < REFUSALS_COUNTED_MS;
}

function rowOf(refusal: NewRefusal): Row {
  const { firstAt, lastAt, times, isFixable, ...shown } = refusal;
  return {
    key: refusalKey(refusal),
    first_at: firstAt,
    last_at: lastAt,
    times,
    is_mendable: Number(isFixable),
    facts: JSON.stringify(shown),
  };
}

function merged(before: Row, row: Row): Row {
  return {
    ...before,
    times: before.times + row.times,
    last_at: Math.max(before.last_at, row.last_at),
    facts: row.facts,
  };
}

/** Those with one of these keys, oldest first. */
function knownAmong(db: Db, keys: readonly string[], { from, to }: Range) {
  const { among, list } = db.dialect;
  return db
    .selectFrom("refusals")
    .select(["id", "key", "first_at"])
    .where(sql<boolean>`${among(sql.ref("key"), list(keys))}`)
    .where("first_at", ">", from)
    .where("first_at", "<", to)
    .orderBy("id")
    .execute();
}

function keptIn(db: Db, isMendable: number, { from, to }: Range) {
  return (
    db
      .selectFrom("refusals")
      .select("first_at")
      // In the query's text, as an index has only some.
      .where("is_mendable", "=", sql.lit(isMendable))
      // There's an index by this time, which is never before `first_at`.
      .where("last_at", ">", from)
      .where("first_at", ">", from)
      .where("first_at", "<", to)
      .execute()
  );
}

async function countAgain(db: Db, id: number, row: Row): Promise<void> {
  const { times, last_at, facts } = row;
  await db
    .updateTable("refusals")
    .set((eb) => ({
      times: eb("times", "+", times),
      last_at: eb
        .case()
        .when("last_at", "<", last_at)
        .then(last_at)
        .else(eb.ref("last_at"))
        .end(),
      facts,
    }))
    .where("id", "=", id)
    .execute();
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
