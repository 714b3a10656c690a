/** Copies of a whole database, each in a file of its own. */
export interface Backups {
  /**
   * Writes a whole and checked copy into a new file, also while a server writes: what was
   * committed before this began is in it. The file has its name only when it is whole and on
   * disk. Holds the thread for as long as it takes to read and write everything; on an error
   * nothing is left behind.
   */
  write(file: string): Promise<Contents>;
  /** Removes what backups that were cut off left in a folder of files whose name `isOurs` accepts. */
  removeUnfinished(
    folder: string,
    isOurs: (name: string) => boolean,
  ): Promise<void>;
  /**
   * Replaces the database with the backup in `file`, once that is checked; the database that
   * was there is kept under another name. Whatever interrupts this, nothing is lost.
   * `beforeSwap` is called right before. Refuses while a server has the database open; on an
   * error nothing is changed.
   */
  restore(
    file: string,
    now: number,
    beforeSwap?: () => void,
  ): Promise<Restored>;
  /** Removes what restores left that were cut off. */
  removeLeftover(): Promise<void>;
}

/** What a database holds. */
export type Contents = {
  readonly messages: number;
  readonly events: number;
  /** When the last event was received, milliseconds since 1970; undefined for none. */
  readonly lastEventAt: number | undefined;
  readonly bytes: number;
};

export type Restored = Contents &
  RestoredAccess & {
    /** What the database is called that was there before; undefined when there was none. */
    readonly before: string | undefined;
  };

/** Who and what a restore lets in again, or no longer; each list has names. */
export type RestoredAccess = {
  /** False when there was no database, or none that could be read, to compare the backup with. */
  readonly isCompared: boolean;
  /** Users of the backup: those removed since, or all when nothing could be compared. */
  readonly usersBack: readonly string[];
  readonly usersGone: readonly string[];
  /** Users whose password was changed since, so that the old one works again. */
  readonly passwordsBack: readonly string[];
  readonly rolesBack: readonly {
    readonly name: string;
    readonly role: string;
  }[];
  /** Tokens of the backup that aren't in the database that was replaced: they stay revoked. */
  readonly tokensRevoked: readonly string[];
  readonly tokensGone: readonly string[];
  /** Numbers that were erased since, masked. */
  readonly numbersBack: readonly string[];
};
