import { readdirSync } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Backup } from "../store/upkeep.ts";
import {
  backupName,
  backupsToDelete,
  backupTime,
  nextBackupAt,
} from "./backup-files.ts";
import { runOwnCommand } from "./own-command.ts";

export type BackupWishes = {
  readonly databaseUrl: string;
  readonly folder: string;
  /** How many are kept. */
  readonly kept: number;
};

/** Why a backup failed, in a sentence or two for the operator. */
export class BackupFailed extends Error {
  override readonly name = "BackupFailed";
}

/** Returns when the next backup is due, given those in the folder. Rejects with BackupFailed. */
export async function nextBackupDueAt(
  folder: string,
  now: number,
): Promise<number> {
  return nextBackupAt(await namesIn(folder), now);
}

/*
 * The folder may be on a disk that doesn't answer, so nothing here waits for it in the
 * thread that serves HTTP.
 */

/**
 * Writes a backup into the folder, in its own process, and deletes the oldest ones
 * once it's complete. Rejects with BackupFailed.
 */
export async function writeScheduledBackup(
  { databaseUrl, folder, kept }: BackupWishes,
  now: number,
  signal: AbortSignal,
): Promise<Backup & { readonly file: string }> {
  const name = backupName(now);
  const file = join(folder, name);
  const reason = await runOwnCommand(
    ["backup", file, "--database-url", databaseUrl],
    signal,
  );
  if (reason !== undefined) {
    const left = (await namesIn(folder)).filter((each) =>
      each.startsWith(`${name}.partial-`),
    );
    await remove(folder, left);
    throw new BackupFailed(reason);
  }
  await remove(folder, backupsToDelete(await namesIn(folder), kept, now));
  return { at: now, bytes: (await stat(file)).size, file };
}

/** Returns the latest backup in a folder; undefined if it has none or can't be read. */
export function latestBackupIn(folder: string): string | undefined {
  try {
    const backups = readdirSync(folder).filter(
      (name) => backupTime(name) !== undefined,
    );
    const latest = backups.toSorted().at(-1);
    return latest === undefined ? undefined : join(folder, latest);
  } catch {
    return undefined;
  }
}

/** Lists the folder, and creates it if it doesn't exist. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return await readdir(folder);
  } catch (error) {
    throw new BackupFailed(
      "Can't create or read BACKUP_FOLDER. Check its path and permissions.",
      { cause: error },
    );
  }
}

/** One that can't be deleted now is retried after the next backup. */
async function remove(folder: string, names: readonly string[]): Promise<void> {
  for (const name of names)
    await rm(join(folder, name), { force: true }).catch(() => undefined);
}
