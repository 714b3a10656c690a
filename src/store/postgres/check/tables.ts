import { counted, countWords, duration } from "../../../words/amounts.ts";
import { fine, note, wrong, type Finding } from "../../../words/finding.ts";
import {
  bytesPerDay,
  growthFrom,
  type GrowthFacts,
} from "../../core/growth.ts";
import type { DatabaseCheck } from "../../engine.ts";
import type { Connection } from "../connection/pool.ts";

type Query = Connection["query"];

/** A busy inbox has hundreds of thousands for a minute, until autovacuum comes by. */
const DEAD_MIN = 1_000_000;
/** A transaction this old is nobody's who still works on it. */
const OLD_TRANSACTION = "1 hour";
/** The keeper adds a partition long before so few ids are left. */
const ROOM_MIN = 10_000;

/** The size of the database, and how fast it grows. */
export async function readSize(
  query: Query,
  now: number,
): Promise<Pick<DatabaseCheck, "bytes" | "bytesPerDay">> {
  const [size] = await query<{ readonly bytes: number } & GrowthFacts>(
    `SELECT pg_database_size(current_database()) AS bytes,
        (SELECT min(id) FROM events) AS first, (SELECT max(id) FROM events) AS last,
        hour AS since,
        (SELECT min(id) FROM events WHERE message_id =
          (SELECT min(id) FROM messages WHERE id >= first_id)) AS newest
      FROM (SELECT min(hour) AS hour, min(first_id) AS first_id
        FROM message_hours WHERE hour >= $1::bigint) AS week`,
    [growthFrom(now)],
  );
  if (size === undefined) throw new TypeError("A count has no row.");
  const { bytes, ...facts } = size;
  return { bytes, bytesPerDay: bytesPerDay(facts, bytes, now) };
}

/** Checks whether space of deleted rows is used again, and whether partitions are there ahead. */
export async function tableFindings(query: Query): Promise<Finding[]> {
  return [
    ...(await vacuumFindings(query)),
    ...(await deadRowFindings(query)),
    ...(await transactionFindings(query)),
    await partitionFinding(query),
  ];
}

async function vacuumFindings(query: Query): Promise<Finding[]> {
  const off = await query<{ name: string }>(
    "SELECT name FROM pg_settings WHERE name IN ('autovacuum', 'track_counts') AND setting = 'off'",
  );
  return off.map(({ name }) =>
    wrong(
      `The server's setting ${name} is off, so nothing removes dead rows: tables grow, and everything gets slower.`,
      `Set ${name} = on in postgresql.conf, and reload the server.`,
    ),
  );
}

/** Exported for tests, which have fewer rows. */
export async function deadRowFindings(
  query: Query,
  deadMin = DEAD_MIN,
): Promise<Finding[]> {
  const tables = await query<{
    readonly name: string;
    readonly dead: number;
    readonly live: number;
  }>(
    `SELECT relname::text AS name, n_dead_tup AS dead, n_live_tup AS live
      FROM pg_stat_user_tables
      WHERE schemaname = current_schema() AND n_dead_tup >= $1::bigint AND n_dead_tup > n_live_tup
      ORDER BY n_dead_tup DESC LIMIT 3`,
    [deadMin],
  );
  return tables.map(({ name, dead, live }) =>
    note(
      `The table ${name} has ${countWords(dead)} dead rows and ${countWords(live)} live ones: autovacuum doesn't keep up.`,
      "Look for transactions that stay open (pg_stat_activity) and for replication slots that nobody reads (pg_replication_slots), or let autovacuum do more: autovacuum_vacuum_cost_limit, autovacuum_max_workers.",
    ),
  );
}

/** Exported for tests, which can't wait. */
export async function transactionFindings(
  query: Query,
  age = OLD_TRANSACTION,
): Promise<Finding[]> {
  // Those of other users are seen by superusers and members of pg_read_all_stats.
  const [oldest] = await query<{
    readonly pid: number;
    readonly name: string;
    readonly ms: number;
  }>(
    `SELECT pid, application_name AS name,
        (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::bigint AS ms
      FROM pg_stat_activity
      WHERE datname = current_database() AND xact_start < clock_timestamp() - $1::text::interval
        AND backend_type = 'client backend' AND pid <> pg_backend_pid()
      ORDER BY xact_start LIMIT 1`,
    [age],
  );
  if (oldest === undefined) return [];
  const { pid, name, ms } = oldest;
  return [
    note(
      `A transaction has been open for ${duration(ms)} (${name === "" ? "" : `${name}, `}process ${pid}): meanwhile, no dead row is removed.`,
      `End the program that left it open, or in psql: SELECT pg_terminate_backend(${pid})`,
    ),
  ];
}

async function partitionFinding(query: Query): Promise<Finding> {
  const [partitions] = await query<{
    readonly count: number;
    readonly room: number;
  }>(
    `SELECT count(*) AS count,
        max(until_id) - 1 - (SELECT id FROM highest_ids WHERE name = 'messages') AS room
      FROM message_partitions`,
  );
  const { count, room } = partitions ?? { count: 0, room: 0 };
  const words = `Messages are in ${counted(count, "partition")}`;
  return room < ROOM_MIN
    ? note(
        `${words}, and the newest is full: the next one should be there by now.`,
        "The keeper adds it when it records. If it can't, its log says why.",
      )
    : fine(`${words}, and the newest has room.`);
}
