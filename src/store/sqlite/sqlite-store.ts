import { chmodSync, existsSync, mkdirSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { StoreUnavailable, StoreUnusable, type Store } from "../store.ts";
import * as eventReader from "./event-reader.ts";
import { openForReading, type ReadConnection } from "./read-connection.ts";
import * as reader from "./reader.ts";
import { explainSqliteError } from "./sqlite-errors.ts";
import { storedEvent } from "./stored-event.ts";
import { WriteQueue } from "./write-queue.ts";

/** The part of the store that only reads. */
export type StoreReader = Omit<Store, "recordEvent" | "checkWritable">;

/**
 * Opens the SQLite database in `file`, making or upgrading it, with one thread that
 * writes and one connection that reads. Rejects with StoreUnusable. `onCrash` is
 * called when the writing thread ends by a mistake of ours; nothing is recorded then.
 */
export async function openSqliteStore(
  file: string,
  onCrash: (error: Error) => void,
): Promise<Store> {
  const path = pathOf(file);
  makeFolder(dirname(path));
  const queue = await WriteQueue.open(path, onCrash);
  const { close, ...reading } = readerOf(openForReading(path));
  return {
    ...reading,
    recordEvent: (event) => queue.record(storedEvent(event)),
    checkWritable: () => queue.check(),
    async close() {
      await close();
      await queue.close();
    },
  };
}

/** Opens the database in `file` to read it only, also while a server writes it. Throws StoreUnusable. */
export function openSqliteReader(file: string): StoreReader {
  return readerOf(openForReading(pathOf(file)));
}

function readerOf({ kysely: db, close }: ReadConnection): StoreReader {
  let isClosed = false;
  const read = async <T>(query: () => Promise<T>): Promise<T> => {
    if (isClosed) throw new StoreUnavailable("The database is closed.");
    try {
      return await query();
    } catch (error) {
      const reason = explainSqliteError(error);
      if (reason === undefined) throw error;
      throw new StoreUnavailable(reason, { cause: error });
    }
  };
  return {
    listMessages: (filter, page) =>
      read(() => reader.listMessages(db, filter, page)),
    messageBySid: (messageSid) =>
      read(() => reader.messageBySid(db, messageSid)),
    timeline: (messageSid) => read(() => eventReader.timeline(db, messageSid)),
    countByStatus: (range) => read(() => reader.countByStatus(db, range)),
    countByErrorCode: (range) => read(() => reader.countByErrorCode(db, range)),
    lastEventAt: () => read(() => eventReader.lastEventAt(db)),
    messagesAfter: (afterId, limit) =>
      read(() => reader.messagesAfter(db, afterId, limit)),
    eventsAfter: (afterId, limit) =>
      read(() => eventReader.eventsAfter(db, afterId, limit)),
    async close() {
      if (!isClosed) close();
      isClosed = true;
    },
  };
}

function pathOf(file: string): string {
  const path = resolve(file);
  if (isFolder(path)) {
    throw new StoreUnusable(
      "DATABASE_URL names a folder. Give the path of a file in it.",
    );
  }
  return path;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    // Why it cannot be looked at is told when it is opened.
    return false;
  }
}

/** Only the owner may look into a folder that we make; one that was there keeps its mode. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
  } catch (error) {
    throw new StoreUnusable(
      "The database's folder cannot be made. Check DATABASE_URL and the permissions.",
      {
        cause: error,
      },
    );
  }
}
