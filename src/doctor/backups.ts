import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import { ago } from "../words/times.ts";
import type { Config } from "../config/config.ts";
import type { DiskRoom } from "../store/database-facts.ts";
import type { UpkeepState } from "../store/upkeep.ts";
import { fine, note, wrong, type Finding } from "../words/finding.ts";

/** A backup is written each day; this long after the latest one, one was missed. */
const LATEST_AGE_MS_MAX = 26 * 3_600_000;

/** A database on a server is backed up there, which isn't seen from here. */
export function serverBackupFinding(): Finding {
  return note(
    "smsledger makes no backups of a PostgreSQL database, and doesn't see whether there are any.",
    "Make them with PostgreSQL's own tools: pg_dump, or pg_basebackup with an archive of the write-ahead log, which loses less.",
  );
}

/** Checks whether backups are recent and on another disk. */
export function backupFindings(
  { backupFolder }: Pick<Config, "backupFolder">,
  {
    disk,
    upkeep,
  }: {
    readonly disk: DiskRoom | undefined;
    readonly upkeep: UpkeepState | undefined;
  },
  now: number,
): Finding[] {
  if (backupFolder === undefined) {
    return [
      note(
        "No backups are written: BACKUP_FOLDER isn't set.",
        "Set it to a folder, preferably on another disk, or run smsledger backup FILE from your own timer.",
      ),
    ];
  }
  const folder = resolve(backupFolder);
  if (!isUsable(folder)) {
    return [
      wrong(
        `BACKUP_FOLDER, ${folder}, doesn't exist, or this user can't read and write it.`,
        "Create it, and give it to the user that the server runs as.",
      ),
    ];
  }
  return [...latestFindings(upkeep, now), ...diskFindings(folder, disk)];
}

function isUsable(folder: string): boolean {
  try {
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function latestFindings(
  upkeep: UpkeepState | undefined,
  now: number,
): Finding[] {
  if (upkeep === undefined) return [];
  const { backup, backupFailure } = upkeep;
  if (backupFailure !== undefined) {
    return [
      wrong(
        `The latest backup failed ${ago(backupFailure.at, now)}. ${backupFailure.reason}`,
        backup &&
          `The one before it, written ${ago(backup.at, now)}, is whole.`,
      ),
    ];
  }
  if (backup === undefined) {
    return [
      note(
        "No backup has been written yet.",
        "The server writes the first one within a day. If it doesn't, see its log.",
      ),
    ];
  }
  const words = `The latest backup was written ${ago(backup.at, now)}`;
  if (backup.at - now > LATEST_AGE_MS_MAX)
    return [
      wrong(
        `The latest backup is dated ${ago(backup.at, now)}, in the future: the clock was wrong.`,
        "The server writes another one within a minute. If it doesn't, see its log.",
      ),
    ];
  return now - backup.at > LATEST_AGE_MS_MAX
    ? [
        wrong(
          `${words}; there should be one every day.`,
          "Check that the server is running, and see its log for the reason.",
        ),
      ]
    : [fine(`${words}.`)];
}

function diskFindings(folder: string, disk: DiskRoom | undefined): Finding[] {
  if (statSync(folder).dev !== disk?.device) return [];
  return [
    note(
      "The backups are on the same disk as the database and would be lost with it.",
      "Copy them elsewhere, or set BACKUP_FOLDER to another disk.",
    ),
  ];
}
