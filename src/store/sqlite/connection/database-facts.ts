import { realpath, stat, statfs } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { DatabaseFacts, DiskRoom, Space } from "../../database-facts.ts";
import { SCHEMA_VERSION } from "../migrations/migrations.ts";

export function databaseFacts(file: string): DatabaseFacts {
  return {
    place: resolve(file),
    name: basename(file),
    isOnServer: false,
    schemaVersion: SCHEMA_VERSION,
    space: () => spaceOf(file),
  };
}

/** What a database and its log take, and the room on its disk. */
export async function spaceOf(databaseFile: string): Promise<Space> {
  // The log is beside the file that a symbolic link leads to, and so is the disk's room.
  const path = await realpath(databaseFile).catch(() => resolve(databaseFile));
  const [bytes, logBytes, disk] = await Promise.all([
    fileBytes(path),
    fileBytes(`${path}-wal`),
    diskRoom(path),
  ]);
  // Without a file, there's nothing in the log.
  return { bytes, logBytes: logBytes ?? 0, disk };
}

/** Room on the disk of a file, also of one that is still to be made. */
async function diskRoom(path: string): Promise<DiskRoom | undefined> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      const { bsize, bavail, blocks } = await statfs(folder);
      const { dev: device } = await stat(folder);
      return { device, freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch {
      if (folder === dirname(folder)) return undefined;
    }
  }
}

/** Undefined when there is no such file, or this user may not look. */
async function fileBytes(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch {
    return undefined;
  }
}
