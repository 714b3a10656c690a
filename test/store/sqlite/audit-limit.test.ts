import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { AUDIT_MAX, AUDIT_OF_ONE_MAX } from "../../../src/store/audit.ts";
import { addAuditEntry } from "../../../src/store/sql/tables/audit.ts";
import { writableTablesOf } from "../../../src/store/sqlite/connection/tables.ts";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";

// Through a store, this takes one commit per entry.
test("entries of one kind are limited to the newest, whoever's they are, and other kinds stay", async () => {
  using db = new Database(":memory:", { strict: true });
  migrate(db);
  const { tables } = writableTablesOf(db);
  const entry = { at: 1, subject: "", address: null };
  const change = {
    ...entry,
    kind: "change",
    actor: "ana",
    action: "x",
  } as const;
  await addAuditEntry(tables, change);
  db.run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
     INSERT INTO audit (kind, at, first_at, times, actor, action, subject, address)
     SELECT 'use', 1, 1, 1, 'u' || (i / ?), 'exported', i, NULL FROM n`,
    [AUDIT_MAX, AUDIT_OF_ONE_MAX / 2],
  );
  await addAuditEntry(tables, { ...change, kind: "use", actor: "mo" });
  const counts = db
    .query("SELECT kind, count(*) AS entries FROM audit GROUP BY kind")
    .all();
  expect(counts).toEqual([
    { kind: "change", entries: 1 },
    { kind: "use", entries: AUDIT_MAX },
  ]);
  expect(
    db
      .query(
        "SELECT min(CAST(subject AS INTEGER)) AS oldest FROM audit WHERE actor LIKE 'u%'",
      )
      .get(),
  ).toEqual({ oldest: 2 });
});
