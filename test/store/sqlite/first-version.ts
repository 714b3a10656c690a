import { Database } from "bun:sqlite";
import { MIGRATIONS } from "../../../src/store/sqlite/migrations/migrations.ts";

/** Tables of the first version, and their columns. */
const FIRST_TABLES: readonly (readonly [string, string])[] = [
  ["sids", "*"],
  ["addresses", "*"],
  ["post_shapes", "*"],
  [
    "messages",
    `id, sid, channel, status, to_id, from_id, error_code, account_id, service_id,
     num_segments, first_event_at, last_event_at`,
  ],
  [
    "events",
    `id, message_id, channel, status, received_at, to_id, from_id, error_code, error_message,
     account_id, service_id, num_segments, raw_dlr_done_date, query, shape_id, post_values`,
  ],
  ["tags", "*"],
  ["message_tags", "*"],
];

/** Makes a database of the first version with the messages and events of another one. */
export function makeFirstVersion(file: string, source: string): void {
  using db = new Database(file, { create: true, readwrite: true });
  const [first] = MIGRATIONS;
  if (typeof first !== "string")
    throw new Error("The first migration must be SQL.");
  db.run(first);
  db.run("PRAGMA application_id = 0x736d736c");
  db.run("PRAGMA user_version = 1");
  db.run("ATTACH ? AS source", [source]);
  for (const [table, columns] of FIRST_TABLES)
    db.run(`INSERT INTO ${table} SELECT ${columns} FROM source.${table}`);
}
