import { Database } from "bun:sqlite";
import { renameSync, statSync } from "node:fs";
import { createRecorder } from "../../../src/store/sqlite/recording/recorder.ts";
import { openReader } from "../../../src/store/sqlite/beside.ts";
import type { StoredEvent } from "../../../src/store/core/stored-event.ts";
import { makeEmpty, removeDatabase } from "./database.ts";
import { historyByMinute, type HistoryWishes } from "./history.ts";

/**
 * The minutes of history recorded per transaction. More would be faster, but a running
 * server's batches are no longer than this, and each cleans up after only so many minutes.
 */
const BATCH_MINUTES = 10;
/** Large enough to keep a database of ten million messages in memory while it is made. */
const CACHE_KIB = 6 * 1024 * 1024;

export type HistoryCounts = {
  readonly messages: number;
  readonly events: number;
  /** The number of repeated events. */
  readonly repeats: number;
};

export type MadeHistory = HistoryCounts & {
  readonly seconds: number;
  readonly bytes: number;
};

/**
 * Makes a database with the history in it: what the recorder writes for these events in
 * this order. Nothing is durable until it is whole, so a file gets its name only when it is
 * complete. Throws if the counts don't add up.
 */
export async function makeHistory(
  file: string,
  wishes: HistoryWishes,
  onProgress: (counts: HistoryCounts) => void,
): Promise<MadeHistory> {
  const start = performance.now();
  const partial = `${file}.partial`;
  removeDatabase(partial);
  await makeEmpty(partial);
  const db = new Database(partial, { readwrite: true, strict: true });
  setJournalMode(db, "memory");
  const counts = recordAll(db, wishes, onProgress);
  await requireWhole(partial, counts, wishes);
  setJournalMode(db, "wal");
  db.close();
  removeDatabase(file);
  renameSync(partial, file);
  // The log, which is empty.
  removeDatabase(partial);
  return {
    ...counts,
    seconds: (performance.now() - start) / 1_000,
    bytes: statSync(file).size,
  };
}

/** Prints progress and speed every ten seconds. */
export function progressLines(
  messages: number,
): (counts: HistoryCounts) => void {
  const start = performance.now();
  let toldAt = start;
  return ({ messages: done, events }) => {
    const now = performance.now();
    if (now - toldAt < 10_000) return;
    toldAt = now;
    const perSecond = Math.round((events / (now - start)) * 1_000);
    const left = ((now - start) / done) * (messages - done);
    console.log(
      `${done.toLocaleString("en")} messages, ${perSecond.toLocaleString("en")} events/s, ` +
        `about ${Math.round(left / 1_000)} s left`,
    );
  };
}

function recordAll(
  db: Database,
  wishes: HistoryWishes,
  onProgress: (counts: HistoryCounts) => void,
): HistoryCounts {
  db.run("PRAGMA synchronous = OFF");
  db.run(`PRAGMA cache_size = -${CACHE_KIB}`);
  const recorder = createRecorder(db);
  const history = historyByMinute(wishes);
  let events = 0;
  let repeats = 0;
  let batch: StoredEvent[] = [];
  const write = (): void => {
    for (const outcome of recorder.record(batch)) {
      if (outcome === "new") events++;
      else repeats++;
    }
    batch = [];
    for (let step; (step = recorder.nextStep());) step();
  };
  let minutes = 0;
  let step = history.next();
  for (; !step.done; step = history.next()) {
    batch.push(...step.value);
    if (++minutes % BATCH_MINUTES !== 0) continue;
    write();
    onProgress({
      messages: countOf(db, "max(id)", "messages"),
      events,
      repeats,
    });
  }
  write();
  return { ...step.value, events, repeats };
}

/**
 * Throws unless the tables contain what was recorded, and the rollups add up to the tables.
 */
async function requireWhole(
  file: string,
  counts: HistoryCounts,
  { days, until }: HistoryWishes,
): Promise<void> {
  const db = new Database(file, { readonly: true });
  const inTables = {
    messages: countOf(db, "count(*)", "messages"),
    events: countOf(db, "count(*)", "events"),
  };
  db.close();
  const store = openReader(file);
  const dayMs = 24 * 3_600_000;
  const range = { from: until - days * dayMs, to: until + dayMs };
  const tally = await store.tally({ range });
  await store.close();
  const tallied = tally
    .flatMap((row) => Object.values(row.counts))
    .reduce((sum, each) => sum + each, 0);
  if (
    inTables.messages !== counts.messages ||
    inTables.events !== counts.events ||
    tallied !== counts.messages
  ) {
    throw new Error(
      `The counts don't add up: ${JSON.stringify({ counts, inTables, tallied })}`,
    );
  }
}

function setJournalMode(db: Database, mode: "memory" | "wal"): void {
  using statement = db.prepare<unknown, []>(`PRAGMA journal_mode = ${mode}`);
  const [[set] = []] = statement.values();
  if (set !== mode)
    throw new Error("The database doesn't support this journal mode.");
}

function countOf(db: Database, what: string, table: string): number {
  using statement = db.prepare<unknown, []>(`SELECT ${what} FROM ${table}`);
  const [[count] = []] = statement.values();
  return Number(count);
}
