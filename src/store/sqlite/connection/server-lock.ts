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
  /** The lock's file stays: removing it could take the lock from a server that starts now. */
  release(): void;
  /** For a database that can't be used: also removes the files that locking created. */
  undo(): void;
};

/** Another server has the database. */
export class ServedByAnother extends StoreUnusable {}

/**
 * Keeps other servers away from the database in `path`, until `release` or the end of the
 * process. SQLite's own locks can't do that, as commands work beside a server. So this
 * locks an empty file beside the database, and the database file too, which another server
 * could open under another name. Throws ServedByAnother when another server has it.
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

/** Tries again after errors that a briefly failing disk causes. */
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
    // Nothing is ever written, so it needs no journal file.
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
  // On a network disk this lock would conflict with SQLite's own.
  if (diskKind(dirname(path)) === "network")
    return { release: () => undefined, undo: () => undefined };
  const wasThere = existsSync(path);
  // Stays open: closing any descriptor of the file ends SQLite's locks on it.
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

function taken(path: string): ServedByAnother {
  return new ServedByAnother(
    `Another smsledger serves ${path}. Stop that one, or set DATABASE_URL to another file.`,
  );
}
