import type { Database } from "bun:sqlite";
import type { Kysely } from "kysely";
import { AUDIT_MAX, type AuditEntry, type AuditRow } from "../audit.ts";
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
  ).run(at, actor, action, subject, address);
  db.query("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?").run(
    AUDIT_MAX,
  );
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
