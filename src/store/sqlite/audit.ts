import type { Database } from "bun:sqlite";
import type { Kysely } from "kysely";
import {
  AUDIT_LATE_MS,
  AUDIT_MAX,
  type AuditEntry,
  type AuditRow,
} from "../audit.ts";
import type { Schema } from "./schema.ts";

export const AUDIT_TABLE = `
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    address TEXT
  ) STRICT;
  CREATE INDEX audit_action ON audit (action, id);
`;

export function addAuditEntry(db: Database, entry: AuditEntry): void {
  const { at, actor, action, subject, address } = entry;
  db.query(
    "INSERT INTO audit (at, actor, action, subject, address) VALUES (?, ?, ?, ?, ?)",
  ).run(inOrder(db, at), actor, action, subject, address);
  db.query("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?").run(
    AUDIT_MAX,
  );
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
    .selectAll()
    .$if(olderThan !== undefined, (query) =>
      query.where("id", "<", olderThan ?? 0),
    )
    .orderBy("id", "desc")
    .limit(size)
    .execute();
}
