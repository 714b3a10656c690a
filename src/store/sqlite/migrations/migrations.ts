import type { Database } from "bun:sqlite";
import { StoreUnusable } from "../../store.ts";
import { valueOf } from "../connection/values.ts";
import messages from "./01-messages.sql" with { type: "text" };
import rollups from "./02-rollups.sql" with { type: "text" };
import besideMessages from "./03-beside-messages.sql" with { type: "text" };
import weeks from "./04-weeks.sql" with { type: "text" };
import auditKinds from "./05-audit-kinds.sql" with { type: "text" };
import ledger from "./06-ledger.sql" with { type: "text" };
import minutes from "./07-minutes.sql" with { type: "text" };
import supplements from "./08-supplements.sql" with { type: "text" };
import names from "./09-names.sql" with { type: "text" };
import digests from "./14-digests.sql" with { type: "text" };
import suppressions from "./13-suppressions.sql" with { type: "text" };
import { migrateChannels } from "./10-channels.ts";
import forwarding from "./11-forwarding.sql" with { type: "text" };
import alerts from "./12-alerts.sql" with { type: "text" };
import recordingRule from "./15-recording-rule.sql" with { type: "text" };
import sources from "./16-sources.sql" with { type: "text" };
import twilioApi from "./17-twilio-api.sql" with { type: "text" };
import prices from "./18-prices.sql" with { type: "text" };
import outcomes from "./19-outcomes.sql" with { type: "text" };
import missedRule from "./20-missed-rule.sql" with { type: "text" };
import sentAt from "./21-sent-at.sql" with { type: "text" };
import foundEvents from "./22-found-events.sql" with { type: "text" };
import apiMessages from "./23-api-messages.sql" with { type: "text" };
import costs from "./24-costs.sql" with { type: "text" };
import savedViews from "./25-saved-views.sql" with { type: "text" };

/** Marks the file as ours in its header: "smsl". */
export const APPLICATION_ID = 0x736d736c;
/** The same while a ledger is being copied into the file: "smsc". */
export const UNFINISHED_COPY = 0x736d7363;

/** SQL, or a function where SQL alone can't do it. */
type Migration = string | ((db: Database) => void);

/**
 * Each takes the schema one version up. A file never changes once released: whatever it
 * needs is written out in it, so that no later change of the program changes it too.
 */
export const MIGRATIONS: readonly Migration[] = [
  messages,
  rollups,
  besideMessages,
  weeks,
  auditKinds,
  ledger,
  minutes,
  supplements,
  names,
  migrateChannels,
  forwarding,
  alerts,
  suppressions,
  digests,
  recordingRule,
  sources,
  twilioApi,
  prices,
  outcomes,
  missedRule,
  sentAt,
  foundEvents,
  apiMessages,
  costs,
  savedViews,
];

/** The database was written by a newer smsledger. */
export class NewerSchema extends StoreUnusable {}

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
  const version = Number(valueOf(db, "PRAGMA user_version"));
  if (valueOf(db, "SELECT count(*) FROM sqlite_schema") === 0) return 0;
  const id = valueOf(db, "PRAGMA application_id");
  if (id === UNFINISHED_COPY)
    throw new StoreUnusable(
      "The database is an unfinished copy of a ledger. To finish it, run the same smsledger copy again; to give it up, delete the file.",
    );
  if (id !== APPLICATION_ID) {
    throw new StoreUnusable(
      "The database file belongs to another program. Set DATABASE_URL to another file.",
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new NewerSchema(
      `The database was written by a newer smsledger (schema ${version}; this one knows ${SCHEMA_VERSION}). ` +
        "Nothing was changed. Run the newer version, or restore a backup made before the upgrade.",
    );
  }
  return version;
}
