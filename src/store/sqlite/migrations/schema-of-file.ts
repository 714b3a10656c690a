import { closeSync, openSync, readSync } from "node:fs";
import { APPLICATION_ID } from "./migrations.ts";

/** Where SQLite's header has what `PRAGMA user_version` and `application_id` tell. */
const USER_VERSION_AT = 60;
const APPLICATION_ID_AT = 68;
const HEADER_BYTES = 100;

/**
 * The schema version in the header of a database file of ours, read without opening the
 * database; undefined when there is none. It may be behind what the write-ahead log has.
 */
export function schemaOfFile(path: string): number | undefined {
  const header = Buffer.alloc(HEADER_BYTES);
  try {
    const file = openSync(path, "r");
    try {
      readSync(file, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(file);
    }
  } catch {
    // Whoever opens the database says what is wrong with it.
    return undefined;
  }
  return header.readUInt32BE(APPLICATION_ID_AT) === APPLICATION_ID
    ? header.readUInt32BE(USER_VERSION_AT)
    : undefined;
}
