import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { removeUnfinishedIn } from "../store/sqlite/durable-file.ts";
import type { Backup } from "../store/upkeep.ts";
import {
  backupName,
  backupTime,
  backupsToDelete,
  nextBackupAt,
} from "./backup-files.ts";
import { runOwnCommand } from "./own-command.ts";

export type BackupWishes = {
  readonly databaseFile: string;
  readonly folder: string;
  /** How many are kept. */
  readonly kept: number;
};

/** Why a backup failed, in a sentence or two for who runs the server. */
export class BackupFailed extends Error {
  override readonly name = "BackupFailed";
}

/** When the next backup is due, as the ones in the folder have it. Throws BackupFailed. */
export function nextBackupDueAt(folder: string, now: number): number {
  return nextBackupAt(namesIn(folder), now);
}

/**
 * Writes a backup into the folder, in a process of its own, and deletes the oldest ones
 * once it is whole. Rejects with BackupFailed.
 */
export async function writeScheduledBackup(
  { databaseFile, folder, kept }: BackupWishes,
  now: number,
  signal: AbortSignal,
): Promise<Backup & { readonly file: string }> {
  removePartial(folder);
  const file = join(folder, backupName(now));
  const reason = await runOwnCommand(
    ["backup", file, "--database-url", databaseFile],
    signal,
  );
  if (reason !== undefined) {
    removePartial(folder);
    throw new BackupFailed(reason);
  }
  remove(folder, backupsToDelete(namesIn(folder), kept, now));
  return { at: now, bytes: statSync(file).size, file };
}

/** Removes what backups left that were cut off, as by a power cut. */
function removePartial(folder: string): void {
  removeUnfinishedIn(folder, (name) => backupTime(name) !== undefined);
}

/** What is in the folder, which is made when it is not there. */
function namesIn(folder: string): string[] {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return readdirSync(folder);
  } catch (error) {
    throw new BackupFailed(
      "BACKUP_FOLDER cannot be made or read. Check it and its permissions.",
      { cause: error },
    );
  }
}

/** One that cannot be deleted now is tried again after the next backup. */
function remove(folder: string, names: readonly string[]): void {
  for (const name of names) {
    try {
      rmSync(join(folder, name), { force: true });
    } catch {
      continue;
    }
  }
}
