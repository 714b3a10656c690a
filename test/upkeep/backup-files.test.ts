import { expect, test } from "bun:test";
import {
  backupName,
  backupsToDelete,
  backupTime,
  nextBackupAt,
} from "../../src/upkeep/backup-files.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 23, 12, 30, 1, 999);
const name = (hoursAgo: number) => backupName(NOW - hoursAgo * HOUR_MS);

test("a backup is named for the second in which it started", () => {
  expect(backupName(NOW)).toBe("smsledger-20261123T123001Z.db");
  expect(backupTime(backupName(NOW))).toBe(NOW - 999);
});

test("a backup is due a day after the latest, whatever other files there are and whatever the clock once said", () => {
  expect(nextBackupAt([], NOW)).toBe(NOW);
  const others = [
    "smsledger.db",
    "smsledger-20261123T123000Z.db.partial-7",
    "smsledger-20261123T123000Z.db-wal",
    "smsledger-20269923T123000Z.db",
  ];
  expect(nextBackupAt(others, NOW)).toBe(NOW);
  const ago = (hours: number) => NOW - 999 - hours * HOUR_MS;
  expect(nextBackupAt([...others, name(30), name(3)], NOW)).toBe(ago(3 - 24));
  // From a clock that was ahead.
  expect(nextBackupAt([name(-900), name(30)], NOW)).toBe(ago(30 - 24));
});

test("the oldest backups are removed, and files with other names are kept", () => {
  const names = [name(0), name(24), "a.db", name(72), name(48), "smsledger.db"];
  expect(backupsToDelete(names, 2, NOW)).toEqual([name(72), name(48)]);
  expect(backupsToDelete(names, 4, NOW)).toEqual([]);
  expect(backupsToDelete(names, 9, NOW)).toEqual([]);
  expect(backupsToDelete([...names, name(-900), name(-901)], 2, NOW)).toEqual([
    name(72),
    name(48),
  ]);
});
