import { Database } from "bun:sqlite";
import { rmSync } from "node:fs";
import { StoreUnusable } from "../store.ts";
import { explainOpenError } from "./sqlite-errors.ts";

export type ServerLock = {
  /** Its file stays: to remove it could take the lock from a server that starts now. */
  release(): void;
  /** For a database that turned out to be none of ours: nothing stays beside it. */
  undo(): void;
};

/**
 * Says to other servers that this one has the database in `path`, until `release`
 * or the end of the process, however it ends. Commands do their work beside a server, so
 * the lock is on an empty file beside the database, not on the database. Throws
 * StoreUnusable when another server has it.
 */
export function lockForServer(path: string): ServerLock {
  const file = `${path}-lock`;
  let db: Database | undefined;
  try {
    db = new Database(file, { create: true, readwrite: true });
    // Nothing is ever written, so no journal need lie beside it.
    db.run("PRAGMA journal_mode = MEMORY");
    db.run("BEGIN EXCLUSIVE");
  } catch (error) {
    db?.close();
    const isTaken =
      error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
    const reason = isTaken
      ? `Another smsledger serves ${path}. Stop that one, or set DATABASE_URL to another file.`
      : explainOpenError(error);
    if (reason === undefined) throw error;
    throw new StoreUnusable(reason, { cause: error });
  }
  const held = db;
  return {
    release: () => held.close(),
    undo() {
      held.close();
      rmSync(file, { force: true });
    },
  };
}
