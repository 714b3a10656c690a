/* Names of the backups that the server writes. Nothing here reads the folder itself. */

const NAME = /^smsledger-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db$/;

const DAY_MS = 86_400_000;

/** `smsledger-20261123T120000Z.db`: the second, in UTC, in which it was started. */
export function backupName(at: number): string {
  const digits = new Date(at).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  return `smsledger-${digits}.db`;
}

/** Returns when a backup with this name was started, milliseconds since 1970; undefined for other names. */
export function backupTime(name: string): number | undefined {
  const [, year, month, day, hour, minute, second] = NAME.exec(name) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/**
 * Returns when the next backup is due: a day after the latest. Backups from the
 * future, made under a wrong clock, don't count.
 */
export function nextBackupAt(names: readonly string[], now: number): number {
  const times = names
    .map(backupTime)
    .filter((at) => at !== undefined && at <= now);
  return times.length === 0 ? now : Math.max(...times.map(Number)) + DAY_MS;
}

/**
 * Returns the oldest backups to delete so that `kept` are left. Those from the future
 * stay and aren't counted: their names don't show which is newer.
 */
export function backupsToDelete(
  names: readonly string[],
  kept: number,
  now: number,
): string[] {
  return names
    .filter((name) => {
      const at = backupTime(name);
      return at !== undefined && at <= now;
    })
    .toSorted()
    .slice(0, -kept);
}
