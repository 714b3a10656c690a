import {
  closeSync,
  openSync,
  readSync,
  statSync,
  truncateSync,
  type Stats,
} from "node:fs";
import { StoreUnavailable } from "../../store.ts";
import { LOG_HEADER_BYTES, type NeededBytes } from "../writer/log-copying.ts";

/** Something happened to the database's files: nothing may be acknowledged now. */
export class FilesChanged extends StoreUnavailable {
  /** Whether opening the database anew puts it right. */
  readonly canReopen: boolean;

  constructor(reason: string, canReopen: boolean) {
    super(reason);
    this.canReopen = canReopen;
  }
}

/**
 * Watches the three files that SQLite has open: it goes on with files that were deleted,
 * moved or replaced, and nobody would find again what is written into those.
 */
export class WatchedFiles {
  readonly #file: string;
  readonly #needed: NeededBytes;
  readonly #files: readonly (readonly [path: string, known: Identity])[];
  /** To look into the log; SQLite has no lock on it that closing this would end. */
  #log: number | undefined;
  #logBytes = 0;
  #cutShort: FilesChanged | undefined;

  /** To be made when SQLite has all of them open. Throws the system's error. */
  constructor(file: string, needed: NeededBytes) {
    this.#file = file;
    this.#needed = needed;
    this.#log = openSync(`${file}-wal`, "r");
    this.#files = ["", "-wal", "-shm"].map((end) => {
      const { dev, ino } = statSync(file + end);
      return [file + end, { dev, ino }];
    });
  }

  /**
   * Throws FilesChanged unless all are in place, the log has lost nothing, and the
   * database file was whole when that was last looked at.
   */
  requireInPlace(): void {
    if (this.#cutShort) throw this.#cutShort;
    for (const [path, known] of this.#files) {
      const stats = statsOf(path);
      if (!isSame(stats, known)) throw this.#changed(path, stats);
      if (path.endsWith("-wal")) this.#requireWholeLog(path, stats);
    }
  }

  /** Whether the log has its name: what is copied from it is else all that is left of it. */
  isLogInPlace(): boolean {
    return this.#files.every(
      ([path, known]) => !path.endsWith("-wal") || isSame(statsOf(path), known),
    );
  }

  /** Whether another process made a log of its own, and wrote into it. */
  hasOthersLog(): boolean {
    return (
      !this.isLogInPlace() && (statsOf(`${this.#file}-wal`)?.size ?? 0) > 0
    );
  }

  /** Throws FilesChanged when the database file has lost its end, too. */
  requireWhole(): void {
    const isShort = (): boolean =>
      (statsOf(this.#file)?.size ?? Infinity) < this.#needed.file();
    // A command may have copied the log between the two looks.
    this.#cutShort =
      isShort() && isShort()
        ? new FilesChanged(
            "The database file was cut short by another program. Stop the server and restore a backup.",
            false,
          )
        : undefined;
    this.requireInPlace();
  }

  close(): void {
    if (this.#log !== undefined) closeSync(this.#log);
    this.#log = undefined;
  }

  /** A log also gets shorter when it is copied, so only then it is asked what it holds. */
  #requireWholeLog(path: string, { size }: Stats): void {
    const before = this.#logBytes;
    this.#logBytes = size;
    const isCut =
      size < before ? this.#hasLost(size) : this.#hasHole(before, size);
    if (isCut)
      throw new FilesChanged(
        `Another program cut ${path} short, so callbacks of the last moments may be lost. The database is opened again.`,
        true,
      );
  }

  /** It is also asked for holes: of a log that is reused, SQLite may have written behind what was cut off. */
  #hasLost(size: number): boolean {
    try {
      const bytes = this.#needed.log();
      return size < bytes || this.#firstHole(bytes) !== undefined;
    } catch {
      // What is missing is needed to tell.
      return true;
    }
  }

  /** What was cut off is a hole, once SQLite has written behind it. */
  #hasHole(before: number, size: number): boolean {
    const pages = Math.floor(
      (before - LOG_HEADER_BYTES) / this.#needed.logPageBytes,
    );
    return size > before && pages > 0 && this.#isHole(pages - 1);
  }

  /** No page has the number 0. */
  #isHole(place: number): boolean {
    if (this.#log === undefined) return false;
    const number = Buffer.alloc(4);
    readSync(this.#log, number, 0, number.length, this.#offsetOf(place));
    return number.every((byte) => byte === 0);
  }

  #offsetOf(place: number): number {
    return LOG_HEADER_BYTES + place * this.#needed.logPageBytes;
  }

  /** Ends the log before a hole in it, which SQLite would copy into the database. */
  cutAtHole(): void {
    const path = `${this.#file}-wal`;
    const place = this.#firstHole(statsOf(path)?.size ?? 0);
    if (place === undefined) return;
    // The page before it may have lost its end.
    truncateSync(path, place < 2 ? 0 : this.#offsetOf(place - 1));
  }

  #firstHole(bytes: number): number | undefined {
    const pages = Math.floor(bytes / this.#needed.logPageBytes);
    for (let place = 0; place < pages; place++)
      if (this.#isHole(place)) return place;
    return undefined;
  }

  #changed(path: string, stats: Stats | undefined): FilesChanged {
    const what = stats === undefined ? "moved or deleted" : "replaced";
    if (path !== this.#file)
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
}

type Identity = Pick<Stats, "dev" | "ino">;

function isSame(
  stats: Stats | undefined,
  { dev, ino }: Identity,
): stats is Stats {
  return stats?.ino === ino && stats.dev === dev;
}

/** Undefined when there is no such file. Throws FilesChanged when the system does not tell. */
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
