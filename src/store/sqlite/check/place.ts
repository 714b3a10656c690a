import { statSync } from "node:fs";
import { dirname } from "node:path";
import { diskKind } from "../connection/disk-kind.ts";
import { note, wrong, type Finding } from "../../../words/finding.ts";

/** Only what is amiss with where the database is: who may read it, and on what kind of disk. */
export function placeFindings(path: string): Finding[] {
  return [...modeFindings(path), ...diskKindFindings(path)];
}

/** Anybody else's bits in a file's mode. */
const OTHERS = 0o077;

function modeFindings(path: string): Finding[] {
  if (process.platform === "win32") return [];
  const open = [path, `${path}-wal`, `${path}-shm`].filter((file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats !== undefined && (stats.mode & OTHERS) !== 0;
  });
  const folder = statSync(dirname(path));
  // What nobody else can reach nobody else can read.
  if (open.length === 0 || (folder.mode & OTHERS) === 0) return [];
  return [
    note(
      "Other users of this machine may read or change the database, and with it phone numbers.",
      `chmod 600 ${open.map((file) => `'${file}'`).join(" ")}`,
    ),
  ];
}

function diskKindFindings(path: string): Finding[] {
  switch (diskKind(dirname(path))) {
    case "network":
      return [
        wrong(
          "The database is on a network disk, where locks and write-ahead logs cannot be relied on.",
          "Move it to a disk of this machine.",
        ),
      ];
    case "memory":
      return [
        wrong(
          "The database is in memory only: it is gone when this machine restarts.",
          "Move it to a disk.",
        ),
      ];
    case "container":
      return [
        wrong(
          "The database is in the container's own layer: it is gone when the container is replaced.",
          "Put it on a volume.",
        ),
      ];
    default:
      return [];
  }
}
