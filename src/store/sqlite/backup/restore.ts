import { Database } from "bun:sqlite";
import { renameSync, statSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import { ACTIONS } from "../../audit.ts";
import {
  noSuchBackup,
  type Contents,
  type Restored,
  type RestoredAccess,
} from "../../backups.ts";
import { withDialect, type Db } from "../../sql/dialect.ts";
import { addAuditEntry } from "../../sql/tables/audit.ts";
import { StoreUnavailable, StoreUnusable } from "../../store.ts";
import { cannotOpen, databasePath } from "../connection/database-file.ts";
import { isDamage } from "../connection/soundness.ts";
import { writableTablesOf } from "../connection/tables.ts";
import { cannotWrite, unwritable } from "../connection/unusable.ts";
import { hasTable, valueOf } from "../connection/values.ts";
import { NewerSchema, SCHEMA_VERSION } from "../migrations/migrations.ts";
import { copyChecked, openToRead } from "./backup.ts";
import {
  makeEmptyFile,
  removeLeftOver,
  removeUnfinished,
  syncFile,
  syncFolderOf,
  unfinishedName,
} from "./durable-file.ts";
import {
  giveToOwnerOf,
  holdOld,
  keepOld,
  type OldDatabase,
} from "./old-database.ts";
import { settleAccess } from "./restored-access.ts";

/**
 * Replaces the database with a copy of the backup in `file`, once the copy is checked, whole
 * on the same disk, and belongs to the same user. The old database gets another name. At
 * every moment one of the two has the database's name, so nothing is lost if this is
 * interrupted. `beforeSwap` is called right before. Refuses while a server has the database
 * open. Throws StoreUnusable and StoreUnavailable; nothing has changed then.
 */
export async function restoreBackup(
  file: string,
  databaseFile: string,
  now: number,
  beforeSwap: () => void = () => undefined,
): Promise<Restored> {
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
    // On Windows an open file can't be renamed.
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
  if (one === undefined) throw noSuchBackup(source);
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

/** Throws StoreUnusable for a file that isn't a backup, and names it. */
function openBackup(file: string): Database {
  try {
    return openToRead(file);
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error;
    const { cause } = error;
    // Then it's about the file, not about its contents.
    if (cause !== undefined && !isDamage(cause)) throw error;
    throw new StoreUnusable(
      error instanceof NewerSchema
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

/** Settles who can access the copy, and adds the restore to its audit list. */
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
    action: ACTIONS.restored,
    subject: "",
    address: null,
  };
  if (valueOf(db, "PRAGMA user_version") === SCHEMA_VERSION)
    await addAuditEntry(tables, entry);
  else if (hasTable(db, "audit"))
    // The columns of older versions; the upgrade does the rest.
    db.run(
      "INSERT INTO audit (at, actor, action, subject, address) VALUES (?, ?, ?, '', NULL)",
      [now, entry.actor, entry.action],
    );
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
