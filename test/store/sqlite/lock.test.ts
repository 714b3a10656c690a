import { afterEach, beforeEach, expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { openSqliteStore } from "../../../src/store/sqlite/sqlite-store.ts";
import { StoreUnavailable, type Store } from "../../../src/store/store.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";

let folder: ReturnType<typeof tempDir>;
let file: string;
let store: Store;
beforeEach(async () => {
  folder = tempDir();
  file = join(folder.path, "smsledger.db");
  store = await openSqliteStore(file, (error) => {
    throw error;
  });
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

/** Another process that holds the database's write lock until it is disposed of. */
async function lockElsewhere(): Promise<AsyncDisposable> {
  const locker = Bun.spawn({
    cmd: [
      process.execPath,
      "-e",
      `const db = new (await import("bun:sqlite")).Database(process.argv.at(-1));
       // The writer may be at work for a moment after its last answer.
       db.run("PRAGMA busy_timeout = 5000");
       db.run("BEGIN IMMEDIATE");
       console.log("locked");
       // The timer refers to the database, so that it is not closed as garbage.
       setInterval(() => db.inTransaction, 1000);`,
      file,
    ],
    stdout: "pipe",
    stderr: "ignore",
  });
  const first = await locker.stdout.getReader().read();
  expect(Buffer.from(first.value ?? []).toString()).toContain("locked");
  return {
    async [Symbol.asyncDispose]() {
      locker.kill("SIGKILL");
      await locker.exited;
    },
  };
}

test("while another process holds the lock, events are refused as unavailable and reads go on; after it, all is well", async () => {
  const before = eventOf({ MessageStatus: "sent" });
  await store.recordEvent(before);
  const late = [eventOf({}), eventOf({})];
  {
    await using _ = await lockElsewhere();
    const startedAt = performance.now();
    const refusals = late.map((event) => refusalOf(store.recordEvent(event)));
    expect(await store.timeline(before.messageSid)).toHaveLength(1);
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    // A check that came first would try for as long again.
    await Bun.sleep(50);
    refusals.push(refusalOf(store.checkWritable()));
    for (const refusal of refusals) {
      expect(await refusal).toBeInstanceOf(StoreUnavailable);
      expect(String(await refusal)).toContain("locked");
    }
    expect(performance.now() - startedAt).toBeLessThan(7_000);
  }
  for (const event of late) {
    expect(await store.timeline(event.messageSid)).toEqual([]);
    expect(await store.recordEvent(event)).toBe("new");
  }
  await store.checkWritable();
}, 20_000);

test("an event waits for a lock that goes away soon", async () => {
  const locked = await lockElsewhere();
  const event = eventOf({});
  const recording = store.recordEvent(event);
  await Bun.sleep(300);
  expect(await store.timeline(event.messageSid)).toEqual([]);
  await locked[Symbol.asyncDispose]();
  expect(await recording).toBe("new");
  expect(await store.timeline(event.messageSid)).toHaveLength(1);
}, 10_000);

test("events are refused while the database's file is somewhere else", async () => {
  const event = eventOf({});
  await rename(file, `${file}.away`);
  expect(await refusalOf(store.recordEvent(event))).toBeInstanceOf(
    StoreUnavailable,
  );
  await rename(`${file}.away`, file);
  expect(await store.recordEvent(event)).toBe("new");
});

/** What a call is rejected with. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("It was not refused.");
}
