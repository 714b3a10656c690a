import { statSync, type Stats } from "node:fs";
import { StoreUnavailable } from "../../store.ts";
import type { NeededBytes } from "../writer/log-copying.ts";
import { watchLog } from "./watched-log.ts";

/** The database's files were changed: nothing may be acknowledged now. */
export class FilesChanged extends StoreUnavailable {
  /** Whether reopening the database helps. */
  readonly canReopen: boolean;

  constructor(reason: string, canReopen: boolean) {
    super(reason);
    this.canReopen = canReopen;
  }
}

export type WatchedFiles = ReturnType<typeof watchFiles>;

/**
 * Watches the three files that SQLite has open: it continues with files that were deleted,
 * moved or replaced, and nobody would find again what it writes into those. Call this when
 * SQLite has opened all of them. Throws the system's error.
 */
export function watchFiles(file: string, needed: NeededBytes) {
  const logPath = `${file}-wal`;
  const log = watchLog(logPath, needed);
  const files = [file, logPath, `${file}-shm`].map((path) => {
    const { dev, ino } = statSync(path);
    return { path, dev, ino };
  });
  let cutShort: FilesChanged | undefined;

  const requireInPlace = (): void => {
    if (cutShort) throw cutShort;
    for (const known of files) {
      const { path } = known;
      const stats = statsOf(path);
      if (!isSame(stats, known)) throw changed(file, path, stats);
      if (path === logPath && log.wasCut(stats.size))
        throw new FilesChanged(
          `Another program cut ${path} short, so callbacks of the last moments may be lost. The database is opened again.`,
          true,
        );
    }
  };
  const isLogInPlace = (): boolean =>
    files.every(
      (known) => known.path !== logPath || isSame(statsOf(logPath), known),
    );
  const isFileShort = (): boolean =>
    (statsOf(file)?.size ?? Infinity) < needed.file();

  return {
    /**
     * Throws FilesChanged unless all files are in place, the log has lost nothing, and the
     * database file was whole when that was last checked.
     */
    requireInPlace,
    /** Also throws FilesChanged when the database file has lost its end. */
    requireWhole(): void {
      // A command may have copied the log between the two looks.
      cutShort =
        isFileShort() && isFileShort()
          ? new FilesChanged(
              "The database file was cut short by another program. Stop the server and restore a backup.",
              false,
            )
          : undefined;
      requireInPlace();
    },
    /** Whether the log has its name. If not, what is copied from it is all that is left of it. */
    isLogInPlace,
    /** Whether another process made a log of its own and wrote to it. */
    hasOthersLog: (): boolean =>
      !isLogInPlace() && (statsOf(logPath)?.size ?? 0) > 0,
    /** Ends the log before a hole in it, which SQLite would copy into the database. */
    cutAtHole: () => log.cutAtHole(),
    close: () => log.close(),
  };
}

function changed(
  file: string,
  path: string,
  stats: Stats | undefined,
): FilesChanged {
  const what = stats === undefined ? "moved or deleted" : "replaced";
  if (path !== file)
    return new FilesChanged(
      `${path} was ${what} by another program. The database is opened again; nothing is lost.`,
      true,
    );
  return new FilesChanged(
    stats === undefined
      ? "The database file was moved or deleted. Put it back, or restart the server."
      : "Another file was put in the place of the database file. Put the first one back, or restart the server.",
    false,
  );
}

type Identity = Pick<Stats, "dev" | "ino">;

function isSame(
  stats: Stats | undefined,
  { dev, ino }: Identity,
): stats is Stats {
  return stats?.ino === ino && stats.dev === dev;
}

/** Undefined when there is no such file. Throws FilesChanged when the system doesn't tell. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    throw new FilesChanged(
      `${path} can't be reached (${String(code)}). Check its disk, and the permissions of its folder.`,
      false,
    );
  }
}
