import { Database, SQLiteError } from "bun:sqlite";
import {
  chmodSync,
  chownSync,
  existsSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from "node:fs";
import { dirname, resolve } from "node:path";
import type { Contents, Restored, RestoredAccess } from "../../backups.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { withDialect, type Db } from "../../sql/dialect.ts";
import { addAuditEntry } from "../../sql/tables/audit.ts";
import { copyChecked, openToRead, valueOf } from "./backup.ts";
import {
  cannotOpen,
  databasePath,
  namesLeftByRestore,
} from "../connection/database-file.ts";
import {
  giveSecondName,
  BESIDE,
  makeEmptyFile,
  removeUnfinished,
  syncFile,
  syncFolderOf,
  unfinishedName,
} from "./durable-file.ts";
import { APPLICATION_ID, SCHEMA_VERSION } from "../migrations/migrations.ts";
import { settleAccess } from "./restored-access.ts";
import { isDamage } from "../connection/soundness.ts";
import { writableTablesOf } from "../connection/tables.ts";
import { cannotWrite, unwritable } from "../connection/unusable.ts";

const LOCK_BUSY_TIMEOUT_MS = 500;

/**
 * Puts a copy of the backup in `file` in the place of the database, once it is checked and
 * whole on the same disk, and belongs to the same user. The database that was there gets
 * another name. At every moment there is one or the other under the database's name, so
 * that whatever interrupts this, nothing is lost. `beforeSwap` is called right before.
 * Refuses while a server has the database open. Throws StoreUnusable and StoreUnavailable; nothing is changed then.
 */
export async function restoreBackup(
  file: string,
  databaseFile: string,
  now: number,
  beforeSwap: () => void = () => undefined,
): Promise<Restored> {
  // Where the data is, when a symbolic link leads there.
  const [source, target] = [resolve(file), databasePath(databaseFile)];
  requireOther(source, target);
  const backup = openBackup(source);
  const partial = unfinishedName(target, "restoring");
  let old: OldDatabase | undefined;
  try {
    old = holdOld(target);
    removeLeftOver(target);
    makeEmptyFile(partial);
    const contents = copySound(backup, partial, source);
    const access = await settle(partial, old?.db, now);
    giveToOwnerOf(partial, target);
    // There a file that is open cannot get another name.
    if (process.platform === "win32") old?.release();
    beforeSwap();
    const before = keepOld(target, now);
    renameSync(partial, target);
    syncFolderOf(target);
    return { ...contents, ...access, before };
  } catch (error) {
    throw explained(error, target);
  } finally {
    backup.close();
    old?.release();
    removeUnfinished(target);
  }
}

function requireOther(source: string, target: string): void {
  let one: Stats | undefined;
  try {
    one = statSync(source, { throwIfNoEntry: false });
  } catch (error) {
    throw cannotOpen(source, error);
  }
  if (one === undefined)
    throw new StoreUnusable(
      `There is no backup ${source}. Check the path. Nothing was changed.`,
    );
  if (!one.isFile())
    throw new StoreUnusable(
      `${source} is a folder. Give the path of a backup in it. Nothing was changed.`,
    );
  const other = statSync(target, { throwIfNoEntry: false });
  if (one.ino === other?.ino && one.dev === other.dev)
    throw new StoreUnusable(
      `${source} is the database itself. Give a backup of it. Nothing was changed.`,
    );
}

/** Throws StoreUnusable for what is no backup, in words about the file that was given. */
function openBackup(file: string): Database {
  try {
    return openToRead(file);
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error;
    const { cause } = error;
    // It's about the file, not about what is in it.
    if (cause !== undefined && !isDamage(cause)) throw error;
    const isNewer = error.message.includes("newer smsledger");
    throw new StoreUnusable(
      isNewer
        ? `${file} was written by a newer smsledger. Restore it with that version. Nothing was changed.`
        : `${file} isn't a backup of smsledger, or it is damaged. Nothing was changed.`,
      { cause: error },
    );
  }
}

function copySound(
  backup: Database,
  partial: string,
  source: string,
): Contents {
  try {
    const contents = copyChecked(backup, partial);
    if (contents !== undefined) return contents;
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
  throw new StoreUnusable(
    `${source} is damaged. Nothing was changed; restore an older backup.`,
  );
}

/** The database that is to make room, held so that no server opens it meanwhile. */
type OldDatabase = { readonly db: Database; release(): void };

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
    db,
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
export function removeLeftOver(databaseFile: string): void {
  const target = databasePath(databaseFile);
  removeUnfinished(target);
  const stats = statSync(target, { throwIfNoEntry: false });
  if (stats === undefined) return;
  for (const name of namesLeftByRestore(target, stats)) rmSync(name);
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

/** Settles in the copy who may get in, and notes the restore in its audit list. */
async function settle(
  copy: string,
  old: Database | undefined,
  now: number,
): Promise<RestoredAccess> {
  const db = new Database(copy, { readwrite: true, strict: true });
  const { tables, close } = writableTablesOf(db);
  try {
    return await tables.transaction().execute(async (transaction) => {
      const access = settleAccess(db, old);
      await noteRestore(db, withDialect(transaction, tables.dialect), now);
      return access;
    });
  } finally {
    close();
    syncFile(copy);
  }
}

async function noteRestore(db: Database, tables: Db, now: number) {
  const entry = {
    kind: "change" as const,
    at: now,
    actor: "command line",
    action: "restored a backup",
    subject: "",
    address: null,
  };
  if (valueOf(db, "PRAGMA user_version") === SCHEMA_VERSION)
    await addAuditEntry(tables, entry);
  else if (valueOf(db, HAS_AUDIT) === 1)
    // As older versions had it; the upgrade does the rest.
    db.run(
      "INSERT INTO audit (at, actor, action, subject, address) VALUES (?, ?, ?, '', NULL)",
      [now, entry.actor, entry.action],
    );
}

const HAS_AUDIT =
  "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'audit'";

/** Gives the copy the owner and mode of the file that it replaces; as root, at least the folder's owner. */
function giveToOwnerOf(copy: string, target: string): void {
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

function explained(error: unknown, target: string): unknown {
  if (error instanceof StoreUnavailable || error instanceof StoreUnusable)
    return error;
  const known = cannotWrite(target, error);
  return known === undefined
    ? unwritable(target, error)
    : new StoreUnavailable(`${known.message} Nothing was changed.`, {
        cause: error,
      });
}
