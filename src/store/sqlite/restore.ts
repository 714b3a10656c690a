import { Database, SQLiteError } from "bun:sqlite";
import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { StoreUnavailable, StoreUnusable } from "../store.ts";
import { addAuditEntry } from "./audit.ts";
import {
  contentsOf,
  copyInto,
  openToRead,
  valueOf,
  type Contents,
} from "./backup.ts";
import {
  giveSecondName,
  BESIDE,
  makeEmptyFile,
  removeUnfinished,
  syncFile,
  syncFolderOf,
  unfinishedName,
} from "./durable-file.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "./migrations.ts";
import { explainOpenError, explainSqliteError } from "./sqlite-errors.ts";

export type Restored = Contents & {
  /** What the database is called that was there before; undefined when there was none. */
  readonly before: string | undefined;
};

const LOCK_BUSY_TIMEOUT_MS = 500;

/**
 * Puts a copy of the backup in `file` in the place of the database, once it is checked and
 * whole on the same disk. The database that was there gets another name. At every moment
 * there is one or the other under the database's name, so that whatever interrupts this,
 * nothing is lost. Refuses while a server has the database open. Throws StoreUnusable and
 * StoreUnavailable; nothing is changed then.
 */
export function restoreBackup(
  file: string,
  databaseFile: string,
  now: number,
): Restored {
  const [source, target] = [resolve(file), resolve(databaseFile)];
  requireOther(source, target);
  const backup = openBackup(source);
  const partial = unfinishedName(target, "restoring");
  let old: OldDatabase | undefined;
  try {
    old = holdOld(target);
    requireSound(backup);
    removeLeftOver(target);
    makeEmptyFile(partial);
    copyInto(backup, partial);
    noteRestore(partial, now);
    const contents = contentsOf(backup, partial);
    // There a file that is open cannot get another name.
    if (process.platform === "win32") old?.release();
    const before = keepOld(target, now);
    renameSync(partial, target);
    syncFolderOf(target);
    return { ...contents, before };
  } catch (error) {
    throw explained(error);
  } finally {
    backup.close();
    old?.release();
    removeUnfinished(target);
  }
}

function requireOther(source: string, target: string): void {
  const [one, other] = [source, target].map((path) =>
    statSync(path, { throwIfNoEntry: false }),
  );
  if (!one?.isFile())
    throw new StoreUnusable("There is no such file to restore from.");
  if (other?.isDirectory())
    throw new StoreUnusable(
      "DATABASE_URL names a folder. Give the path of a file in it.",
    );
  if (one.ino === other?.ino && one.dev === other.dev)
    throw new StoreUnusable(
      "That is the database itself. Give a backup of it.",
    );
}

/** Throws StoreUnusable for what is no backup, in words about the file that was given. */
function openBackup(file: string): Database {
  try {
    return openToRead(file);
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error;
    const isNewer = error.message.includes("newer smsledger");
    throw new StoreUnusable(
      isNewer
        ? "That backup was written by a newer smsledger. Restore it with that version."
        : "That file is no backup of smsledger, or it is damaged. Nothing was changed.",
      { cause: error },
    );
  }
}

function requireSound(backup: Database): void {
  let verdict: unknown;
  try {
    verdict = valueOf(backup, "PRAGMA integrity_check(1)");
  } catch (error) {
    if (!(error instanceof SQLiteError)) throw error;
  }
  if (verdict !== "ok")
    throw new StoreUnusable(
      "That backup is damaged. Nothing was changed; restore an older one.",
    );
}

/** The database that is to make room, held so that no server opens it meanwhile. */
type OldDatabase = { release(): void };

/** Undefined when there is none that could be held. */
function holdOld(target: string): OldDatabase | undefined {
  if (!existsSync(target)) return undefined;
  const db = new Database(target, { readwrite: true, strict: true });
  try {
    db.run(`PRAGMA busy_timeout = ${LOCK_BUSY_TIMEOUT_MS}`);
    requireOursOrEmpty(db);
    // Takes the log into the file and the log away, for which nobody else may have it open.
    if (valueOf(db, "PRAGMA journal_mode = DELETE") !== "delete") throw inUse();
    db.run("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (!(error instanceof SQLiteError)) throw error;
    if (error.code?.startsWith("SQLITE_BUSY")) throw inUse();
    if (!/^SQLITE_(?:CORRUPT|NOTADB|IOERR)/.test(error.code ?? "")) throw error;
    // It is damaged: nobody can hold it, and what it has goes aside as it is.
    return undefined;
  }
  return {
    release() {
      if (!db.inTransaction) return;
      // Nothing was written, so no file beside the database is touched, whoever has it now.
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

/** Removes what restores left that were cut off: copies, and second names of what is still the database. */
function removeLeftOver(target: string): void {
  removeUnfinished(target);
  const folder = dirname(target);
  const prefix = basename(target);
  const { ino, dev } = statSync(target, { throwIfNoEntry: false }) ?? {};
  for (const name of readdirSync(folder)) {
    const path = resolve(folder, name);
    if (!name.startsWith(`${prefix}.before-restore-`)) continue;
    const other = statSync(path, { throwIfNoEntry: false });
    if (ino !== undefined && other?.ino === ino && other.dev === dev)
      rmSync(path, { force: true });
  }
}

/** Gives what is there another name beside its own; returns it, or undefined when nothing is there. */
function keepOld(target: string, now: number): string | undefined {
  const time = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const name = `${target}.before-restore-${time}`;
  let before = name;
  for (let more = 2; existsSync(before); more++) before = `${name}-${more}`;
  const isThere = existsSync(target);
  // Without a second name it is nowhere for a moment; only odd file systems have none.
  if (isThere && !giveSecondName(target, before)) renameSync(target, before);
  // What is left of a log must never stand beside a database that it is not of.
  for (const end of BESIDE)
    if (existsSync(target + end)) renameSync(target + end, before + end);
  syncFolderOf(target);
  return isThere ? before : undefined;
}

/** Puts into the copy's audit list that it was restored, where this version knows its tables. */
function noteRestore(copy: string, now: number): void {
  const db = new Database(copy, { readwrite: true, strict: true });
  try {
    if (valueOf(db, "PRAGMA user_version") !== SCHEMA_VERSION) return;
    addAuditEntry(db, {
      kind: "change",
      at: now,
      actor: "command line",
      action: "restored a backup",
      subject: "",
      address: null,
    });
  } finally {
    db.close();
    syncFile(copy);
  }
}

function explained(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof StoreUnusable)
    return error;
  const code = error instanceof Error && "code" in error ? error.code : "";
  const reason =
    code === "ENOSPC" || code === "EDQUOT"
      ? "The disk is full. Free some space on the database's disk."
      : code === "EACCES" || code === "EPERM" || code === "EROFS"
        ? "The database's folder cannot be written. Check its permissions."
        : code === "ENOENT"
          ? "The database's folder does not exist. Check DATABASE_URL."
          : (explainSqliteError(error) ?? explainOpenError(error));
  return reason === undefined
    ? error
    : new StoreUnavailable(`${reason} Nothing was changed.`, { cause: error });
}
