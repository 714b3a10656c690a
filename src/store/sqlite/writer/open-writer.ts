import { constants, Database } from "bun:sqlite";
import { failureOf, type Failure } from "../../../log/failure.ts";
import { OUTCOME_CODES } from "../../core/outcome-codes.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import { StoreUnavailable, type RecordOutcome } from "../../store.ts";
import {
  explainSqliteError,
  isUnreadable,
  isReadOnly,
} from "../connection/sqlite-errors.ts";
import {
  REPEATABLE,
  write,
  type Input,
  type WriteName,
} from "../../sql/tables/writes.ts";
import { writableTablesOf } from "../connection/tables.ts";
import { watchFiles } from "../connection/watched-files.ts";
import { prepareForWriting } from "../connection/writing-connection.ts";
import { createRecorder, type Recorder } from "../recording/recorder.ts";
import { createLogCopying } from "./log-copying.ts";
import { REFUSED_CODE } from "./protocol.ts";
import type { StepName } from "../../core/long-work.ts";
import { createTidying, type Watch } from "./tidying.ts";

/** How long a check waits for a lock that another process holds. */
const CHECK_BUSY_TIMEOUT_MS = 500;
/** Maximum memory for pages, so that the busy ones of the indexes aren't read again. */
const CACHE_KIB = 32 * 1024;
/** When the log starts over, its file is cut back to this after a burst. */
const WAL_BYTES_KEPT = 16 * 1024 * 1024;

/** The outcomes of a batch as they cross to the other thread. */
export type Recorded = {
  readonly outcomes: string;
  /** The error of an event that wasn't recorded. */
  readonly failure?: Failure;
  /** What that error means, if it's known. */
  readonly reason?: string;
};

export type Writer = ReturnType<typeof openWriter>;

/** Opens a server's only writing connection, which does one thing at a time. */
export function openWriter(file: string, busyTimeoutMs: number, watch: Watch) {
  const db = new Database(file, {
    create: true,
    readwrite: true,
    strict: true,
  });
  try {
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    db.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    // We copy the log ourselves, when no answer waits for it.
    db.run("PRAGMA wal_autocheckpoint = 0");
    db.run(`PRAGMA journal_size_limit = ${WAL_BYTES_KEPT}`);
    prepareForWriting(db);
    db.run("PRAGMA busy_timeout = 0");
    requireWritable(db);
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    return writerOf(db, file, busyTimeoutMs, watch);
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Throws where only reading is allowed, as on a read-only disk: SQLite opens the file
 * anyway, and then never writes, even when the disk becomes writable.
 */
function requireWritable(db: Database): void {
  try {
    db.transaction(() => {
      db.run("DELETE FROM write_checks");
    }).immediate();
  } catch (error) {
    if (isReadOnly(error)) throw error;
    // Anything else, such as a lock, can be over when something is written.
  }
}

function writerOf(
  db: Database,
  file: string,
  busyTimeoutMs: number,
  watch: Watch,
) {
  const recorder = createRecorder(db);
  const { tables, close } = writableTablesOf(db);
  const log = createLogCopying(db, busyTimeoutMs);
  const check = db.prepare(
    "INSERT INTO write_checks VALUES (1, ?) ON CONFLICT DO UPDATE SET checked_at = excluded.checked_at",
  );
  const files = watchFiles(file, log.needed);
  const tidying = createTidying(recorder, log, files, watch);

  /** Does work that only counts when the files it was written to can be found again. */
  const inPlace = <T>(work: () => T): T => {
    files.requireInPlace();
    const result = work();
    files.requireInPlace();
    return result;
  };
  return {
    record: (events: readonly StoredEvent[]): Recorded =>
      inPlace(() => {
        try {
          return { outcomes: recorder.record(events).map(codeOf).join("") };
        } catch (error) {
          if (!concernsOne(error)) throw error;
          return recordEach(recorder, events);
        }
      }),
    async write<N extends WriteName>(name: N, input: string): Promise<string> {
      const given: Input<N> = JSON.parse(input);
      files.requireInPlace();
      // Nothing waits for the disk then, and callbacks don't wait for it twice.
      const isRepeatable = REPEATABLE.has(name);
      if (isRepeatable) db.run("PRAGMA synchronous = NORMAL");
      let output: unknown;
      try {
        output = await write(tables, name, given);
      } finally {
        if (isRepeatable) db.run("PRAGMA synchronous = FULL");
      }
      files.requireInPlace();
      return JSON.stringify({ output });
    },
    step(name: StepName, input: string): string {
      const given = JSON.parse(input);
      const output = inPlace(() => recorder.step(name, given));
      return JSON.stringify({ output });
    },
    check(): void {
      files.requireWhole();
      inPlace(() =>
        log.withBusyTimeout(CHECK_BUSY_TIMEOUT_MS, () => check.run(Date.now())),
      );
    },
    /** Call this when a request has been answered. */
    tidy: () => tidying.start(),
    /**
     * Brings everything that was committed into the database file, so that the thread can
     * end and another one reopen it. Throws StoreUnavailable when that isn't possible yet.
     */
    prepareToReopen(): void {
      tidying.stop();
      if (files.isLogInPlace()) files.cutAtHole();
      files.close();
      if (files.isLogInPlace()) return;
      if (files.hasOthersLog())
        throw new StoreUnavailable(
          "Another process has replaced the database's write-ahead log and written into it. Stop that process and this server, and check the database with smsledger doctor.",
        );
      if (!log.copyAll())
        throw new StoreUnavailable(
          "The write-ahead log was deleted by another program while it was being read. The database is opened again in a moment.",
        );
    },
    close(): void {
      tidying.stop();
      tidying.copyLog();
      // SQLite deletes the log by its name, which can be that of another database's log by now.
      tidying.attempt(() => {
        if (!files.isLogInPlace())
          db.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
      });
      files.close();
      close();
    },
  };
}

/** Whether an error can be about one event of a batch: an unknown one, or a page that can't be read. */
function concernsOne(error: unknown): boolean {
  return explainSqliteError(error) === undefined || isUnreadable(error);
}

/** Records all events of a batch but those that meet such an error. */
function recordEach(
  recorder: Recorder,
  events: readonly StoredEvent[],
): Recorded {
  let failure: Failure | undefined;
  let reason: string | undefined;
  const codes = recorder.recordEach(events, (error) => {
    if (!concernsOne(error)) return undefined;
    failure = failureOf(error);
    reason = explainSqliteError(error);
    return REFUSED;
  });
  const outcomes = codes
    .map((code) => (code === REFUSED ? REFUSED_CODE : codeOf(code)))
    .join("");
  return {
    outcomes,
    ...(failure && { failure }),
    ...(reason !== undefined && { reason }),
  };
}

const REFUSED = Symbol("refused for an unknown error");

function codeOf(outcome: RecordOutcome): string {
  return OUTCOME_CODES[outcome];
}
