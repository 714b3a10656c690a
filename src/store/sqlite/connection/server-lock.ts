import { Database } from "bun:sqlite";
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  rmSync,
} from "node:fs";
import { dirname } from "node:path";
import { StoreUnusable } from "../../store.ts";
import { cannotOpen, requireNotMountedAlone } from "./database-file.ts";
import { diskKind } from "./disk-kind.ts";
import { BESIDE } from "../backup/durable-file.ts";
import { lockFile } from "./file-lock.ts";
import {
  mayPassSoon,
  OPEN_AGAIN_AFTER_MS,
  OPEN_AGAIN_MAX,
} from "./sqlite-errors.ts";
import { unusable } from "./unusable.ts";

export type ServerLock = {
  /** Its file stays: to remove it could take the lock from a server that starts now. */
  release(): void;
  /** For a database that can't be used: nothing stays that was not there before. */
  undo(): void;
};

/**
 * Keeps other servers from the database in `path`, until `release` or the end of the
 * process, however it ends. Commands work beside a server, so SQLite's own locks can't do
 * that: an empty file beside the database is locked, and the database itself, which a
 * server may reach under another name. Throws StoreUnusable when another server has it.
 */
export function lockForServer(path: string): ServerLock {
  requireNotMountedAlone(path);
  const name = withPatience(() => lockName(path));
  let file: ServerLock;
  try {
    file = lockDatabase(path);
  } catch (error) {
    name.undo();
    throw error;
  }
  return {
    release() {
      file.release();
      name.release();
    },
    undo() {
      file.undo();
      name.undo();
    },
  };
}

/** Tries again what a disk that fails for a moment prevented. */
function withPatience<T>(work: () => T): T {
  for (let left = OPEN_AGAIN_MAX; ; left--) {
    try {
      return work();
    } catch (error) {
      const mayPass =
        error instanceof StoreUnusable && mayPassSoon(error.cause);
      if (!mayPass || left === 0) throw error;
      Bun.sleepSync(OPEN_AGAIN_AFTER_MS);
    }
  }
}

function lockName(path: string): ServerLock {
  const file = `${path}-lock`;
  const wasThere = existsSync(file);
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
    if (isTaken) throw taken(path);
    throw unusable(file, error);
  }
  const held = db;
  return {
    release: () => held.close(),
    undo() {
      held.close();
      if (!wasThere) rmSync(file, { force: true });
    },
  };
}

function lockDatabase(path: string): ServerLock {
  // On a network disk such a lock would lock out SQLite's own.
  if (diskKind(dirname(path)) === "network")
    return { release: () => undefined, undo: () => undefined };
  const wasThere = existsSync(path);
  // Stays open: to close any descriptor of the file ends SQLite's locks on it.
  const descriptor = openToLock(path);
  if (lockFile(descriptor) === false) {
    closeSync(descriptor);
    throw taken(path);
  }
  const release = (): void => closeSync(descriptor);
  return {
    release,
    undo() {
      const isEmpty = fstatSync(descriptor).size === 0;
      release();
      if (wasThere || !isEmpty) return;
      for (const end of ["", ...BESIDE]) rmSync(path + end, { force: true });
    },
  };
}

function openToLock(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_CREAT, 0o600);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

function taken(path: string): StoreUnusable {
  return new StoreUnusable(
    `Another smsledger serves ${path}. Stop that one, or set DATABASE_URL to another file.`,
  );
}
