import type { Finding } from "../words/finding.ts";
import type { Backups } from "./backups.ts";
import type { CopySource, CopyTarget } from "./copying.ts";
import type { DatabaseFacts } from "./database-facts.ts";
import type { Endpoint } from "./endpoints.ts";
import type { OnFault } from "./store-fault.ts";
import type { Reading } from "./store.ts";
import type { Stores } from "./stores.ts";
import type { ClockReading, UpkeepState, UpkeepStore } from "./upkeep.ts";

/**
 * A database, and every way to use it. An engine is one implementation of this; see
 * `openEngine`. Nothing is opened before a method is called. Methods throw or reject with
 * StoreUnusable when the database can't be used by this version or at all, and with
 * StoreUnavailable when it can't be used now.
 */
export interface Engine extends DatabaseFacts {
  /** Whether there is a database yet, of this program or not. */
  exists(): Promise<boolean>;
  /**
   * Opens the database for a server, creating or upgrading it. One server at a time can
   * have an SQLite database. The store is there at once, so that a server can be made
   * meanwhile; until `opened` resolves, queries wait and nothing may be written.
   */
  openForServer(options: ServerOptions): Opening;
  /** Opens the database only to read it, also while a server runs. */
  openForReading(): Promise<Reader>;
  /**
   * Opens the database for a command, also while a server runs: its changes apply at once.
   * A mistyped address must not look like a database with nothing in it, so one is created
   * only for a command that `mayCreate` it.
   */
  openForCommand(options?: {
    readonly mayCreate: boolean;
  }): Promise<CommandStores>;
  /** Opens the database to copy its ledger, also while a server runs. */
  openCopySource(): Promise<CopySource>;
  /**
   * Opens a database without a ledger, or an unfinished copy of this one, to copy a ledger into
   * it. Until it's finished, everything else refuses the database.
   */
  openCopyTarget(ledger: string): Promise<CopyTarget>;
  /** Whether this is a backup that no server has used since: a command must leave it unchanged. */
  isUnusedBackup(): Promise<boolean>;
  /** Checks the database without changing it, whatever state it is in. */
  check(circumstances: CheckCircumstances): Promise<DatabaseCheck>;
  /** Throws StoreUnusable if backups are made with the database's own tools. */
  readonly backups: Backups;
}

export type ReadingOptions = {
  /** How many rows a step of a long reading has. */
  readonly stepRows?: number | undefined;
  /** How many messages a search reads at a time; see `SearchBounds`. */
  readonly stretch?: number | undefined;
  /** How many milliseconds a search continues in order to fill a page. */
  readonly fillMs?: number | undefined;
};

export type ServerOptions = ReadingOptions & {
  /** Called with program errors that the store survived. */
  readonly onFault: OnFault;
  /** Called when there is no database: if this returns a backup, the database is missing, and none is created. */
  readonly latestBackup?: () => string | undefined;
  /** Called before a database is created. What it throws is thrown, and nothing is created. */
  readonly onCreate?: () => void;
  /** Called before the database is upgraded, with its schema's version and the new one. */
  readonly onUpgrade?: (from: number, to: number) => void;
  /** Called when a server can only receive callbacks, or not even these, with a sentence that says why; see `Stores.restriction`. */
  readonly onRestricted?: (reason: string) => void;
};

export type Opening = {
  readonly store: Stores;
  readonly opened: Promise<void>;
};

export type Reader = Reading &
  Pick<UpkeepStore, "findNumber"> & {
    /** What the clock that says `now` can be judged by; nothing is kept of the reading. */
    clockAt(now: number): Promise<ClockReading>;
    close(): Promise<void>;
  };

/** What a command may use beside a running server: everything but recording and reading messages. */
export type CommandStores = Pick<
  Stores,
  | "accounts"
  | "alerts"
  | "alertChannels"
  | "apiTokens"
  | "audit"
  | "backfills"
  | "endpoints"
  | "outbox"
  | "refusals"
  | "upkeep"
  | "close"
>;

export type CheckCircumstances = {
  readonly isServerRunning: boolean;
  readonly now: number;
};

/** What `doctor` reports about a database. */
export type DatabaseCheck = {
  readonly findings: readonly Finding[];
  readonly bytes: number;
  /** How much it grew on an average day of the last week; undefined when that isn't known. */
  readonly bytesPerDay: number | undefined;
  /** Users who can sign in, and how many of the users are admins; undefined when it can't be read. */
  readonly users:
    { readonly withPassword: number; readonly admins: number } | undefined;
  /** How the chores went; undefined when it can't be read. */
  readonly upkeep: UpkeepState | undefined;
  /** Where events are forwarded; undefined when it can't be read. */
  readonly endpoints:
    readonly Pick<Endpoint, "name" | "filter" | "state">[] | undefined;
};
