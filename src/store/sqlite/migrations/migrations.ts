import type { Database } from "bun:sqlite";
import { StoreUnusable } from "../../store.ts";
import { MIGRATION_TO_2 } from "./migration-to-2.ts";
import { MIGRATION_TO_3 } from "./migration-to-3.ts";
import { MIGRATION_TO_4 } from "./migration-to-4.ts";
import { MIGRATION_TO_5 } from "./migration-to-5.ts";
import { MIGRATION_TO_6 } from "./migration-to-6.ts";
import { MIGRATION_TO_7 } from "./migration-to-7.ts";
import { MIGRATION_TO_8 } from "./migration-to-8.ts";
import { MIGRATION_TO_9 } from "./migration-to-9.ts";
import { migrateTo10 } from "./migration-to-10.ts";

/** Marks the file as ours in its header: "smsl". */
export const APPLICATION_ID = 0x736d736c;

/** SQL, or a function where SQL alone can't do it. */
type Migration = string | ((db: Database) => void);

/**
 * Each entry takes the schema one version up and is never changed once released.
 *
 * What repeats is stored once and referred to by number: account and service SIDs,
 * phone numbers and other addresses, the shape of a posted form. A status is stored
 * as its rank, a channel as its place in `CHANNELS`, a time as milliseconds since
 * 1970, a message SID as its letter and its 16 bytes.
 */
export const MIGRATIONS: readonly Migration[] = [
  `
  CREATE TABLE sids (
    id INTEGER PRIMARY KEY,
    sid TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    last_digits INTEGER,
    country TEXT
  ) STRICT;
  CREATE INDEX addresses_last_digits ON addresses (last_digits) WHERE last_digits IS NOT NULL;

  CREATE TABLE post_shapes (
    id INTEGER PRIMARY KEY,
    shape TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    sid BLOB NOT NULL UNIQUE,
    channel INTEGER NOT NULL,
    status INTEGER NOT NULL,
    to_id INTEGER REFERENCES addresses (id),
    from_id INTEGER REFERENCES addresses (id),
    error_code INTEGER,
    account_id INTEGER REFERENCES sids (id),
    service_id INTEGER REFERENCES sids (id),
    num_segments INTEGER,
    first_event_at INTEGER NOT NULL,
    last_event_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX messages_status ON messages (status);
  CREATE INDEX messages_error_code ON messages (error_code) WHERE error_code IS NOT NULL;
  CREATE INDEX messages_to ON messages (to_id);

  CREATE TABLE events (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    message_id INTEGER NOT NULL REFERENCES messages (id),
    channel INTEGER NOT NULL,
    status INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    to_id INTEGER REFERENCES addresses (id),
    from_id INTEGER REFERENCES addresses (id),
    error_code INTEGER,
    error_message TEXT,
    account_id INTEGER REFERENCES sids (id),
    service_id INTEGER REFERENCES sids (id),
    num_segments INTEGER,
    raw_dlr_done_date TEXT,
    query TEXT,
    shape_id INTEGER NOT NULL REFERENCES post_shapes (id),
    post_values TEXT
  ) STRICT;
  CREATE UNIQUE INDEX events_message_status ON events (message_id, status);

  CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (name, value)
  ) STRICT;
  CREATE TABLE message_tags (
    message_id INTEGER NOT NULL REFERENCES messages (id),
    tag_id INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (message_id, tag_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX message_tags_tag ON message_tags (tag_id, message_id);

  CREATE TABLE rollups (
    hour INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    status INTEGER NOT NULL,
    error_code INTEGER NOT NULL,
    country TEXT NOT NULL,
    messages INTEGER NOT NULL,
    PRIMARY KEY (hour, channel, status, error_code, country)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE write_checks (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    checked_at INTEGER NOT NULL
  ) STRICT;
  `,
  MIGRATION_TO_2,
  MIGRATION_TO_3,
  MIGRATION_TO_4,
  MIGRATION_TO_5,
  MIGRATION_TO_6,
  MIGRATION_TO_7,
  MIGRATION_TO_8,
  MIGRATION_TO_9,
  migrateTo10,
];

/** The schema version that this program writes and reads. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the schema up to date, each step in a transaction of its own, so that a
 * crash leaves either version whole. Throws StoreUnusable as `requireOurs` does.
 */
export function migrate(db: Database): void {
  const version = requireOurs(db);
  MIGRATIONS.slice(version).forEach((migration, index) => {
    const upgrade = db.transaction(() => {
      if (typeof migration === "string") db.run(migration);
      else migration(db);
      db.run(`PRAGMA user_version = ${version + index + 1}`);
      db.run(`PRAGMA application_id = ${APPLICATION_ID}`);
    });
    upgrade.immediate();
  });
}

/**
 * The schema version of a database of ours, 0 for an empty one. Throws StoreUnusable
 * when another program made the database, or a newer smsledger.
 */
export function requireOurs(db: Database): number {
  const version = oneValue(db, "PRAGMA user_version");
  const applicationId = oneValue(db, "PRAGMA application_id");
  const isEmpty = oneValue(db, "SELECT count(*) FROM sqlite_schema") === 0;
  if (isEmpty) return 0;
  if (applicationId !== APPLICATION_ID) {
    throw new StoreUnusable(
      "The database file belongs to another program. Set DATABASE_URL to another file.",
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new StoreUnusable(
      `The database was written by a newer smsledger (schema ${version}; this one knows ${SCHEMA_VERSION}). ` +
        "Nothing was changed. Run the newer version, or restore a backup made before the upgrade.",
    );
  }
  return version;
}

/** A statement that stays open would keep the connection open after its close. */
function oneValue(db: Database, sql: string): number {
  using statement = db.prepare<unknown, []>(sql);
  const [[value] = []] = statement.values();
  return Number(value);
}
