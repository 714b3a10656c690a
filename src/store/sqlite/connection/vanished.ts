import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { StoreUnusable } from "../../store.ts";

/**
 * Throws StoreUnusable when a database is about to be created where traces of an earlier
 * one are left: a disk that isn't mounted, or a file that was moved, must not look like a
 * first start.
 */
export function requireNotVanished(
  path: string,
  latestBackup: () => string | undefined = () => undefined,
): void {
  const bytes = fileBytes(path);
  if (bytes !== undefined && bytes > 0) return;
  const [trace] = tracesOf(path);
  const is = bytes === 0 ? "is empty" : "does not exist";
  if (trace !== undefined)
    throw new StoreUnusable(
      `The database ${path} ${is}, but ${trace} shows that there was one. If it was moved, move it back; or restore a backup (smsledger restore FILE). To start with a new, empty database, remove ${trace}.`,
    );
  const backup = bytes === undefined ? latestBackup() : undefined;
  if (backup !== undefined)
    throw new StoreUnusable(
      `The database ${path} ${is}, but BACKUP_FOLDER has backups of one, the latest ${backup}. If its disk is not mounted, mount it; or restore that backup (smsledger restore FILE). To start with a new, empty database, make an empty file first: touch ${path}`,
    );
}

/** How large a file is; undefined when there is none. */
export function fileBytes(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

/** The files that a server or a restore leaves beside a database. */
function tracesOf(path: string): string[] {
  const folder = dirname(path);
  if (!existsSync(folder)) return [];
  const name = basename(path);
  return readdirSync(folder)
    .filter(
      (each) =>
        each === `${name}-lock` ||
        each === `${name}-wal` ||
        each.startsWith(`${name}.before-restore-`),
    )
    .toSorted()
    .map((each) => join(folder, each));
}
