import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { StoreUnavailable, StoreUnusable } from "../store.ts";
import {
  OUTCOME_CODES,
  type WriterReply,
  type WriterRequest,
} from "./protocol.ts";
import { createRecorder } from "./recorder.ts";
import { explainOpenError, explainSqliteError } from "./sqlite-errors.ts";
import type { StoredEvent } from "./stored-event.ts";
import type { StepName } from "./steps.ts";
import { write, type WriteName } from "./writes.ts";
import { prepareForWriting } from "./writing-connection.ts";

/**
 * Pages in the write-ahead log at which it is copied into the database. Callbacks wait
 * for that, about 20 ms where the database is big: the pages lie far apart.
 */
const CHECKPOINT_PAGES = 2_000;
/** It is not copied more often but at this many pages: under heavy load fewer copies are less work. */
const CHECKPOINT_EVERY_MS = 500;
const CHECKPOINT_PAGES_MAX = 8_000;
/** It is also copied this long after the last write, so that an idle server's log is empty. */
const CHECKPOINT_IDLE_MS = 1_000;
/** How long a check waits for a lock that another process holds. */
const CHECK_BUSY_TIMEOUT_MS = 500;
/** Pages kept in memory at most, so that the indexes' busy ones are not read again. */
const CACHE_KIB = 32 * 1024;
/** What a burst made of the log's file is cut back to this when the log starts anew. */
const WAL_BYTES_KEPT = 16 * 1024 * 1024;

/** The thread that owns the only writing connection; it does one request at a time. */
function openWriter(file: string, busyTimeoutMs: number) {
  const db = new Database(file, {
    create: true,
    readwrite: true,
    strict: true,
  });
  try {
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    db.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    // Checkpoints are ours to make, when no answer waits for them.
    db.run("PRAGMA wal_autocheckpoint = 0");
    db.run(`PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}`);
    prepareForWriting(db);
    return writerOf(db, file, busyTimeoutMs);
  } catch (error) {
    db.close();
    throw error;
  }
}

function writerOf(db: Database, file: string, busyTimeoutMs: number) {
  const recorder = createRecorder(db);
  const check = db.prepare(
    "INSERT INTO write_checks VALUES (1, ?) ON CONFLICT DO UPDATE SET checked_at = excluded.checked_at",
  );
  const { ino } = statSync(file);
  const measureLog = db.prepare<unknown, []>("PRAGMA wal_checkpoint(NOOP)");
  let checkpointAt = 0;
  let idle: Timer | undefined;
  let untidy: Timer | undefined;

  /** A file that was moved or deleted still takes writes, which nobody would find again. */
  const requireInPlace = (): void => {
    if (statSync(file, { throwIfNoEntry: false })?.ino === ino) return;
    throw new StoreUnavailable(
      "The database file was moved or deleted. Put it back, or restart the server.",
    );
  };
  /** Does `work` without waiting long for a lock, as callbacks wait meanwhile. */
  const withBusyTimeout = (ms: number, work: () => void): void => {
    db.run(`PRAGMA busy_timeout = ${ms}`);
    try {
      work();
    } finally {
      db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    }
  };
  /** Does what can as well be done next time, when the lock or the disk does not allow it now. */
  const ifPossible = (work: () => void): void => {
    try {
      withBusyTimeout(0, work);
    } catch (error) {
      if (explainSqliteError(error) === undefined) throw error;
    }
  };
  const checkpoint = (mode: "PASSIVE" | "TRUNCATE"): void => {
    ifPossible(() => db.run(`PRAGMA wal_checkpoint(${mode})`));
    checkpointAt = performance.now();
  };
  const isDue = (pages: number): boolean =>
    pages >= CHECKPOINT_PAGES_MAX ||
    (pages >= CHECKPOINT_PAGES &&
      performance.now() - checkpointAt >= CHECKPOINT_EVERY_MS);
  const keepLogSmall = (): void => {
    const [[, pages] = []] = measureLog.values();
    if (isDue(Number(pages))) checkpoint("PASSIVE");
    clearTimeout(idle);
    idle = setTimeout(() => checkpoint("TRUNCATE"), CHECKPOINT_IDLE_MS);
  };
  /** A step at a time, so that what is asked meanwhile waits for no more than one. */
  const tidyLater = (): void => {
    if (recorder.nextStep()) untidy ??= setTimeout(tidyNow);
  };
  const tidyNow = (): void => {
    untidy = undefined;
    ifPossible(() => {
      recorder.nextStep()?.();
      tidyLater();
    });
    keepLogSmall();
  };
  return {
    record(events: readonly StoredEvent[]): string {
      requireInPlace();
      return recorder
        .record(events)
        .map((outcome) => OUTCOME_CODES[outcome])
        .join("");
    },
    write(name: WriteName, input: string): string {
      requireInPlace();
      return JSON.stringify(write(db, name, JSON.parse(input)) ?? null);
    },
    step(name: StepName, input: string): string {
      requireInPlace();
      return JSON.stringify(recorder.step(name, JSON.parse(input)));
    },
    check(): void {
      requireInPlace();
      withBusyTimeout(CHECK_BUSY_TIMEOUT_MS, () => check.run(Date.now()));
    },
    /** Called when a request has been answered. */
    tidy(): void {
      keepLogSmall();
      tidyLater();
    },
    close(): void {
      clearTimeout(idle);
      clearTimeout(untidy);
      checkpoint("TRUNCATE");
      db.close();
    },
  };
}

let writer: ReturnType<typeof openWriter> | undefined;

function answer(request: WriterRequest): WriterReply {
  switch (request.kind) {
    case "open":
      writer = openWriter(request.file, request.busyTimeoutMs);
      return { kind: "done" };
    case "record":
      return {
        kind: "recorded",
        outcomes: writer?.record(JSON.parse(request.events)) ?? "",
      };
    case "write":
      return {
        kind: "written",
        output: writer?.write(request.name, request.input) ?? "null",
      };
    case "step":
      return {
        kind: "written",
        output: writer?.step(request.name, request.input) ?? "null",
      };
    case "check":
      writer?.check();
      return { kind: "done" };
    case "close":
      writer?.close();
      writer = undefined;
      return { kind: "done" };
  }
}

function failure(error: unknown, { kind }: WriterRequest): WriterReply {
  if (kind === "open") {
    const reason =
      error instanceof StoreUnusable ? error.message : explainOpenError(error);
    if (reason !== undefined) return { kind: "unusable", reason };
  }
  const reason =
    error instanceof StoreUnavailable
      ? error.message
      : explainSqliteError(error);
  if (reason === undefined) throw error;
  return { kind: "unavailable", reason };
}

parentPort?.on("message", (request: WriterRequest) => {
  let reply: WriterReply;
  try {
    reply = answer(request);
  } catch (error) {
    reply = failure(error, request);
  }
  parentPort?.postMessage(reply);
  writer?.tidy();
});
