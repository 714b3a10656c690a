import { StoreUnavailable } from "../../store.ts";
import { explainSqliteError } from "../connection/sqlite-errors.ts";
import {
  FilesChanged,
  type WatchedFiles,
} from "../connection/watched-files.ts";
import type { Recorder } from "../recording/recorder.ts";
import type { LogCopying } from "./log-copying.ts";

/** How long after the last write the log is copied too, so that an idle server's log is empty. */
const COPY_IDLE_MS = 1_000;
/** How often the files are checked when nothing is written. */
const CHECK_FILES_EVERY_MS = 1_000;

/** What the writer reports without being asked. */
export type Watch = {
  readonly onFailure: (error: unknown) => void;
  readonly onFilesChanged: (change: FilesChanged) => void;
};

export type Tidying = ReturnType<typeof createTidying>;

/** Does what no callback waits for, between requests and while the writer is idle. */
export function createTidying(
  recorder: Recorder,
  log: LogCopying,
  files: WatchedFiles,
  { onFailure, onFilesChanged }: Watch,
) {
  let idle: Timer | undefined;
  let untidy: Timer | undefined;

  /** It can be done next time, when a lock or the disk doesn't allow it now. */
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (error instanceof StoreUnavailable) return;
      if (explainSqliteError(error) === undefined) onFailure(error);
    }
  };
  const copyLog = (): void =>
    attempt(() => {
      // A file that lost its end would look whole once the log is copied into it.
      files.requireWhole();
      log.copy("TRUNCATE");
    });
  const copyLogSoon = (): void => {
    attempt(() => log.copyIfDue(() => files.requireWhole()));
    clearTimeout(idle);
    idle = setTimeout(copyLog, COPY_IDLE_MS);
  };
  /** One step at a time, so that a request waits for no more than one. */
  const stepLater = (): void =>
    attempt(() => {
      if (recorder.nextStep()) untidy ??= setTimeout(stepNow);
    });
  const stepNow = (): void => {
    untidy = undefined;
    attempt(() => {
      log.withBusyTimeout(0, () => recorder.nextStep()?.());
      stepLater();
    });
    copyLogSoon();
  };
  const watching = setInterval(() => {
    try {
      files.requireWhole();
    } catch (error) {
      if (error instanceof FilesChanged) onFilesChanged(error);
      // Any other error occurs again, and is reported, when something is written.
    }
  }, CHECK_FILES_EVERY_MS);

  return {
    attempt,
    /** Call this when a request has been answered. */
    start(): void {
      copyLogSoon();
      stepLater();
    },
    stop(): void {
      clearTimeout(idle);
      clearTimeout(untidy);
      clearInterval(watching);
    },
    copyLog,
  };
}
