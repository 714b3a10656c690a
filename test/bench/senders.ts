/**
 * `bun test/bench/senders.ts [--senders 2000] [--rounds 200]`
 *
 * Measures finding the senders that fail most against a tally of all senders, with many
 * senders who are all active all the time. Both take turns on one database. The numbers are
 * for reading, not assertions: it exits with 0.
 */
import { Database } from "bun:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { worstGroups } from "../../src/overview/breakdown.ts";
import { percentile } from "../../src/simulation/load.ts";
import { migrate } from "../../src/store/sqlite/migrations/migrations.ts";
import { openReader } from "../../src/store/sqlite/beside.ts";
import { namedPeriod } from "../../src/time/time-range.ts";

const { values } = parseArgs({
  options: {
    senders: { type: "string", default: "2000" },
    rounds: { type: "string", default: "200" },
  },
});
const senders = Number(values.senders);
const NOW = Date.UTC(2026, 10, 23, 14, 37);
const MINUTE = NOW / 60_000;
const DAYS = 91;

const folder = mkdtempSync(join(tmpdir(), "smsledger-senders-"));
const file = join(folder, "smsledger.db");
makeSenders(file);
const store = openReader(file);
for (const name of ["1h", "24h", "7d", "90d"] as const) {
  const { range } = namedPeriod(name, NOW);
  const times = { tally: [] as number[], top: [] as number[] };
  for (let round = 0; round < Number(values.rounds); round++) {
    let begun = performance.now();
    worstGroups(await store.tally({ range, by: "sender" }), 6);
    times.tally.push(performance.now() - begun);
    begun = performance.now();
    worstGroups((await store.topSenders({ range, of: "lost" })).rows, 6);
    times.top.push(performance.now() - begun);
  }
  const { coverage } = await store.topSenders({ range, of: "lost" });
  const words = (all: readonly number[]): string => {
    const sorted = Float64Array.from(all).sort();
    return [0.5, 0.95]
      .map(
        (share) =>
          `p${share * 100} ${percentile(sorted, share)?.toFixed(1)} ms`,
      )
      .join(", ");
  };
  console.log(
    `${name}: all senders ${words(times.tally)}; the worst ${words(times.top)} (${coverage})`,
  );
}
await store.close();
rmSync(folder, { recursive: true });

/**
 * Inserts the rows of that many senders, each with messages in every hour and every third
 * minute.
 */
function makeSenders(path: string): void {
  const db = new Database(path, {
    create: true,
    readwrite: true,
    strict: true,
  });
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = OFF");
  migrate(db);
  const hour = Math.floor(MINUTE / 60);
  const day = Math.floor(hour / 24);
  const week = Math.floor(day / 7);
  db.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${senders})
     INSERT INTO addresses (address) SELECT 'SENDER' || i FROM n`,
  );
  // One in five has failures in a bucket.
  const fill = (grain: number, from: number, until: number, some: string) =>
    db.run(
      `WITH RECURSIVE b (bucket) AS (SELECT ${from} UNION ALL SELECT bucket + 1 FROM b WHERE bucket + 1 < ${until})
       INSERT INTO rollups SELECT ${grain}, bucket, 3, 0, id, 1, iif((id + bucket) % 5 = 0, id % 7, 0), 0, 20 + id % 9, 0
         FROM b CROSS JOIN addresses WHERE ${some}`,
    );
  fill(60, MINUTE - 1_559, MINUTE + 1, "(id + bucket) % 3 = 0");
  fill(3_600, hour - DAYS * 24, hour, "TRUE");
  fill(86_400, day - DAYS, day, "TRUE");
  fill(604_800, week - DAYS / 7, week, "TRUE");
  db.run(
    `INSERT OR REPLACE INTO rollup_clock (id, minutes_from, hours_until, days_until, weeks_until)
       VALUES (1, ${MINUTE - 1_559}, ${hour * 60}, ${day * 24}, ${week * 7})`,
  );
  db.run(
    `INSERT INTO message_hours VALUES (${hour - DAYS * 24}, 1, 1), (${hour}, 1, 1)`,
  );
  db.close();
}
