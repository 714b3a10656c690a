import { Database, SQLiteError } from "bun:sqlite";
import { statSync, type Stats } from "node:fs";
import { resolve } from "node:path";
import { byteWords } from "../../../words/amounts.ts";
import type { CheckCircumstances, DatabaseCheck } from "../../engine.ts";
import {
  bytesPerDay,
  growthFrom,
  type GrowthFacts,
} from "../../core/growth.ts";
import { checkedTables } from "../../sql/tables/checked-tables.ts";
import { StoreUnusable } from "../../store.ts";
import { databasePath } from "../connection/database-file.ts";
import { spaceOf } from "../connection/database-facts.ts";
import { openForReading } from "../connection/read-connection.ts";
import {
  explainOpenError,
  explainSqliteError,
} from "../connection/sqlite-errors.ts";
import { requireOurs, SCHEMA_VERSION } from "../migrations/migrations.ts";
import { placeFindings } from "./place.ts";
import { DAMAGED, wholenessFinding } from "./wholeness.ts";
import { fine, note, wrong, type Finding } from "../../../words/finding.ts";

/** How long to wait for a lock that another process holds. */
const BUSY_TIMEOUT_MS = 2_000;

const NOT_READ = {
  bytesPerDay: undefined,
  users: undefined,
  upkeep: undefined,
  endpoints: undefined,
};

const OTHER_USER =
  "Run doctor as the user that the server runs as (sudo -u …), or make that user the owner of the file and its folder.";

/** Checks the database in `file` without changing it; see `Engine`. */
export async function checkDatabase(
  file: string,
  { isServerRunning, now }: CheckCircumstances,
): Promise<DatabaseCheck> {
  const given = resolve(file);
  const stats = fileStats(given);
  const nothing = (finding: Finding): DatabaseCheck => ({
    ...NOT_READ,
    findings: [finding],
    bytes: 0,
  });
  if (stats === "missing") return nothing(missing(given, isServerRunning));
  if (stats === "forbidden")
    return nothing(wrong(`This user can't access ${given}.`, OTHER_USER));
  if (!stats.isFile())
    return nothing(
      wrong(
        `${given} isn't a file.`,
        "Set DATABASE_URL to the path of a file.",
      ),
    );
  let path: string;
  try {
    path = databasePath(file);
  } catch (error) {
    if (!(error instanceof StoreUnusable)) throw error;
    return nothing(wrong(error.message));
  }
  const place = placeFindings(path);
  // What is still in the log is of the database too.
  const bytes = stats.size + ((await spaceOf(path)).logBytes ?? 0);
  try {
    return await lookInside(path, bytes, place, now);
  } catch (error) {
    const reason =
      error instanceof StoreUnusable ? error.message : explainOpenError(error);
    if (reason === undefined) throw error;
    const advice = isForbidden(error) ? OTHER_USER : undefined;
    const finding = wrong(`${path} can't be used. ${reason}`, advice);
    return { ...NOT_READ, findings: [finding], bytes };
  }
}

async function lookInside(
  path: string,
  bytes: number,
  place: readonly Finding[],
  now: number,
): Promise<DatabaseCheck> {
  using db = new Database(path, { readonly: true, strict: true });
  db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
  const schema = requireOurs(db);
  if (schema !== SCHEMA_VERSION)
    return { ...NOT_READ, findings: [olderSchema(schema)], bytes };
  const findings = [
    fine(sizeWords(db, path, bytes)),
    writingFinding(path),
    wholenessFinding(db, bytes),
    ...place,
  ];
  if (findings.includes(DAMAGED)) return { ...NOT_READ, findings, bytes };
  return {
    findings,
    bytes,
    bytesPerDay: bytesPerDay(growthFacts(db, now), bytes, now),
    ...(await besideMessages(path)),
  };
}

function isForbidden(error: unknown): boolean {
  return (
    error instanceof SQLiteError &&
    /^SQLITE_(?:CANTOPEN|READONLY|PERM|AUTH)/.test(error.code ?? "")
  );
}

function fileStats(path: string): Stats | "missing" | "forbidden" {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? "missing";
  } catch {
    return "forbidden";
  }
}

function missing(path: string, isServerRunning: boolean): Finding {
  return isServerRunning
    ? wrong(
        `The server is running, but not with ${path}, which doesn't exist.`,
        "Run doctor in the server's working directory and with its DATABASE_URL.",
      )
    : note(
        `There is no database yet: ${path} doesn't exist.`,
        "The server creates it when it starts. If there should be one, check DATABASE_URL and the directory that doctor is run in.",
      );
}

function olderSchema(schema: number): Finding {
  return note(
    schema === 0
      ? "The database is empty."
      : `The database was written by an older version (schema ${schema}; this version has ${SCHEMA_VERSION}).`,
    "The server upgrades it when it starts. Make a backup first.",
  );
}

function sizeWords(db: Database, path: string, bytes: number): string {
  const free =
    oneNumber(db, "PRAGMA freelist_count") * oneNumber(db, "PRAGMA page_size");
  const room =
    free < bytes / 100
      ? ""
      : `, of which ${byteWords(free)} are free for new messages`;
  return `${path} is an smsledger database, ${byteWords(bytes)}${room}.`;
}

/** Takes the lock that every write needs, and releases it. */
function writingFinding(path: string): Finding {
  try {
    using db = new Database(path, { readwrite: true, strict: true });
    db.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.run("BEGIN IMMEDIATE");
    db.run("ROLLBACK");
    return fine("It's writable, and nothing keeps it locked.");
  } catch (error) {
    const reason = explainSqliteError(error);
    if (reason === undefined) throw error;
    const advice = isForbidden(error) ? OTHER_USER : undefined;
    return wrong(`It can't be written. ${reason}`, advice);
  }
}

function growthFacts(db: Database, now: number): GrowthFacts {
  const [[first, last, since, newest] = []] = db
    .prepare<unknown, [number]>(
      `SELECT (SELECT min(id) FROM events), (SELECT max(id) FROM events), hour,
              (SELECT min(id) FROM events WHERE message_id =
                (SELECT min(id) FROM messages WHERE id >= first_id))
         FROM (SELECT min(hour) AS hour, min(first_id) AS first_id FROM message_hours WHERE hour >= ?)`,
    )
    .values(growthFrom(now));
  const known = (value: unknown): number | null =>
    typeof value === "number" ? value : null;
  return {
    first: known(first),
    last: known(last),
    since: known(since),
    newest: known(newest),
  };
}

/** Read the way the pages read it. */
async function besideMessages(path: string) {
  const { kysely, close } = openForReading(path);
  try {
    return await checkedTables(kysely);
  } finally {
    close();
  }
}

function oneNumber(db: Database, sql: string): number {
  using statement = db.prepare<unknown, []>(sql);
  const [[value] = []] = statement.values();
  return Number(value);
}
