import { basename, resolve } from "node:path";
import type { Config } from "../config/config.ts";
import type { DiskRoom } from "../store/database-facts.ts";
import type { Stores } from "../store/stores.ts";
import { MADE_UP_MESSAGES } from "../store/filter.ts";
import type { BoundedCount } from "../store/tally.ts";
import type { UpkeepState } from "../store/upkeep.ts";

/** How the server is set up and does, for its page of settings: no secret, nor a part of one. */
export type GeneralSettings = Pick<
  Config,
  "signIn" | "masksNumbers" | "retentionDays" | "backupsKept"
> & {
  readonly publicUrl: string | undefined;
  readonly authTokens: {
    readonly count: number;
    /** Accounts that have a token of their own. */
    readonly accountSids: readonly string[];
  };
  readonly sharedKeys: {
    readonly count: number;
    /** Ids of those that have one. */
    readonly ids: readonly string[];
  };
  readonly hasMetricsToken: boolean;
  readonly database: {
    /** Its path; for those who do not run the server its name only. */
    readonly file: string;
    /** With its write-ahead log; undefined when the file is not where it was. */
    readonly bytes: number | undefined;
  };
  readonly disk: DiskRoom | undefined;
  /** In the same way as the database's file; undefined when no backups are written. */
  readonly backupFolder: string | undefined;
  readonly upkeep: UpkeepState;
  readonly madeUpMessages: BoundedCount;
  /** Milliseconds since 1970; undefined before the first. */
  readonly lastCallbackAt: number | undefined;
};

export type GeneralSettingsDeps = {
  readonly config: Config;
  readonly store: Pick<Stores, "countMessages" | "database" | "upkeep">;
  readonly operations: {
    lastCallbackAt(): Promise<number | undefined>;
  };
};

export async function readGeneralSettings(
  { config, store, operations }: GeneralSettingsDeps,
  showsPaths: boolean,
): Promise<GeneralSettings> {
  const { backupFolder, authTokens, sharedKeys } = config;
  const shown = (path: string): string =>
    showsPaths ? resolve(path) : basename(path);
  const { place, name } = store.database;
  const [{ bytes, logBytes, disk }, upkeep, lastCallbackAt] = await Promise.all(
    [store.database.space(), store.upkeep.state(), operations.lastCallbackAt()],
  );
  const { signIn, masksNumbers, retentionDays, backupsKept, publicUrl } =
    config;
  return {
    signIn,
    masksNumbers,
    retentionDays,
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
    database: {
      file: showsPaths ? place : name,
      bytes: bytes === undefined ? undefined : bytes + (logBytes ?? 0),
    },
    disk,
    upkeep,
    madeUpMessages: await store.countMessages(MADE_UP_MESSAGES),
    lastCallbackAt,
    backupFolder: backupFolder === undefined ? undefined : shown(backupFolder),
  };
}
