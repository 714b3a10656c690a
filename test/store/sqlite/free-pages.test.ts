import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { createRecorder } from "../../../src/store/sqlite/recording/recorder.ts";
import { openStore } from "../../support/open-store.ts";
import { storedEvent } from "../../../src/store/core/stored-event.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";
import { messagesIn } from "../../support/rows.ts";

const DAY_MS = 86_400_000;
const MIDNIGHT = Date.UTC(2026, 10, 23);

/** Makes a database as the server does, with messages of one day. */
async function fill(file: string): Promise<void> {
  const store = await openStore(file);
  const body = "x".repeat(1_000);
  await Promise.all(
    Array.from({ length: 3_000 }, (_, index) =>
      store.recordEvent(
        eventOf({ Body: `${index}${body}` }, { receivedAt: MIDNIGHT + index }),
      ),
    ),
  );
  await store.close();
}

test("deleting messages returns their space to the disk, and the file is whole", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await fill(file);
  const before = statSync(file).size;
  const store = await openStore(file);
  await store.upkeep.prune(MIDNIGHT + DAY_MS);
  expect(await messagesIn(store)).toEqual([]);
  await store.close();
  expect(statSync(file).size).toBeLessThan(before / 10);
  using db = new Database(file);
  expect(db.query("PRAGMA integrity_check").values()).toEqual([["ok"]]);
});

test("a file of an earlier version, which can't shrink, reuses its free pages", async () => {
  using folder = tempDir();
  const [file, old] = ["new.db", "old.db"].map((name) =>
    join(folder.path, name),
  );
  await fill(file ?? "");
  {
    using db = new Database(file);
    db.run("PRAGMA auto_vacuum = NONE");
    db.run("VACUUM INTO ?", [old ?? ""]);
  }
  using db = new Database(old);
  expect(db.query("PRAGMA auto_vacuum").values()).toEqual([[0]]);
  const size = statSync(old ?? "").size;
  const recorder = createRecorder(db);
  while (!recorder.step("prune", MIDNIGHT + DAY_MS).output.isDone);
  expect(recorder.step("giveBack", null).output).toBe(true);
  expect(statSync(old ?? "").size).toBe(size);
  for (let index = 0; index < 1_000; index++)
    recorder.record([storedEvent(eventOf({ Body: "x".repeat(1_000) }))]);
  expect(statSync(old ?? "").size).toBe(size);
});
