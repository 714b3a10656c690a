import { basename, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import type { DiskRoom } from "../store/database-facts.ts";
import type { Stores } from "../store/stores.ts";
import { MADE_UP_MESSAGES } from "../store/filter.ts";
import type { Keeping } from "../store/keeping.ts";
import type { BoundedCount } from "../store/tally.ts";
import type { BackfillNote } from "../store/twilio-reading.ts";
import type { UpkeepState } from "../store/upkeep.ts";

/** The server's configuration and state for the settings page, without secrets or parts of them. */
export type GeneralSettings = Pick<
  Config,
  "signIn" | "masksNumbers" | "retentionDays" | "deliveryTarget" | "backupsKept"
> & {
  readonly publicUrl: string | undefined;
  readonly authTokens: {
    readonly count: number;
    /** Accounts with their own token. */
    readonly accountSids: readonly string[];
  };
  readonly sharedKeys: {
    readonly count: number;
    /** The IDs of those that have one. */
    readonly ids: readonly string[];
  };
  readonly hasMetricsToken: boolean;
  /** Where email is sent, and from whom; undefined without email. */
  readonly mail:
    | { readonly host: string; readonly port: number; readonly from: string }
    | undefined;
  /** Whether forwarding and alerts may reach private networks. */
  readonly reachesPrivate: boolean;
  readonly database: {
    /** Where it is; for users who don't run the server, only its name. */
    readonly place: string;
    readonly isOnServer: boolean;
    /** With a file's write-ahead log; undefined if the file is missing, or the server doesn't answer. */
    readonly bytes: number | undefined;
  };
  /** Who records what nodes receive; undefined where nobody has to, null if the database doesn't answer. */
  readonly keeping: Keeping | null | undefined;
  readonly disk: DiskRoom | undefined;
  /** Like the database's file; undefined without backups. */
  readonly backupFolder: string | undefined;
  readonly upkeep: UpkeepState;
  readonly madeUpMessages: BoundedCount;
  /** How reading from Twilio's API goes; undefined without a key for it. */
  readonly twilioApi: TwilioReading | undefined;
  /** Milliseconds since 1970; undefined before the first. */
  readonly lastCallbackAt: number | undefined;
  /** The same of posts of Event Streams to this server since its start. */
  readonly lastStreamAt: number | undefined;
};

export type TwilioReading = {
  readonly accountSid: string;
  /** The oldest day that is to be read; undefined if none is. */
  readonly nextDay: string | undefined;
  /** Why reading stopped the last time; null if it didn't. */
  readonly failure: BackfillNote["failure"];
};

export type GeneralSettingsDeps = {
  readonly config: Config;
  readonly store: Pick<
    Stores,
    "backfills" | "countMessages" | "database" | "upkeep"
  >;
  readonly operations: {
    lastCallbackAt(): Promise<number | undefined>;
    lastStreamAt(): number | undefined;
    keeping(): Promise<Keeping | null | undefined>;
  };
};

export async function readGeneralSettings(
  { config, store, operations }: GeneralSettingsDeps,
  showsPaths: boolean,
): Promise<GeneralSettings> {
  const { backupFolder, authTokens, sharedKeys } = config;
  const shown = (path: string): string =>
    showsPaths ? resolve(path) : basename(path);
  const { place, name, isOnServer } = store.database;
  const [{ bytes, logBytes, disk }, upkeep, lastCallbackAt] = await Promise.all(
    [store.database.space(), store.upkeep.state(), operations.lastCallbackAt()],
  );
  const { signIn, masksNumbers, retentionDays, backupsKept, publicUrl } =
    config;
  return {
    signIn,
    masksNumbers,
    retentionDays,
    deliveryTarget: config.deliveryTarget,
    backupsKept,
    publicUrl,
    authTokens: {
      count: authTokens.length,
      accountSids: authTokens.flatMap(({ accountSid }) => accountSid ?? []),
    },
    sharedKeys: {
      count: sharedKeys.length,
      ids: sharedKeys.flatMap(({ id }) => id ?? []),
    },
    hasMetricsToken: config.metricsToken !== undefined,
    mail: config.mail && {
      host: config.mail.server.host,
      port: config.mail.server.port,
      from: config.mail.from.address,
    },
    reachesPrivate: config.forwardAllow !== undefined,
    database: {
      place: showsPaths ? place : name,
      isOnServer,
      bytes: bytes === undefined ? undefined : bytes + (logBytes ?? 0),
    },
    keeping: await operations.keeping(),
    disk,
    upkeep,
    twilioApi: await readTwilioReading(config, store),
    madeUpMessages: await store.countMessages(MADE_UP_MESSAGES),
    lastCallbackAt,
    lastStreamAt: operations.lastStreamAt(),
    backupFolder: backupFolder === undefined ? undefined : shown(backupFolder),
  };
}

async function readTwilioReading(
  { twilioApi }: Pick<Config, "twilioApi">,
  { backfills }: Pick<Stores, "backfills">,
): Promise<TwilioReading | undefined> {
  if (twilioApi === undefined) return undefined;
  const [note, next] = await Promise.all([backfills.note(), backfills.next()]);
  const { accountSid } = twilioApi;
  return { accountSid, nextDay: next?.day, failure: note?.failure ?? null };
}
