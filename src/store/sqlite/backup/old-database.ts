import { Database, SQLiteError } from "bun:sqlite";
import {
  chmodSync,
  chownSync,
  existsSync,
  renameSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { valueOf } from "../connection/values.ts";
import { APPLICATION_ID } from "../migrations/migrations.ts";
import { BESIDE, giveSecondName, syncFolderOf } from "./durable-file.ts";

const LOCK_BUSY_TIMEOUT_MS = 500;

/** The database that a restore replaces, held so that no server opens it meanwhile. */
export type OldDatabase = { readonly db: Database; release(): void };

/** Undefined when there is none, or one so damaged that it can't be held. */
export function holdOld(target: string): OldDatabase | undefined {
  if (!existsSync(target)) return undefined;
  const db = new Database(target, { readwrite: true, strict: true });
  try {
    db.run(`PRAGMA busy_timeout = ${LOCK_BUSY_TIMEOUT_MS}`);
    requireOursOrEmpty(db);
    // Copies the log into the file and deletes it, which fails if anybody else has the file open.
    if (valueOf(db, "PRAGMA journal_mode = DELETE") !== "delete") throw inUse();
    db.run("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (!(error instanceof SQLiteError)) throw error;
    if (error.code?.startsWith("SQLITE_BUSY")) throw inUse();
    if (!/^SQLITE_(?:CORRUPT|NOTADB|IOERR)/.test(error.code ?? "")) throw error;
    // It's damaged, and is kept under its other name as it is.
    return undefined;
  }
  return {
    db,
    release() {
      if (!db.inTransaction) return;
      // Nothing was written, so this touches no file beside the database, whoever has it now.
      db.run("ROLLBACK");
      db.close();
    },
  };
}

function requireOursOrEmpty(db: Database): void {
  const isEmpty = valueOf(db, "SELECT count(*) FROM sqlite_schema") === 0;
  if (!isEmpty && valueOf(db, "PRAGMA application_id") !== APPLICATION_ID)
    throw new StoreUnusable(
      "The database file belongs to another program. Set DATABASE_URL to another file.",
    );
}

function inUse(): StoreUnavailable {
  return new StoreUnavailable(
    "A server or another command has the database open. Stop it first; nothing was changed.",
  );
}

/** Gives the old database another name, beside its own; returns it, or undefined when there is no database. */
export function keepOld(target: string, now: number): string | undefined {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const name = `${target}.before-restore-${time}`;
  let before = name;
  for (let more = 2; existsSync(before); more++) before = `${name}-${more}`;
  const isThere = existsSync(target);
  // Only unusual file systems have no second names; there, nothing has the database's name for a moment.
  if (isThere && !giveSecondName(target, before)) renameSync(target, before);
  // The rest of a log must never be beside a database that it doesn't belong to.
  for (const end of BESIDE)
    if (existsSync(target + end)) renameSync(target + end, before + end);
  syncFolderOf(target);
  return isThere ? before : undefined;
}

/** Gives the copy the owner and mode of the file that it replaces, or else, as root, the folder's owner. */
export function giveToOwnerOf(copy: string, target: string): void {
  const old = statSync(target, { throwIfNoEntry: false });
  if (old === undefined && process.geteuid?.() !== 0) return;
  const { uid, gid } = old ?? statSync(dirname(target));
  try {
    chownSync(copy, uid, gid);
  } catch (error) {
    throw new StoreUnusable(
      `${target} belongs to another user, who couldn't open what is restored. Run this as that user, or as root. Nothing was changed.`,
      { cause: error },
    );
  }
  if (old !== undefined) chmodSync(copy, old.mode & 0o777);
}
