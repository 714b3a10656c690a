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
import { hasTable, valueOf } from "../connection/values.ts";

const READ_BUSY_TIMEOUT_MS = 3_000;
/** What stays free on the disk beside a copy. */
const ROOM_LEFT_BYTES = 16 * 1024 * 1024;

/**
 * Writes a checked copy of a database to a new file, also while a server writes: it
 * contains what was committed before this started. The file gets its name only when it's
 * whole and on disk; see `unfinishedName`. Reads and writes everything, and blocks the
 * thread meanwhile. Throws StoreUnusable and StoreUnavailable, and then leaves nothing behind.
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

/** Opens a database of this version or an older one, to read it. Throws StoreUnusable. */
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
 * Copies what is committed now to an empty file, durably, and checks the copy: backups are
 * checked for exactly what a restore requires. Undefined when the copy isn't sound.
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
  // A copy can return free pages to the disk, even of a database that can't.
  if (valueOf(db, "PRAGMA auto_vacuum") === 0)
    db.run("PRAGMA auto_vacuum = INCREMENTAL");
  db.run("VACUUM INTO ?", [file]);
  nameLedger(file);
  syncFile(file);
}

/**
 * Gives a copy its own ledger id: once it's in use, its events aren't those of the
 * database it was copied from. Older versions have no ledger id; the upgrade creates one.
 */
function nameLedger(file: string): void {
  const db = new Database(file, { readwrite: true, strict: true });
  try {
    if (hasTable(db, "ledger"))
      db.run("UPDATE ledger SET id = lower(hex(randomblob(8)))");
  } finally {
    db.close();
  }
}

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

/** Throws when there is certainly no room; only the end shows whether there is enough. */
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
