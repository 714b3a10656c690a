import { existsSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Kysely } from "kysely";
import type { Store } from "../store.ts";
import type { OnFault } from "../store-fault.ts";
import type { Stores } from "../stores.ts";
import { accountStore, type Write } from "../sql/tables/account-store.ts";
import * as apiTokens from "../sql/tables/api-tokens.ts";
import { auditEntries } from "../sql/tables/audit.ts";
import { changesSince } from "../sql/reading/changes-since.ts";
import {
  databasePath,
  giveToFolderOwner,
  makeFolder,
  namesLeftByRestore,
} from "./connection/database-file.ts";
import { removeUnfinished } from "./backup/durable-file.ts";
import { errorCodeFacts } from "../sql/reading/error-code-facts.ts";
import * as eventReader from "../sql/reading/event-reader.ts";
import * as feed from "../sql/reading/feed.ts";
import { failingRecipients } from "../sql/reading/failing-reader.ts";
import {
  countMessages,
  FILL_MS,
  listAndCount,
  listMessages,
  READS_MAX,
} from "../sql/search/message-list.ts";
import {
  openForReading,
  openForReadingWhen,
  type ReadConnection,
} from "./connection/read-connection.ts";
import * as reader from "../sql/reading/message-reader.ts";
import { readsOf, type Reads } from "./connection/reads.ts";
import { recipientCounts } from "../sql/reading/recipient-counts.ts";
import { refusalStore } from "../sql/tables/refusals.ts";
import { SCHEMA_VERSION } from "./migrations/migrations.ts";
import type { Schema } from "../sql/schema.ts";
import { schemaOfFile } from "./migrations/schema-of-file.ts";
import { lockForServer } from "./connection/server-lock.ts";
import { suggest } from "../sql/search/suggestions.ts";
import { storedEvent } from "../core/stored-event.ts";
import { countedByMinuteSince } from "../sql/tallies/rollup-reader.ts";
import { deliveryTimes, tally } from "../sql/tallies/tallies.ts";
import { topSenders } from "../sql/tallies/top-senders.ts";
import { upkeepStore } from "./upkeep/upkeep.ts";
import { requireNotVanished } from "./connection/vanished.ts";
import { WriteQueue } from "./writer/write-queue.ts";
import { openForCommand } from "./connection/writing-connection.ts";

/** The part of the store that only reads. */
export type StoreReader = Omit<Store, "recordEvent" | "checkWritable">;

export type SearchOptions = {
  /** What one search for messages reads at most; see `SearchBounds`. */
  readonly readsMax?: number | undefined;
  /** How many milliseconds it goes on for to fill a page. */
  readonly fillMs?: number | undefined;
};

export type ServerOptions = SearchOptions & {
  /** Where there is no database: the latest backup in BACKUP_FOLDER. */
  readonly latestBackup?: string | undefined;
  /** Called before the database is upgraded, with its schema's version and the new one. */
  readonly onUpgrade?: (from: number, to: number) => void;
};

/**
 * Opens the SQLite database in `file`, making or upgrading it, with one thread that
 * writes and one connection that reads. Rejects with StoreUnusable, also while another
 * server has it. `onFault` hears of mistakes of ours that were survived.
 */
export async function openSqliteStore(
  file: string,
  onFault: OnFault,
  options: ServerOptions = {},
): Promise<Stores> {
  const { store, opened } = openingSqliteStore(file, onFault, options);
  await opened;
  return store;
}

/**
 * The same of a store that is there at once, so that a server can be made while the
 * database is opened: until `opened` resolves, queries wait and nothing may be written.
 * What is wrong with the path itself is thrown.
 */
export function openingSqliteStore(
  file: string,
  onFault: OnFault,
  options: ServerOptions = {},
): { readonly store: Stores; readonly opened: Promise<void> } {
  const path = databasePath(file);
  requireNotVanished(path, options.latestBackup);
  makeFolder(dirname(path));
  const lock = lockForServer(path);
  const schema = schemaOfFile(path);
  if (schema !== undefined && schema < SCHEMA_VERSION)
    options.onUpgrade?.(schema, SCHEMA_VERSION);
  const queue = new WriteQueue(onFault);
  let closing: Promise<void> | undefined;
  const writable = queue.open(path, {
    before: () => connection.close(),
    after: () => {
      if (closing === undefined) connection.open();
    },
  });
  const connection = openForReadingWhen(writable, path);
  const opened = connection.ready.then(
    () => removeLeftovers(path),
    async (error: unknown) => {
      await writable.then(
        () => queue.close(),
        // Its thread has ended.
        () => undefined,
      );
      lock.undo();
      throw error;
    },
  );
  const { kysely: db } = connection;
  const read = readsOf(connection);
  const store: Stores = {
    ...readerOf(connection, read, options),
    recordEvent: (event) => queue.record(storedEvent(event)),
    async checkWritable() {
      await queue.check();
      await read.requireReadable();
    },
    writing: () => queue.state(),
    upkeep: upkeepStore(
      db,
      read,
      (name, input) => queue.write(name, input),
      (name, input) => queue.step(name, input),
    ),
    ...keptBeside(db, read, (name, input) => queue.write(name, input)),
    close() {
      closing ??= (async () => {
        read.close();
        await queue.close();
        lock.release();
      })();
      return closing;
    },
  };
  return { store, opened };
}

