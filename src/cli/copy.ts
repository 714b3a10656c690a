import { readFileSync } from "node:fs";
import { ConfigError } from "../config/config.ts";
import { databaseUrl, isPostgresUrl } from "../config/setting-values.ts";
import { copyLedger, type CopiedLedger } from "../store/copy/copy-ledger.ts";
import type { CopySource } from "../store/copying.ts";
import { openEngine } from "../store/open.ts";
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

/** Copies a ledger from one database to another. Resolves to the exit status, and throws when it can't be done. */
export async function copy({ from, to }: CopyDatabases): Promise<number> {
  const [old, other] = [openEngine(from), openEngine(to)];
  const signal = stopSignal();
  const source = await old.openCopySource();
  const copied = await copyAndClose(source, to, signal);
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
  to: string,
  signal: AbortSignal,
): Promise<CopiedLedger | undefined> {
  const bar = progressBar(process.stderr);
  try {
    const target = await openEngine(to).openCopyTarget(source.ledger);
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
