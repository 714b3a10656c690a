import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { changesSince } from "../../../src/store/sql/reading/changes-since.ts";
import { feedStart, readFeed } from "../../../src/store/sql/reading/feed.ts";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";
import { openForReading } from "../../../src/store/sqlite/connection/read-connection.ts";
import { createRecorder } from "../../../src/store/sqlite/recording/recorder.ts";
import { withDialect, type Db } from "../../../src/store/sql/dialect.ts";
import { sqliteDialect } from "../../../src/store/sqlite/dialect.ts";
import { storedEvent } from "../../../src/store/core/stored-event.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";

let folder: ReturnType<typeof tempDir>;
let writing: Database;
let reading: ReturnType<typeof openForReading>;
/** The same database, with an event committed after each statement. */
let busy: Db;
let recorded = 0;

beforeEach(() => {
  folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  writing = new Database(file, { create: true, readwrite: true, strict: true });
  writing.run("PRAGMA journal_mode = WAL");
  migrate(writing);
  const recorder = createRecorder(writing);
  const commit = (): void => {
    recorder.record([storedEvent(eventOf({ MessageStatus: "failed" }))]);
    recorded++;
  };
  recorded = 0;
  commit();
  reading = openForReading(file);
  const committing = reading.kysely.withPlugin({
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      commit();
      return result;
    },
  });
  busy = withDialect(committing, sqliteDialect);
});
afterEach(() => {
  reading.close();
  writing.close();
  folder[Symbol.dispose]();
});

test("events committed between two statements are in the changes now or the next time", async () => {
  let position = await feedStart(reading.kysely);
  const reported = { events: 0, failures: 0 };
  const add = ({
    events,
    failures,
  }: Awaited<ReturnType<typeof changesSince>>) => {
    reported.events += events.count;
    reported.failures += failures.count;
  };
  for (let round = 0; round < 5; round++) {
    const changes = await changesSince(busy, position);
    add(changes);
    position = changes.end;
  }
  expect(recorded).toBeGreaterThan(5);
  add(await changesSince(reading.kysely, position));
  expect(reported).toEqual({ events: recorded, failures: recorded });
});

test("events committed between two statements are in the feed once", async () => {
  let position = await feedStart(reading.kysely);
  const ids: number[] = [];
  for (let round = 0; round < 5; round++) {
    const { events, next } = await readFeed(busy, position, 2);
    ids.push(...events.map(({ id }) => id));
    position = next;
  }
  const rest = await readFeed(reading.kysely, position, 1_000);
  ids.push(...rest.events.map(({ id }) => id));
  expect(ids).toEqual(
    Array.from({ length: recorded }, (_, index) => index + 1),
  );
});
