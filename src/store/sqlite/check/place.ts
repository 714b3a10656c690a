import { statSync } from "node:fs";
import { dirname } from "node:path";
import { diskKind } from "../connection/disk-kind.ts";
import { note, wrong, type Finding } from "../../../words/finding.ts";

/** Problems with where the database is: who can read it, and what kind of disk it's on. */
export function placeFindings(path: string): Finding[] {
  return [...modeFindings(path), ...diskKindFindings(path)];
}

/** The bits of everyone else in a file's mode. */
const OTHERS = 0o077;

function modeFindings(path: string): Finding[] {
  if (process.platform === "win32") return [];
  const open = [path, `${path}-wal`, `${path}-shm`].filter((file) => {
    const stats = statSync(file, { throwIfNoEntry: false });
    return stats !== undefined && (stats.mode & OTHERS) !== 0;
  });
  const folder = statSync(dirname(path));
  // Nobody else can read what nobody else can reach.
  if (open.length === 0 || (folder.mode & OTHERS) === 0) return [];
  return [
    note(
      "Other users of this machine can read or change the database, which contains phone numbers.",
      `chmod 600 ${open.map((file) => `'${file}'`).join(" ")}`,
    ),
  ];
}

function diskKindFindings(path: string): Finding[] {
  switch (diskKind(dirname(path))) {
    case "network":
      return [
        wrong(
          "The database is on a network disk, where locks and write-ahead logs aren't reliable.",
          "Move it to a local disk.",
        ),
      ];
    case "memory":
      return [
        wrong(
          "The database is only in memory and will be lost when this machine restarts.",
          "Move it to a disk.",
        ),
      ];
    case "container":
      return [
        wrong(
          "The database is in the container's own layer and will be lost when the container is replaced.",
          "Put it on a volume.",
        ),
      ];
    default:
      return [];
  }
}
