import type { Database } from "bun:sqlite";
import { sql, type Kysely } from "kysely";
import type { By } from "../../accounts.ts";
import {
  REFUSAL_DAYS,
  refusalKey,
  REFUSALS_COUNTED_MS,
  REFUSALS_MAX,
  STRANGERS_MAX,
  type NewRefusal,
  type Refusal,
  type RefusalBatch,
  type RefusalPage,
  type RefusalRow,
  type RefusalStore,
} from "../../refusals.ts";
import { maskRecipient } from "../../../phone/mask-numbers.ts";
import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import type { Write } from "./account-store.ts";
import { addAuditEntry } from "./audit.ts";
import type { Schema } from "../schema.ts";

const HOUR_MS = 3_600_000;
export const REFUSAL_MS = REFUSAL_DAYS * 24 * HOUR_MS;
/** Old ones that one batch drops at most, so that no write takes long. */
const DROPPED_MAX = 200;

/** Keeps refusals, and drops those last seen before `oldest`. */
export function addRefusals(
  db: Database,
  { refusals, unlisted, now }: RefusalBatch,
  oldest = now - REFUSAL_MS,
): void {
  let times = unlisted;
  for (const refusal of refusals)
    if (!addRefusal(db, refusal)) times += refusal.times;
  if (times > 0) {
    db.query(
      `INSERT INTO refusals_unlisted (hour, times) VALUES (?, ?)
         ON CONFLICT DO UPDATE SET times = times + excluded.times`,
    ).run(Math.floor(now / HOUR_MS), times);
  }
  dropOld(db, oldest);
}

