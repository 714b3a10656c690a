import { Database } from "bun:sqlite";
import { statSync } from "node:fs";
import { failureOf, type Failure } from "../../failure.ts";
import { StoreUnavailable, type RecordOutcome } from "../store.ts";
import { createLogCopying } from "./log-copying.ts";
import { OUTCOME_CODES, REFUSED_CODE } from "./protocol.ts";
import { createRecorder } from "./recorder.ts";
import { explainSqliteError } from "./sqlite-errors.ts";
import type { StoredEvent } from "./stored-event.ts";
import type { StepName } from "./steps.ts";
import { write, type WriteName } from "./writes.ts";
import { prepareForWriting } from "./writing-connection.ts";

/** The log is also copied this long after the last write, so that an idle server's log is empty. */
const COPY_IDLE_MS = 1_000;
/** How long a check waits for a lock that another process holds. */
const CHECK_BUSY_TIMEOUT_MS = 500;
/** Pages kept in memory at most, so that the indexes' busy ones are not read again. */
const CACHE_KIB = 32 * 1024;
/** What a burst made of the log's file is cut back to this when the log starts anew. */
const WAL_BYTES_KEPT = 16 * 1024 * 1024;

/** The outcomes of a batch as they cross to the other thread. */
export type Recorded = {
  readonly outcomes: string;
  /** The error of one that was refused for an unknown error. */
  readonly failure?: Failure;
};

export type Writer = ReturnType<typeof openWriter>;

/** Opens the only writing connection of a server, which does one thing at a time. */
export function openWriter(
  file: string,
  busyTimeoutMs: number,
  onFailure: (error: unknown) => void,
) {
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
    return writerOf(db, file, busyTimeoutMs, onFailure);
  } catch (error) {
    db.close();
    throw error;
  }
}

function writerOf(
  db: Database,
  file: string,
  busyTimeoutMs: number,
  onFailure: (error: unknown) => void,
) {
  const recorder = createRecorder(db);
  const log = createLogCopying(db, busyTimeoutMs);
  const check = db.prepare(
    "INSERT INTO write_checks VALUES (1, ?) ON CONFLICT DO UPDATE SET checked_at = excluded.checked_at",
  );
  const { ino } = statSync(file);
  let idle: Timer | undefined;
  let untidy: Timer | undefined;

  /** A file that was moved or deleted still takes writes, which nobody would find again. */
  const requireInPlace = (): void => {
    if (statSync(file, { throwIfNoEntry: false })?.ino === ino) return;
    throw new StoreUnavailable(
      "The database file was moved or deleted. Put it back, or restart the server.",
    );
  };
  /** Does what nobody waits for: it can be done next time, when a lock or the disk does not allow it now. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (explainSqliteError(error) === undefined) onFailure(error);
    }
  };
  const copyLogSoon = (): void => {
    attempt(() => log.copyIfDue());
    clearTimeout(idle);
    idle = setTimeout(() => attempt(() => log.copy("TRUNCATE")), COPY_IDLE_MS);
  };
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
  return {
    record(events: readonly StoredEvent[]): Recorded {
      requireInPlace();
      try {
        return { outcomes: recorder.record(events).map(codeOf).join("") };
      } catch (error) {
        if (explainSqliteError(error) !== undefined) throw error;
        return recordEach(recorder, events);
      }
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
      log.withBusyTimeout(CHECK_BUSY_TIMEOUT_MS, () => check.run(Date.now()));
    },
    /** Called when a request has been answered. */
    tidy(): void {
      copyLogSoon();
      tidyLater();
    },
    close(): void {
      clearTimeout(idle);
      clearTimeout(untidy);
      attempt(() => log.copy("TRUNCATE"));
      db.close();
    },
  };
}

/** Records all of a batch but the events that an unknown error is about. */
function recordEach(
  recorder: ReturnType<typeof createRecorder>,
  events: readonly StoredEvent[],
): Recorded {
  let failure: Failure | undefined;
  const codes = recorder.recordEach(events, (error) => {
    if (explainSqliteError(error) !== undefined) return undefined;
    failure = failureOf(error);
    return REFUSED;
  });
  const outcomes = codes
    .map((code) => (code === REFUSED ? REFUSED_CODE : codeOf(code)))
    .join("");
  return { outcomes, ...(failure && { failure }) };
}

const REFUSED = Symbol("refused for an unknown error");

function codeOf(outcome: RecordOutcome): string {
  return OUTCOME_CODES[outcome];
}
