import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";
import { openReader } from "../../../src/store/sqlite/beside.ts";
import { tempDir } from "../../support/temp-dir.ts";

const HOUR_MS = 3_600_000;

test("past a maximum of rows, no senders are called the worst", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const db = new Database(file, {
    create: true,
    readwrite: true,
    strict: true,
  });
  db.run("PRAGMA synchronous = OFF");
  migrate(db);
  const hour = 400_000;
  // Two hours with one row more than is read.
  db.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
     INSERT INTO rollups SELECT 3600, bucket, 3, 0, i, 0, 1, 0, 0, 0 FROM n, (
       SELECT ${hour} AS bucket UNION ALL SELECT ${hour + 1})`,
  );
  db.run(
    `INSERT INTO rollups VALUES (3600, ${hour}, 3, 0, 100001, 0, 1, 0, 0, 0)`,
  );
  db.run(
    `INSERT INTO message_hours VALUES (${hour}, 1, 2), (${hour + 2}, 3, 4)`,
  );
  db.run(
    `INSERT OR REPLACE INTO rollup_clock (id, minutes_from, hours_until, days_until, weeks_until)
       VALUES (1, ${(hour + 2) * 60}, ${(hour + 2) * 60}, 0, 0)`,
  );
  db.close();
  const reader = openReader(file);
  const of = "lost" as const;
  const from = hour * HOUR_MS;
  expect(
    await reader.topSenders({ range: { from, to: from + 2 * HOUR_MS }, of }),
  ).toEqual({ rows: [], coverage: "none" });
  const one = { from: from + HOUR_MS, to: from + 2 * HOUR_MS };
  const { rows, coverage } = await reader.topSenders({ range: one, of });
  expect([rows.length, coverage]).toEqual([60, "most"]);
  await reader.close();
});
