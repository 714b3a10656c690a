import { Database } from "bun:sqlite";
import { join } from "node:path";
import { evaluate, type Evaluation } from "../../src/alerts/evaluator.ts";
import { createUrls } from "../../src/site/urls.ts";
import type { StoredEvent } from "../../src/store/core/stored-event.ts";
import { openEngine } from "../../src/store/open.ts";
import { createRecorder } from "../../src/store/sqlite/recording/recorder.ts";
import { makeEmpty } from "../bench/history/database.ts";
import { tempDir } from "../support/temp-dir.ts";

export type ReplayedLedger = Awaited<ReturnType<typeof openReplayed>>;

/**
 * A ledger in which days pass in seconds: events are recorded by the real recorder, without
 * waiting for the disk, and the real evaluator reads what a command reads.
 */
export async function openReplayed() {
  const folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await makeEmpty(file);
  const db = new Database(file, { readwrite: true, strict: true });
  db.run("PRAGMA journal_mode = wal");
  db.run("PRAGMA synchronous = OFF");
  const recorder = createRecorder(db);
  const engine = openEngine(file);
  const reader = await engine.openForReading();
  const commands = await engine.openForCommand();
  const publicUrl = "https://sms.example.com";
  const store = {
    ...reader,
    ...commands,
    database: engine,
    isBackupScheduled: true,
  };
  const evaluation: Evaluation = {
    store,
    urls: createUrls(publicUrl),
    publicUrl,
    addressById: (id) => reader.addressById(id),
    onMistake(error) {
      throw error;
    },
  };
  let isStart = true;
  return {
    store,
    evaluation,
    record(events: readonly StoredEvent[]): void {
      if (events.length > 0) recorder.record(events);
      for (let step; (step = recorder.nextStep());) step();
    },
    /** Evaluates as a server does at this time. */
    async evaluate(now: number, instead = evaluation.store): Promise<void> {
      await evaluate({ ...evaluation, store: instead }, now, isStart);
      isStart = false;
    },
    /** Pretends that a server has been running between these times. */
    async ran(from: number, until: number): Promise<void> {
      const record = { ranAt: until, startedAt: from, gaps: [] };
      await store.alerts.advance({ record, changes: [], dropped: [] });
      isStart = false;
    },
    /** The next evaluation is that of a server which has just started. */
    restart(): void {
      isStart = true;
    },
    async [Symbol.asyncDispose]() {
      await commands.close();
      await reader.close();
      db.close();
      folder[Symbol.dispose]();
    },
  };
}
