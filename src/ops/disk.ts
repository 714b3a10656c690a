import { realpath, stat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Room on the disk that a file is on, in bytes. */
export type DiskRoom = {
  /** What is left for users who are not root. */
  readonly freeBytes: number;
  readonly totalBytes: number;
};

/** Also of a file that is still to be made. Undefined when the system does not tell. */
export async function diskRoom(file: string): Promise<DiskRoom | undefined> {
  const path = await realPathOf(file);
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const { bsize, bavail, blocks } = await statfs(folder);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch {
      if (folder === dirname(folder)) return undefined;
    }
  }
}

/** A file's size in bytes; undefined when there is none, or this user may not look. */
export async function fileBytes(file: string): Promise<number | undefined> {
  try {
    return (await stat(resolve(file))).size;
  } catch {
    return undefined;
  }
}

/** The size of the write-ahead log beside a database's file. */
export async function logBytes(
  databaseFile: string,
): Promise<number | undefined> {
  return fileBytes(`${await realPathOf(databaseFile)}-wal`);
}

/** Where a symbolic link leads: the log is beside the file, and so is the disk's room. */
function realPathOf(file: string): Promise<string> {
  return realpath(file).catch(() => resolve(file));
}
