import { StoreUnusable } from "./store.ts";

/** There is no file to restore. */
export function noSuchBackup(file: string): StoreUnusable {
  return new StoreUnusable(
    `There is no backup ${file}. Check the path. Nothing was changed.`,
  );
}

/** Copies of a whole database, each in its own file. */
export interface Backups {
  /**
   * Writes a complete, verified copy into a new file, also while a server writes: it
   * contains everything committed before the start. The file only gets its name once
   * it's complete and on disk. Blocks the thread for as long as it takes to read and
   * write everything; on an error, nothing is left behind.
   */
  write(file: string): Promise<Contents>;
  /** Removes what interrupted backups left in a folder, for names that `isOurs` accepts. */
  removeUnfinished(
    folder: string,
    isOurs: (name: string) => boolean,
  ): Promise<void>;
  /**
   * Replaces the database with the backup in `file` after verifying it; the previous
   * database is kept under another name. Nothing is lost if this is interrupted.
   * Calls `beforeSwap` right before the swap. Fails while a server has the database
   * open; on an error, nothing changes.
   */
  restore(
    file: string,
    now: number,
    beforeSwap?: () => void,
  ): Promise<Restored>;
  /** Removes what interrupted restores left behind. */
  removeLeftover(): Promise<void>;
}

/** What a database holds. */
export type Contents = {
  readonly messages: number;
  readonly events: number;
  /** When the last event was received, milliseconds since 1970; undefined if there is none. */
  readonly lastEventAt: number | undefined;
  readonly bytes: number;
};

export type Restored = Contents &
  RestoredAccess & {
    /** The new name of the previous database; undefined if there was none. */
    readonly before: string | undefined;
  };

/** Who and what a restore gives access again, or no longer; each list has names. */
export type RestoredAccess = {
  /** False if there was no readable database to compare the backup with. */
  readonly isCompared: boolean;
  /** Users in the backup: those removed since, or all if nothing could be compared. */
  readonly usersBack: readonly string[];
  readonly usersGone: readonly string[];
  /** Users whose password was changed since, so that the old one works again. */
  readonly passwordsBack: readonly string[];
  readonly rolesBack: readonly {
    readonly name: string;
    readonly role: string;
  }[];
  /** Tokens in the backup that aren't in the replaced database: they stay revoked. */
  readonly tokensRevoked: readonly string[];
  readonly tokensGone: readonly string[];
  /** Endpoints that were removed, paused or changed since: they're paused, so that nothing goes where it no longer should. */
  readonly endpointsPaused: readonly string[];
  /** Notification channels that were removed, turned off or changed since: they're off. */
  readonly channelsOff: readonly string[];
  /** Email addresses of digests that were ended since, or go elsewhere: they aren't sent. */
  readonly digestsEnded: readonly string[];
  /** Numbers that were erased since, masked. */
  readonly numbersBack: readonly string[];
};
