import type { Database } from "bun:sqlite";
import type { Kysely } from "kysely";
import {
  AUDIT_DAYS,
  AUDIT_LATE_MS,
  AUDIT_MAX,
  AUDIT_MERGED_MS,
  AUDIT_OF_ONE_MAX,
  type AuditEntry,
  type AuditKind,
  type AuditRow,
} from "../../audit.ts";
import { seenBeforeIn } from "../../sqlite/upkeep/clock-record.ts";
import type { Schema } from "../schema.ts";

/** An actor's latest entries, among which an equal one is searched for. */
const LOOKED_AT_MAX = 100;
/** Old entries that go when one is added. */
const OLD_REMOVED_MAX = 100;
const DAY_MS = 86_400_000;

export function addAuditEntry(db: Database, entry: AuditEntry): void {
  const { kind, actor, action, subject, address } = entry;
  const at = inOrder(db, entry.at);
  const equal = kind === "change" ? null : takeEqual(db, { ...entry, at });
  db.query(
    `INSERT INTO audit (kind, at, actor, action, subject, address, times, first_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    kind,
    at,
    actor,
    action,
    subject,
    address,
    (equal?.times ?? 0) + 1,
    equal?.firstAt ?? at,
  );
  trim(db, kind, actor, at);
}

/** Removes what is old, then what is too much. */
function trim(db: Database, kind: AuditKind, actor: string, at: number): void {
  db.query(
    `DELETE FROM audit WHERE at < ? AND id IN (SELECT id FROM audit ORDER BY id LIMIT ${OLD_REMOVED_MAX})`,
  ).run(seenBeforeIn(db, at, AUDIT_DAYS * DAY_MS));
  db.query(
    `DELETE FROM audit WHERE id IN (
       SELECT id FROM audit WHERE kind = ? AND actor = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`,
  ).run(kind, actor, AUDIT_OF_ONE_MAX);
  db.query(
    `DELETE FROM audit WHERE id IN (
       SELECT id FROM audit WHERE kind = ? ORDER BY id DESC LIMIT -1 OFFSET ?)`,
  ).run(kind, AUDIT_MAX);
}

/** Removes a recent entry that says the same, and returns what it counted. */
function takeEqual(
  db: Database,
  { kind, at, actor, action, subject, address }: AuditEntry,
): { times: number; firstAt: number } | null {
  return db
    .query<{ times: number; firstAt: number }, (string | number | null)[]>(
      `DELETE FROM audit WHERE id = (
         SELECT id FROM (
           SELECT * FROM audit WHERE kind = ? AND actor = ? ORDER BY id DESC LIMIT ${LOOKED_AT_MAX}
         ) WHERE action = ? AND subject = ? AND address IS ? AND abs(? - first_at) < ? LIMIT 1
       ) RETURNING times, first_at AS firstAt`,
    )
    .get(kind, actor, action, subject, address, at, AUDIT_MERGED_MS);
}

/** A time that is further back than an entry can be late means that the clock was set back: it stands. */
function inOrder(db: Database, at: number): number {
  const before = db
    .query<{ at: number }, []>("SELECT at FROM audit ORDER BY id DESC LIMIT 1")
    .get();
  return before && before.at - at <= AUDIT_LATE_MS
    ? Math.max(before.at, at)
    : at;
}

export function auditEntries(
  db: Kysely<Schema>,
  {
    size,
    olderThan,
  }: { readonly size: number; readonly olderThan?: number | undefined },
): Promise<AuditRow[]> {
  return db
    .selectFrom("audit")
    .select([
      "id",
      "kind",
      "at",
      "actor",
      "action",
      "subject",
      "address",
      "times",
      "first_at as firstAt",
    ])
    .$if(olderThan !== undefined, (query) =>
      query.where("id", "<", olderThan ?? 0),
    )
    .orderBy("id", "desc")
    .limit(size)
    .execute();
}
