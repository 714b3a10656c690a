import { constants, Database } from "bun:sqlite";
import { failureOf, type Failure } from "../../../log/failure.ts";
import { StoreUnavailable, type RecordOutcome } from "../../store.ts";
import { createLogCopying } from "./log-copying.ts";
import { OUTCOME_CODES, REFUSED_CODE } from "./protocol.ts";
import { createRecorder } from "../recording/recorder.ts";
import {
  explainSqliteError,
  isDamage,
  isReadOnly,
} from "../connection/sqlite-errors.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import type { StepName } from "./steps.ts";
import { FilesChanged, WatchedFiles } from "../connection/watched-files.ts";
import { write, type WriteName } from "./writes.ts";
import { prepareForWriting } from "../connection/writing-connection.ts";

/** The log is also copied this long after the last write, so that an idle server's log is empty. */
const COPY_IDLE_MS = 1_000;
/** How long a check waits for a lock that another process holds. */
const CHECK_BUSY_TIMEOUT_MS = 500;
/** Pages kept in memory at most, so that the indexes' busy ones are not read again. */
const CACHE_KIB = 32 * 1024;
/** What a burst made of the log's file is cut back to this when the log starts anew. */
const WAL_BYTES_KEPT = 16 * 1024 * 1024;

/** How often the files are looked at when nothing is written. */
const LOOK_EVERY_MS = 1_000;

/** The outcomes of a batch as they cross to the other thread. */
export type Recorded = {
  readonly outcomes: string;
  /** The error of one that was refused for an unknown error. */
  readonly failure?: Failure;
  /** What that means, where it is known. */
  readonly reason?: string;
};

/** What the writer reports without being asked. */
export type Watch = {
  readonly onFailure: (error: unknown) => void;
  readonly onFilesChanged: (change: FilesChanged) => void;
};

export type Writer = ReturnType<typeof openWriter>;

/** Opens the only writing connection of a server, which does one thing at a time. */
export function openWriter(file: string, busyTimeoutMs: number, watch: Watch) {
  const db = new Database(file, {
    create: true,
    readwrite: true,
    strict: true,
  });
  try {
    db.run(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    db.run(`PRAGMA cache_size = -${CACHE_KIB}`);
    // Copying the log is ours to do, when no answer waits for it.
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
 * Throws where only reading is allowed, as on a read-only disk: SQLite opens the file all
 * the same, and would then never write, not even when that is over.
 */
function requireWritable(db: Database): void {
  try {
    db.transaction(() => {
      db.run("DELETE FROM write_checks");
    }).immediate();
  } catch (error) {
    if (isReadOnly(error)) throw error;
    // What else is wrong now, a lock for one, may be over when something is written.
  }
}

function writerOf(
  db: Database,
  file: string,
  busyTimeoutMs: number,
  { onFailure, onFilesChanged }: Watch,
) {
  const recorder = createRecorder(db);
  const log = createLogCopying(db, busyTimeoutMs);
  const check = db.prepare(
    "INSERT INTO write_checks VALUES (1, ?) ON CONFLICT DO UPDATE SET checked_at = excluded.checked_at",
  );
  const files = new WatchedFiles(file, log.needed);
  let idle: Timer | undefined;
  let untidy: Timer | undefined;

  /** Does work whose result counts only when it got into files that can be found again. */
  const inPlace = <T>(work: () => T): T => {
    files.requireInPlace();
    const result = work();
    files.requireInPlace();
    return result;
  };
  /** Does what nobody waits for: it can be done next time, when a lock or the disk does not allow it now. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (error instanceof StoreUnavailable) return;
      if (explainSqliteError(error) === undefined) onFailure(error);
    }
  };
  /** Not into a file that lost its end: it would look whole then. */
  const copyLogSoon = (): void => {
    attempt(() => log.copyIfDue(() => files.requireWhole()));
    clearTimeout(idle);
    idle = setTimeout(copyLog, COPY_IDLE_MS);
  };
  const copyLog = (): void =>
    attempt(() => {
      files.requireWhole();
      log.copy("TRUNCATE");
    });
  const watching = setInterval(() => {
    try {
      files.requireWhole();
    } catch (error) {
      if (error instanceof FilesChanged) onFilesChanged(error);
      // What else fails here fails again, and is reported, when something is written.
    }
  }, LOOK_EVERY_MS);
  /** A step at a time, so that what is asked meanwhile waits for no more than one. */
  const tidyLater = (): void =>
    attempt(() => {
      if (recorder.nextStep()) untidy ??= setTimeout(tidyNow);
    });
  const tidyNow = (): void => {
    untidy = undefined;
    attempt(() => {
      log.withBusyTimeout(0, () => recorder.nextStep()?.());
      tidyLater();
    });
    copyLogSoon();
  };
  const stopTimers = (): void => {
    clearTimeout(idle);
    clearTimeout(untidy);
    clearInterval(watching);
  };
  /** SQLite deletes the log by its name, which may be that of another database's by now. */
  const keepOthersLog = (): void =>
    attempt(() => {
      if (!files.isLogInPlace())
        db.fileControl(constants.SQLITE_FCNTL_PERSIST_WAL, 1);
    });
  return {
    record(events: readonly StoredEvent[]): Recorded {
      return inPlace(() => {
        try {
          return { outcomes: recorder.record(events).map(codeOf).join("") };
        } catch (error) {
          if (!concernsOne(error)) throw error;
          return recordEach(recorder, events);
        }
      });
    },
    write(name: WriteName, input: string): string {
      return inPlace(() =>
        JSON.stringify(write(db, name, JSON.parse(input)) ?? null),
      );
    },
    step(name: StepName, input: string): string {
      return inPlace(() =>
        JSON.stringify(recorder.step(name, JSON.parse(input))),
      );
    },
    check(): void {
      files.requireWhole();
      inPlace(() =>
        log.withBusyTimeout(CHECK_BUSY_TIMEOUT_MS, () => check.run(Date.now())),
      );
    },
    /** Called when a request has been answered. */
    tidy(): void {
      copyLogSoon();
      tidyLater();
    },
    /**
     * Brings all that was committed into the database file, so that the thread can end and
     * another one open it anew. Throws StoreUnavailable when that is not possible yet.
     */
    prepareToReopen(): void {
      stopTimers();
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
      stopTimers();
      copyLog();
      keepOthersLog();
      files.close();
      db.close();
    },
  };
}

/** Whether an error may be about one event of a batch: an unknown one, or a page that can't be read. */
function concernsOne(error: unknown): boolean {
  return explainSqliteError(error) === undefined || isDamage(error);
}

/** Records all of a batch but the events that an unknown error is about. */
function recordEach(
  recorder: ReturnType<typeof createRecorder>,
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
