import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../../support/open-store.ts";
import { createWriteQueue } from "../../../src/store/sqlite/writer/write-queue.ts";
import { createWriterThread } from "../../../src/store/sqlite/writer/writer-thread.ts";
import { storedEvent } from "../../../src/store/core/stored-event.ts";
import type { StoreFault } from "../../../src/store/store-fault.ts";
import { StoreUnavailable, type NewEvent } from "../../../src/store/store.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";
import { until } from "../../support/until.ts";
import { expectRecount } from "../recount.ts";

let folder: ReturnType<typeof tempDir>;
let file: string;
let faults: StoreFault[];
const onFault = (fault: StoreFault): void => void faults.push(fault);
beforeEach(() => {
  folder = tempDir();
  file = join(folder.path, "smsledger.db");
  faults = [];
});
afterEach(() => folder[Symbol.dispose]());

function change(sql: string): void {
  const db = new Database(file);
  db.run("PRAGMA busy_timeout = 5000");
  db.run(sql);
  db.close();
}

/** Makes SQLite throw an unexpected error for events with this query. */
function poison(query: string): void {
  change(
    `CREATE TRIGGER poison BEFORE INSERT ON events WHEN new.query = '${query}'
     BEGIN SELECT RAISE(ABORT, 'poison was met'); END`,
  );
}

/** Resolves to the result for each event: an outcome, or the reason for refusing it. */
function recordAll(
  record: (event: NewEvent) => Promise<string>,
  events: readonly NewEvent[],
): Promise<string[]> {
  return Promise.all(
    events.map((event) =>
      record(event).catch((error: unknown) => {
        expect(error).toBeInstanceOf(StoreUnavailable);
        return String(error);
      }),
    ),
  );
}

/** Resolves to what a call is rejected with, as text. */
async function refusalOf(call: Promise<unknown>): Promise<string> {
  const value = await call.catch((error: unknown) => error);
  expect(value).toBeInstanceOf(Error);
  return String(value);
}

test("an unknown error in one event refuses only that event, in any batch, and the log gets SQLite's code", async () => {
  const store = await openStore(file, { onFault });
  await store.recordEvent(eventOf({}));
  poison("bad");
  const events = Array.from({ length: 40 }, (_, index) =>
    eventOf(
      { MessageStatus: "failed", ErrorCode: "30003" },
      {
        query: index % 13 === 5 ? "bad" : "campaign=a",
      },
    ),
  );
  for (const _ of [1, 2]) {
    const outcomes = await recordAll(
      (event) => store.recordEvent(event),
      events,
    );
    expect(outcomes).toEqual(
      events.map(({ query }) =>
        query === "bad"
          ? expect.stringContaining("because of an unexpected error")
          : expect.stringMatching(/^(?:new|repeat)$/),
      ),
    );
  }
  expect(faults[0]?.failure).toMatchObject({
    code: "SQLITE_CONSTRAINT_TRIGGER",
    message: "poison was met",
  });
  expect(faults[0]?.message).toContain("3 events could not be recorded");
  expect(await refusalOf(store.checkWritable())).toContain("unexpected error");

  change("DROP TRIGGER poison");
  for (const event of events)
    expect(await store.recordEvent(event)).toBe(
      event.query === "bad" ? "new" : "repeat",
    );
  await expectRecount(store, {
    range: { from: 0, to: Date.UTC(3000, 0, 1) },
  });
  await store.close();
});

test("an unknown error in any other write fails only that write", async () => {
  const store = await openStore(file, { onFault });
  change(
    "CREATE TRIGGER poison BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'poison was met'); END",
  );
  const entry = {
    kind: "change" as const,
    at: 1,
    actor: "ana",
    action: "signed in",
    subject: "",
    address: null,
  };
  expect(await refusalOf(store.audit.add(entry))).toContain("did not write");
  expect(faults.map(({ failure }) => failure.code)).toEqual([
    "SQLITE_CONSTRAINT_TRIGGER",
  ]);
  expect(await store.recordEvent(eventOf({}))).toBe("new");
  await store.close();
});

test("an unknown error in work after the response fails nothing else", async () => {
  const store = await openStore(file, { onFault });
  change(
    "CREATE TRIGGER poison BEFORE UPDATE ON rollup_clock BEGIN SELECT RAISE(ABORT, 'poison was met'); END",
  );
  expect(await store.recordEvent(eventOf({}))).toBe("new");
  await until(async () =>
    expect(faults[0]?.message).toContain("work that no callback waits for"),
  );
  expect(await store.recordEvent(eventOf({}))).toBe("new");
  await store.checkWritable();
  await store.close();
});

test("before the database is open, nothing is recorded or acknowledged", async () => {
  const queue = createWriteQueue(onFault);
  const event = storedEvent(eventOf({}));
  expect(await refusalOf(queue.record(event))).toContain(
    "The database is not open",
  );
  expect(await refusalOf(queue.check())).toContain("The database is not open");
  await queue.open(file);
  expect(await queue.record(event)).toBe("new");
  await queue.close();
});

test("a writer thread that crashes is restarted, and events that wait meanwhile are recorded then", async () => {
  const bomb = join(folder.path, "bomb.ts");
  const fuse = join(folder.path, "fuse");
  const writer = join(
    import.meta.dir,
    "../../../src/store/sqlite/writer/writer.ts",
  );
  writeFileSync(
    bomb,
    `import { existsSync, rmSync } from "node:fs";
     await import(${JSON.stringify(writer)});
     setInterval(() => {
       if (!existsSync(${JSON.stringify(fuse)})) return;
       rmSync(${JSON.stringify(fuse)});
       throw new Error("crash");
     }, 10);`,
  );
  const queue = createWriteQueue(
    onFault,
    createWriterThread(onFault, Bun.pathToFileURL(bomb)),
  );
  await queue.open(file);
  const recorded: NewEvent[] = [];
  const outcomes = new Set<string>();
  const recordOne = async (): Promise<void> => {
    const event = eventOf({});
    const [outcome = ""] = await recordAll(
      (each) => queue.record(storedEvent(each)),
      [event],
    );
    outcomes.add(outcome);
    if (outcome === "new") recorded.push(event);
  };
  await recordOne();
  writeFileSync(fuse, "");
  await until(async () =>
    expect(await refusalOf(queue.check())).toContain("being started again"),
  );
  // Events that arrive meanwhile wait for the new thread.
  await Promise.all(Array.from({ length: 10 }, recordOne));
  await until(() => queue.check());
  outcomes.clear();
  await recordOne();
  expect([...outcomes]).toEqual(["new"]);
  await queue.close();
  expect(faults.map(({ message }) => message)).toEqual([
    expect.stringContaining("the writing thread ended unexpectedly"),
  ]);
  const db = new Database(file);
  expect(db.query("SELECT count(*) FROM messages").values()).toEqual([
    [recorded.length],
  ]);
  db.close();
});
