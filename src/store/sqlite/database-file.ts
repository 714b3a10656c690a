import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { StoreUnusable } from "../store.ts";

/** The absolute path of the database's file. Throws StoreUnusable for a folder. */
export function databasePath(file: string): string {
  const path = resolve(file);
  if (isFolder(path))
    throw new StoreUnusable(
      "DATABASE_URL names a folder. Give the path of a file in it.",
    );
  return path;
}

/** Throws StoreUnusable, with the path that was looked at, when no file is there. */
export function requireDatabaseFile(path: string): void {
  if (!existsSync(path))
    throw new StoreUnusable(
      `There is no database ${resolve(path)}. Check DATABASE_URL.`,
    );
}

/** Makes the folder for its owner only, when there is none; another one's mode is not ours to change. */
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

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Why it cannot be looked at is told when it is opened.
    return false;
  }
}
