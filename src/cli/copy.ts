import { readFileSync } from "node:fs";
import { ConfigError } from "../config/config.ts";
import { databaseUrl, isPostgresUrl } from "../config/setting-values.ts";
import { copyLedger, type CopiedLedger } from "../store/copy/copy-ledger.ts";
import type { CopySource } from "../store/copying.ts";
import type { Engine } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import { StoreUnavailable, StoreUnusable } from "../store/store.ts";
import { counted } from "../words/amounts.ts";
import { FlagReader, type Flags } from "./flags.ts";
import { report, say } from "./output.ts";
import { progressBar } from "./progress-bar.ts";
import { stopSignal } from "./stop-signal.ts";
import { FAILED } from "./exit-status.ts";

/** The databases that a ledger is copied from and to, as DATABASE_URL has them. */
export type CopyDatabases = { readonly from: string; readonly to: string };

/** Reads the flags of `copy`. Throws ConfigError with all mistakes. */
export function copyDatabases(flags: Flags): CopyDatabases {
  const reader = new FlagReader(flags);
  const from = reader.read("from", "", database);
  const to = reader.read("to", "", database);
  reader.requireRight();
  const missing = [
    ...(from === "" ? ["--from: is missing. Give the database to copy."] : []),
    ...(to === ""
      ? ["--to: is missing. Give a new file or an empty database."]
      : []),
  ];
  if (missing.length > 0) throw new ConfigError(missing);
  if (isPostgresUrl(from) && isPostgresUrl(to))
    throw new ConfigError([
      "--to: must be an SQLite file, as --from is a PostgreSQL database. To copy between those, use pg_dump and pg_restore.",
    ]);
  if (!isPostgresUrl(from) && !isPostgresUrl(to))
    throw new ConfigError([
      "--to: must be a PostgreSQL database, such as postgres://user@host/database, as --from is an SQLite file. To copy between those, use smsledger backup and restore.",
    ]);
  return { from, to };
}

/** A database, or the one that a file names: what is on a command line, others on this machine can see. */
function database(text: string): string {
  if (!text.startsWith("@")) return databaseUrl(text);
  let inFile: string;
  try {
    inFile = readFileSync(text.slice(1), "utf8").trim();
  } catch {
    throw new Error("names a file that can't be read");
  }
  if (!isPostgresUrl(inFile))
    throw new Error(
      "names a file without the address of a PostgreSQL database",
    );
  return inFile;
}

/**
 * Does something with a side of the copy, or with both: what is wrong with an address is said about
 * the flag that it was given with, not about DATABASE_URL.
 */
async function namingFlag<T>(
  flag: (message: string) => string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    for (const kind of [StoreUnusable, StoreUnavailable])
      if (error instanceof kind) {
        const { message } = error;
        throw new kind(message.replaceAll("DATABASE_URL", flag(message)), {
          cause: error,
        });
      }
    throw error;
  }
}

/** The flag of the side that an error of a copy under way is about. */
function flagOf(from: string, message: string): "--from" | "--to" {
  const isOfServer = message.startsWith('The database "');
  return isOfServer === isPostgresUrl(from) ? "--from" : "--to";
}

/** Copies a ledger from one database to another. Resolves to the exit status, and throws when it can't be done. */
export async function copy({ from, to }: CopyDatabases): Promise<number> {
  const old = await namingFlag(
    () => "--from",
    async () => openEngine(from),
  );
  const other = await namingFlag(
    () => "--to",
    async () => openEngine(to),
  );
  const signal = stopSignal();
  const source = await namingFlag(
    () => "--from",
    () => old.openCopySource(),
  );
  const copied = await namingFlag(
    (message) => flagOf(from, message),
    () => copyAndClose(source, other, signal),
  );
  if (copied === undefined) {
    say("Stopped before it was done. Run it again to continue.");
    return FAILED;
  }
  const { messages, events, tables, rows } = copied;
  return report(
    `Copied ${counted(messages, "message")} with ${counted(events, "event")}, and everything else: ${counted(rows, "row")} of ${counted(tables, "table")}. ` +
      "Counts and checksums of both sides are the same.\n" +
      `Ids, API tokens, sessions and feed cursors stay valid. Run servers on the ${other.place} only, and keep ${old.place} unused until you're sure.`,
  );
}

async function copyAndClose(
  source: CopySource,
  other: Engine,
  signal: AbortSignal,
): Promise<CopiedLedger | undefined> {
  const bar = progressBar(process.stderr);
  try {
    const target = await namingFlag(
      () => "--to",
      () => other.openCopyTarget(source.ledger),
    );
    try {
      return await copyLedger(source, target, {
        signal,
        onProgress: bar.update,
        onInUse: () =>
          say(
            "A server is running. Copying what it has so far, while it goes on.",
          ),
        onWaiting(canStart) {
          bar.end();
          say(
            canStart
              ? "Ready to switch over: start the new servers, send callbacks to them, then stop the old server. Waiting for that; the rest is copied then."
              : "Ready to switch over: stop the old servers. Waiting for that; the rest is copied then.",
          );
        },
      });
    } finally {
      await target.close();
    }
  } finally {
    bar.end();
    await source.close();
  }
}