/** Opens the database in `file` to read it only, also while a server writes it. Throws StoreUnusable. */
export function openSqliteReader(file: string): StoreReader {
  const connection = openForReading(databasePath(file));
  return readerOf(connection, readsOf(connection));
}

/** Removes what a restore left that was interrupted: copies, and second names of the database. */
function removeLeftovers(path: string): void {
  removeUnfinished(path);
  try {
    for (const name of namesLeftByRestore(path, statSync(path)))
      rmSync(name, { force: true });
  } catch {
    // They harm nobody, and the next start tries again.
  }
}

type KeptBeside = Pick<Stores, "accounts" | "audit" | "apiTokens" | "refusals">;

/**
 * Opens what is kept beside messages in the database in `file`, for a command, also
 * while a server runs on it: its changes hold at once. Throws StoreUnusable, also when
 * there is no database that `mayMake` allows it to make.
 */
export function openSqliteForCommand(
  file: string,
  mayMake = false,
): KeptBeside & { close(): void } {
  const path = databasePath(file);
  if (mayMake) requireNotVanished(path);
  if (mayMake) makeFolder(dirname(path));
  const isNew = !existsSync(path);
  const writing = openForCommand(path, mayMake);
  if (isNew) giveToFolderOwner(path);
  const connection = openForReading(path);
  const read = readsOf(connection);
  return {
    ...keptBeside(connection.kysely, read, async (name, input) =>
      writing.write(name, input),
    ),
    close() {
      read.close();
      writing.close();
    },
  };
}

/** What is kept beside messages, read through one connection and written through another. */
function keptBeside(db: Kysely<Schema>, read: Reads, write: Write): KeptBeside {
  return {
    accounts: accountStore(db, read, write),
    audit: {
      add: (entry) => write("addAuditEntry", entry),
      list: (page) => read(() => auditEntries(db, page)),
    },
    refusals: refusalStore(db, read, write),
    apiTokens: {
      add: (token) => write("addApiToken", token),
      list: () => read(() => apiTokens.apiTokens(db)),
      byId: (id) => read(() => apiTokens.apiTokenById(db, id)),
      byHash: (hash) => read(() => apiTokens.apiTokenByHash(db, hash)),
      setLastUsed: (use) => write("setApiTokenLastUsed", use),
      remove: (id, by) => write("removeApiToken", { id, by }),
    },
  };
}

function readerOf(
  { kysely: db }: ReadConnection,
  read: Reads,
  { readsMax = READS_MAX, fillMs = FILL_MS }: SearchOptions = {},
): StoreReader {
  const limits = { readsMax, fillMs, turn: () => read.turn() };
  return {
    listMessages: (filter, page) =>
      read(() => listMessages(db, filter, page, limits)),
    listAndCount: (filter, size) =>
      read(() => listAndCount(db, filter, size, limits)),
    countMessages: (filter, newerThan, except = []) =>
      read(() => countMessages(db, filter, newerThan, except, limits)),
    messageBySid: (messageSid) =>
      read(() => reader.messageBySid(db, messageSid)),
    changedMessages: (ids, since) =>
      read(() => reader.changedMessages(db, ids, since)),
    timeline: (messageSid) => read(() => eventReader.timeline(db, messageSid)),
    tally: (request) => read(() => tally(db, request)),
    topSenders: (request) => read(() => topSenders(db, request)),
    countedByMinuteSince: () => read(() => countedByMinuteSince(db)),
    deliveryTimes: (range) => read(() => deliveryTimes(db, range)),
    failingRecipients: (request) => read(() => failingRecipients(db, request)),
    errorCodeFacts: (errorCodes, range) =>
      read(() => errorCodeFacts(db, errorCodes, range)),
    recipientCounts: (recipientId) =>
      read(() => recipientCounts(db, recipientId)),
    addressById: (id) => read(() => reader.addressById(db, id)),
    suggest: (field, start, limit) =>
      read(() => suggest(db, field, start, limit)),
    feedStart: () => read(() => feed.feedStart(db)),
    feedEnd: () => read(() => feed.feedEnd(db)),
    feedAfter: (position, limit) =>
      read(() => feed.readFeed(db, position, limit)),
    changesSince: (position) => read(() => changesSince(db, position)),
    firstMessageAt: () => read(() => reader.firstMessageAt(db)),
    lastEventAt: (now) => read(() => eventReader.lastEventAt(db, now)),
    messagesAfter: (afterId, limit) =>
      read(() => reader.messagesAfter(db, afterId, limit)),
    eventsAfter: (afterId, limit) =>
      read(() => eventReader.eventsAfter(db, afterId, limit)),
    async close() {
      read.close();
    },
  };
}
