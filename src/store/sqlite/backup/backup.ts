import { Database } from "bun:sqlite";
import { statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Contents } from "../../backups.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import {
  databasePath,
  requireDatabaseFile,
} from "../connection/database-file.ts";
import {
  makeEmptyFile,
  removeUnfinished,
  renameToNew,
  syncFile,
  unfinishedName,
} from "./durable-file.ts";
import { requireOurs } from "../migrations/migrations.ts";
import { cannotWrite, unusable } from "../connection/unusable.ts";
import { isDamage, isSound } from "../connection/soundness.ts";
import { openReadOnly } from "../connection/read-only.ts";
import { explainSqliteError } from "../connection/sqlite-errors.ts";

const READ_BUSY_TIMEOUT_MS = 3_000;
/** What is left free beside what a copy needs. */
const ROOM_LEFT_BYTES = 16 * 1024 * 1024;

/**
 * Writes a whole and checked copy of a database into a new file, also while a server
 * writes: what was committed before this began is in it. The file has its name only when
 * it is whole and on disk; see `unfinishedName`. Takes as long as
 * it takes to read and write everything, and holds the thread meanwhile. Throws
 * StoreUnusable and StoreUnavailable, and leaves nothing behind then.
 */
export function writeBackup(databaseFile: string, file: string): Contents {
  const path = resolve(file);
  const db = openToRead(databasePath(databaseFile));
  const partial = unfinishedName(path, "partial");
  try {
    requireNew(path);
    removeUnfinished(path);
    makeEmptyFile(partial);
    requireRoom(db, path);
    const contents = copyChecked(db, partial);
    if (contents === undefined)
      throw new StoreUnavailable(
        "The copy is damaged, so it was deleted. Either the database is damaged or the backup's disk fails: run smsledger doctor, and check the disk.",
      );
    if (!renameToNew(partial, path)) throw nameTaken(path);
    return contents;
  } catch (error) {
    throw explained(error, path);
  } finally {
    db.close();
    removeUnfinished(path);
  }
}

/** Opens a database of ours, of this version or an older one, to read it. Throws StoreUnusable. */
export function openToRead(file: string): Database {
  requireDatabaseFile(file);
  let db: Database | undefined;
  try {
    db = openReadOnly(file, READ_BUSY_TIMEOUT_MS);
    if (requireOurs(db) === 0)
      throw new StoreUnusable("The database is empty: nothing is in it yet.");
    return db;
  } catch (error) {
    db?.close();
    throw unusable(file, error);
  }
}

/**
 * Copies what is committed now into an empty file, which is on disk then, and checks the
 * copy: what a backup is checked for is just what a restore asks of it. Undefined when it
 * isn't sound.
 */
export function copyChecked(db: Database, file: string): Contents | undefined {
  copyInto(db, file);
  const copy = openToRead(file);
  try {
    return isSound(copy) ? contentsOf(copy, file) : undefined;
  } finally {
    copy.close();
  }
}

function copyInto(db: Database, file: string): void {
  // A copy can give free pages back to the disk, also one of a database that cannot.
  if (valueOf(db, "PRAGMA auto_vacuum") === 0)
    db.run("PRAGMA auto_vacuum = INCREMENTAL");
  db.run("VACUUM INTO ?", [file]);
  nameLedger(file);
  syncFile(file);
}

/**
 * Gives a copy a ledger id of its own: once it's in use, its events aren't those of the
 * database it was copied from. Older versions have no ids; the upgrade makes one.
 */
function nameLedger(file: string): void {
  const db = new Database(file, { readwrite: true, strict: true });
  try {
    if (valueOf(db, HAS_LEDGER) === 1)
      db.run("UPDATE ledger SET id = lower(hex(randomblob(8)))");
  } finally {
    db.close();
  }
}

const HAS_LEDGER =
  "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'ledger'";

function contentsOf(db: Database, file: string): Contents {
  const lastEventAt = valueOf(
    db,
    "SELECT received_at FROM events ORDER BY id DESC LIMIT 1",
  );
  return {
    messages: Number(valueOf(db, "SELECT count(*) FROM messages")),
    events: Number(valueOf(db, "SELECT count(*) FROM events")),
    lastEventAt: lastEventAt === undefined ? undefined : Number(lastEventAt),
    bytes: statSync(file).size,
  };
}

/** The first value that a statement gives. */
export function valueOf(db: Database, sql: string): unknown {
  using statement = db.prepare<unknown, []>(sql);
  return statement.values()[0]?.[0];
}

function requireNew(file: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return;
  throw stats.isDirectory()
    ? new StoreUnavailable(
        `${file} is a folder. Give the name of a new file in it.`,
      )
    : nameTaken(file);
}

function nameTaken(file: string): StoreUnavailable {
  return new StoreUnavailable(
    `${file} exists already. Give another name; backups replace nothing.`,
  );
}

/** Throws when there is surely no room; whether there is enough shows only at the end. */
function requireRoom(db: Database, file: string): void {
  const [pages, free, pageBytes] = [
    "page_count",
    "freelist_count",
    "page_size",
  ].map((name) => Number(valueOf(db, `PRAGMA ${name}`)));
  const needed = ((pages ?? 0) - (free ?? 0)) * (pageBytes ?? 0);
  let left: number;
  try {
    const { bavail, bsize } = statfsSync(dirname(file));
    left = bavail * bsize;
  } catch {
    return;
  }
  if (needed + ROOM_LEFT_BYTES <= left) return;
  throw new StoreUnavailable(
    `Can't write ${file}: its disk has no room for the backup. Free some space there, or write it to another disk.`,
  );
}

function explained(error: unknown, file: string): unknown {
  if (error instanceof StoreUnavailable || error instanceof StoreUnusable)
    return error;
  if (isDamage(error))
    return new StoreUnavailable(
      "The database is damaged. Run smsledger doctor, and restore a backup from before.",
      { cause: error },
    );
  const reason = explainSqliteError(error);
  return (
    cannotWrite(file, error) ??
    (reason === undefined
      ? error
      : new StoreUnavailable(reason, { cause: error }))
  );
}
