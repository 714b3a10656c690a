import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  databasePath,
  namesLeftByRestore,
} from "../connection/database-file.ts";

/** For its owner only. */
const MODE = 0o600;

/** Files that SQLite keeps beside a database. */
export const BESIDE = ["-wal", "-shm", "-journal"] as const;

/** A file's name until it's whole; it contains the id of the process that writes it. */
export function unfinishedName(
  file: string,
  kind: "partial" | "restoring",
): string {
  return `${file}.${kind}-${process.pid}`;
}

/** While a large copy is checked, nothing is written to it for minutes. */
const UNTOUCHED_MS_MAX = 3_600_000;

const UNFINISHED = /^(.+)\.(?:partial|restoring)-(\d+)(?:-wal|-shm|-journal)?$/;

/**
 * Removes unfinished copies of `file` that interrupted processes left, and what SQLite kept
 * beside them. What a running process is writing stays.
 */
export function removeUnfinished(file: string): void {
  removeUnfinishedIn(dirname(file), (name) => name === basename(file));
}

/** The same for every file in a folder whose name is one that `isOurs` accepts. */
export function removeUnfinishedIn(
  folder: string,
  isOurs: (name: string) => boolean,
): void {
  for (const name of namesIn(folder)) {
    const [, finished, pid] = UNFINISHED.exec(name) ?? [];
    if (finished === undefined || !isOurs(finished)) continue;
    const path = join(folder, name);
    try {
      if (!isBeingWritten(path, Number(pid))) rmSync(path, { force: true });
    } catch {
      // The next call tries again.
    }
  }
}

/** Removes what interrupted restores left: copies, and second names of what is still the database. */
export function removeLeftOver(databaseFile: string): void {
  const path = databasePath(databaseFile);
  removeUnfinished(path);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  for (const name of namesLeftByRestore(path, stats)) rmSync(name);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether the process that a file names still writes it; by now another process may have its id. */
function isBeingWritten(path: string, pid: number): boolean {
  if (pid === process.pid || !isRunning(pid)) return false;
  const { mtimeMs } = statSync(path);
  return Date.now() - mtimeMs < UNTOUCHED_MS_MAX;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Whether a process has ended but wasn't reaped, as in a container without an init. */
function isZombie(pid: number): boolean {
  try {
    return /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Creates an empty file that must not exist. Throws the system's error. */
export function makeEmptyFile(file: string): void {
  closeSync(openSync(file, "wx", MODE));
}

/** Returns once what was written to a file is on disk. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the names in a file's folder durable, where the system can. */
export function syncFolderOf(file: string): void {
  // Windows can't, and does it by itself.
  if (process.platform === "win32") return;
  const descriptor = openSync(dirname(file), "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Renames a file unless the name is taken. Returns false when it is. */
export function renameToNew(file: string, name: string): boolean {
  if (!giveSecondName(file, name)) {
    if (existsSync(name)) return false;
    renameSync(file, name);
  } else rmSync(file);
  syncFolderOf(name);
  return true;
}

/** Gives a file a second name. Returns false when it's taken, or the file system has no second names. */
export function giveSecondName(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch {
    return false;
  }
}