/** False when it is one stranger too many. */
function addRefusal(db: Database, refusal: NewRefusal): boolean {
  const { firstAt, lastAt, times, isMendable, ...facts } = refusal;
  const key = refusalKey(refusal);
  // Those that a clock which ran ahead dated are not counted with.
  const countedFrom = firstAt - REFUSALS_COUNTED_MS;
  const countedTo = firstAt + REFUSALS_COUNTED_MS;
  const { changes } = db
    .query(
      `UPDATE refusals SET times = times + ?, last_at = max(last_at, ?), facts = ?
         WHERE id = (SELECT max(id) FROM refusals WHERE key = ? AND first_at > ? AND first_at < ?)`,
    )
    .run(times, lastAt, JSON.stringify(facts), key, countedFrom, countedTo);
  if (changes > 0) return true;
  if (
    !isMendable &&
    strangersBetween(db, countedFrom, countedTo) >= STRANGERS_MAX
  )
    return false;
  db.query(
    `INSERT INTO refusals (key, first_at, last_at, times, is_mendable, facts)
       VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(key, firstAt, lastAt, times, Number(isMendable), JSON.stringify(facts));
  return true;
}

function strangersBetween(db: Database, from: number, to: number): number {
  const row = db
    .query<{ count: number }, [number, number]>(
      "SELECT count(*) AS count FROM refusals WHERE is_mendable = 0 AND first_at > ? AND first_at < ?",
    )
    .get(from, to);
  return row?.count ?? 0;
}

function dropOld(db: Database, oldest: number): void {
  db.query(
    "DELETE FROM refusals WHERE id <= (SELECT max(id) FROM refusals) - ?",
  ).run(REFUSALS_MAX);
  db.query(
    "DELETE FROM refusals WHERE id IN (SELECT id FROM refusals WHERE last_at < ? LIMIT ?)",
  ).run(oldest, DROPPED_MAX);
  db.query("DELETE FROM refusals_unlisted WHERE hour < ?").run(
    Math.floor(oldest / HOUR_MS),
  );
}

export function markRefusalsSeen(db: Database, by: By): void {
  db.query(
    `INSERT INTO refusals_seen VALUES (1, ?)
       ON CONFLICT DO UPDATE SET seen_at = CASE
         WHEN abs(seen_at - excluded.seen_at) < ${HOUR_MS} THEN max(seen_at, excluded.seen_at)
         ELSE excluded.seen_at END`,
  ).run(by.at);
  addAuditEntry(db, {
    kind: "use",
    ...by,
    action: "marked the refusals as seen",
    subject: "",
  });
}

/**
 * Removes what refusals still say about an address: what was posted, and the query. A
 * refusal has no person's address whole, but its end (`••••••12`) beside the message's SID
 * could lead back to a person, so both go, also from refusals of other addresses that are
 * masked to the same: nobody can tell which is whose. When, from where and why it was
 * refused stays. Returns how many refusals were changed.
 */
export function eraseFromRefusals(
  db: Database,
  address: ErasedAddress,
): number {
  const erase = db.query(
    `UPDATE refusals
       SET facts = json_set(facts, '$.sent.params', json('[]'), '$.sent.query', json('[]'), '$.sent.isCut', json('true'))
       WHERE id = ?`,
  );
  const found = refusalsOf(db, address);
  for (const id of found) erase.run(id);
  return found.length;
}

/** The refusals that say something about an address, or one that is masked to the same. */
export function refusalsOf(db: Database, address: ErasedAddress): number[] {
  const masked = maskRecipient(address);
  const end = /\d\d$/.test(masked)
    ? `••${masked.slice(-2)}`
    : JSON.stringify(masked);
  const eraser = addressEraser(address, "");
  return db
    .query<{ id: number; facts: string }, []>("SELECT id, facts FROM refusals")
    .all()
    .filter(({ facts }) => facts.includes(end) || eraser.mayBeIn(facts))
    .map(({ id }) => id);
}

/** Refusals that are read through one connection and written through another. */
export function refusalStore(
  db: Kysely<Schema>,
  read: <T>(query: () => Promise<T>) => Promise<T>,
  write: Write,
): RefusalStore {
  return {
    add: (batch) => write("addRefusals", batch),
    list: (page) => read(() => list(db, page)),
    byId: (id) => read(() => byId(db, id)),
    mendableAfter: (time) => read(() => mendableAfter(db, time)),
    unlistedSince: (time) => read(() => unlistedSince(db, time)),
    seenAt: () => read(() => seenAt(db)),
    markSeen: (by) => write("markRefusalsSeen", by),
  };
}

async function list(
  db: Kysely<Schema>,
  { size, isMendable, since, behind }: RefusalPage,
): Promise<RefusalRow[]> {
  const rows = await db
    .selectFrom("refusals")
    .selectAll()
    .where("last_at", ">=", since)
    .$if(isMendable !== undefined, (query) =>
      query.where("is_mendable", "=", Number(isMendable)),
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

async function byId(
  db: Kysely<Schema>,
  id: number,
): Promise<RefusalRow | undefined> {
  const row = await db
    .selectFrom("refusals")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && refusalOf(row);
}

async function mendableAfter(
  db: Kysely<Schema>,
  time: number,
): Promise<{ lastAt: number; times: number }[]> {
  return db
    .selectFrom("refusals")
    .select(["last_at as lastAt", "times"])
    .where("is_mendable", "=", 1)
    .where("last_at", ">", time)
    .execute();
}

async function unlistedSince(
  db: Kysely<Schema>,
  time: number,
): Promise<number> {
  const row = await db
    .selectFrom("refusals_unlisted")
    .select(({ fn }) => fn.sum<number | null>("times").as("times"))
    .where("hour", ">=", Math.floor(time / HOUR_MS))
    .executeTakeFirst();
  return row?.times ?? 0;
}

async function seenAt(db: Kysely<Schema>): Promise<number> {
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
  const facts: Omit<Refusal, "isMendable"> = JSON.parse(row.facts);
  return {
    ...facts,
    id: row.id,
    firstAt: row.first_at,
    lastAt: row.last_at,
    times: row.times,
    isMendable: row.is_mendable === 1,
  };
}
