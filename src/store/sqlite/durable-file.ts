import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname } from "node:path";

/** For its owner only. */
const MODE = 0o600;

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
