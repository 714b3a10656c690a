import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { createLog } from "../../src/log/log.ts";
import { followList } from "../../src/suppressions/follow-list.ts";
import { eventOf } from "../store/events.ts";
import { openStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

const LOG = createLog("silent", "json");
const numberOf = (i: number) => `+1415555${1_000 + i}`;

test("the server follows the feed, and checks messages that are older than the list, until it stops", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const before = await openStore(file);
  const fail = (store: typeof before, i: number) =>
    store.recordEvent(
      eventOf({
        To: numberOf(i),
        MessageStatus: "failed",
        ErrorCode: i % 2 === 0 ? "30005" : "30003",
      }),
    );
  for (let i = 0; i < 200; i++) await fail(before, i);
  await before.close();
  // As the migration leaves a database that has messages.
  const db = new Database(file);
  db.run(
    "UPDATE suppression_reader SET walked_to = 0, event_id = (SELECT max(id) FROM events)",
  );
  db.close();
  const store = await openStore(file);
  const { suppressions } = store;
  expect(await suppressions.isComplete()).toBe(false);
  const stop = new AbortController();
  const following = followList({
    store,
    log: LOG,
    now: Date.now,
    stopping: stop.signal,
  });
  await until(() => suppressions.isComplete());
  expect(await suppressions.list({ size: 200 })).toHaveLength(100);
  await fail(store, 500);
  await until(
    async () => (await suppressions.ofAddress(numberOf(500))).length === 1,
  );
  stop.abort();
  await following;
  await store.close();
});
