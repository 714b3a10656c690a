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

/** For its owner only. */
const MODE = 0o600;

/** Files that SQLite keeps beside a database. */
export const BESIDE = ["-wal", "-shm", "-journal"] as const;

/** What a file is called until it's whole; the process that writes it is in the name. */
export function unfinishedName(
  file: string,
  kind: "partial" | "restoring",
): string {
  return `${file}.${kind}-${process.pid}`;
}

/** A copy that is being checked isn't written, for some minutes when it's large. */
const UNTOUCHED_MS_MAX = 3_600_000;

const UNFINISHED = /^(.+)\.(?:partial|restoring)-(\d+)(?:-wal|-shm|-journal)?$/;

/**
 * Removes what processes that were cut off left of unfinished copies of `file`, and what
 * SQLite kept beside them. What a running process is writing stays.
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
      // It's tried again by the next one that looks here.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Whether the process that a file names still works on it; another one may have its id by now. */
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

/** Whether a process has ended but nobody took note, as in a container without an init. */
function isZombie(pid: number): boolean {
  try {
    return /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Makes an empty file that was not there. Throws the system's error. */
export function makeEmptyFile(file: string): void {
  closeSync(openSync(file, "wx", MODE));
}

/** Resolves once what was written to a file is on disk. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, "r+");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes names in the folder of a file durable, where the system can. */
export function syncFolderOf(file: string): void {
  // Windows cannot, and does so by itself.
  if (process.platform === "win32") return;
  const descriptor = openSync(dirname(file), "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Gives a file its name unless that is taken. Returns false when it is. */
export function renameToNew(file: string, name: string): boolean {
  if (!giveSecondName(file, name)) {
    if (existsSync(name)) return false;
    renameSync(file, name);
  } else rmSync(file);
  syncFolderOf(name);
  return true;
}

/** Gives a file one more name. Returns false when that is taken, or the file system has no such thing. */
export function giveSecondName(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch {
    return false;
  }
}
