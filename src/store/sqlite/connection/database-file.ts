import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  type Stats,
} from "node:fs";
import { userInfo } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { StoreUnusable } from "../../store.ts";

/**
 * The absolute path of the database file, with symbolic links resolved: the log and the
 * lock are beside the file, not beside a link to it. Throws StoreUnusable for a folder, a
 * broken link, and a file that has a second name.
 */
export function databasePath(file: string): string {
  const path = realPath(resolve(file));
  const stats = statsOf(path);
  if (stats?.isDirectory())
    throw new StoreUnusable(
      "DATABASE_URL names a folder. Give the path of a file in it.",
    );
  if (stats) requireOneName(path, stats);
  return path;
}

/** Throws StoreUnusable, naming the path, when there is no file. */
export function requireDatabaseFile(path: string): void {
  if (!existsSync(path))
    throw new StoreUnusable(
      `There is no database ${resolve(path)}. Check DATABASE_URL.`,
    );
}

/** Creates a missing folder for its owner only; the mode of an existing folder isn't ours to change. */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (error) {
    throw new StoreUnusable(
      "The database's folder cannot be made. Check DATABASE_URL and the permissions.",
      { cause: error },
    );
  }
}

/** Gives a database that root created to the folder's owner, which is the server's user. */
export function giveToFolderOwner(path: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(path));
  for (const file of [path, `${path}-wal`, `${path}-shm`])
    if (existsSync(file)) chownSync(file, uid, gid);
}

/**
 * Throws StoreUnusable when only the file is mounted at its path, as into a container. Its
 * log and lock would then be in a different folder for programs outside the container, and
 * would be lost with it.
 */
export function requireNotMountedAlone(path: string): void {
  if (process.platform !== "linux") return;
  let mounts: string;
  try {
    mounts = readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return;
  }
  const isMounted = mounts.split("\n").some((line) => {
    const mountPoint = line.split(" ", 5)[4] ?? "";
    // Spaces and other special characters are octal numbers.
    return mountPoint.replaceAll(/\\(\d{3})/g, octalCharacter) === path;
  });
  if (isMounted)
    throw new StoreUnusable(
      `${path} is mounted as a single file, so its write-ahead log would be stored somewhere else and could be lost. Mount its folder instead.`,
    );
}

function octalCharacter(_: string, digits: string): string {
  return String.fromCharCode(Number.parseInt(digits, 8));
}

/** Resolves symbolic links as far as the path exists. */
function realPath(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw cannotOpen(path, error);
  }
  const target = linkTarget(path);
  if (target !== undefined)
    throw new StoreUnusable(
      `${path} is a symbolic link to ${target}, which does not exist. If its disk is not mounted, mount it. To start with a new database, remove the link.`,
    );
  const folder = dirname(path);
  return folder === path ? path : join(realPath(folder), basename(path));
}

/** Undefined for anything but a symbolic link. */
function linkTarget(path: string): string | undefined {
  const isLink = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink();
  return isLink ? readlinkSync(path) : undefined;
}

function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/**
 * SQLite names the log after the database, so one that is written under two names has two
 * logs and is destroyed. A name that an interrupted restore left doesn't count: nothing
 * opens it.
 */
function requireOneName(path: string, stats: Stats): void {
  if (stats.nlink < 2) return;
  const left = namesLeftByRestore(path, stats).length;
  if (stats.nlink - left < 2) return;
  throw new StoreUnusable(
    `${path} has another name (a hard link). Used under two names, a database is destroyed. Remove the other name (find it with: find / -samefile '${path}'), or replace it with a symbolic link.`,
  );
}

/** The second names that a restore gives the database for a moment; an interrupted one leaves them. */
export function namesLeftByRestore(
  path: string,
  { dev, ino }: Pick<Stats, "dev" | "ino">,
): string[] {
  const prefix = `${basename(path)}.before-restore-`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(dirname(path), name))
    .filter((name) => {
      const other = statSync(name, { throwIfNoEntry: false });
      return other?.ino === ino && other.dev === dev;
    });
}

/** What the system's error means for a file that can't be opened, and what to do. */
export function cannotOpen(path: string, error: unknown): StoreUnusable {
  const code = codeOf(error);
  const reason =
    code === "EACCES" || code === "EPERM"
      ? `the user ${userName()} has no permission. Run this as the user that the server runs as, or check the permissions of the file and its folder`
      : code === "EROFS"
        ? "its disk is read-only. Mount it for writing"
        : code === "ENOTDIR"
          ? "a part of its path is a file, not a folder. Check DATABASE_URL"
          : code === "ELOOP"
            ? "its symbolic links lead in a circle. Check DATABASE_URL"
            : `the system reports ${code}. Check the disk and DATABASE_URL`;
  return new StoreUnusable(`Can't open ${path}: ${reason}.`, { cause: error });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.());
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
