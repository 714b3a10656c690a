import type { ClockRecord } from "../time/clock.ts";
import type { ErasedAddress } from "../phone/erased-number.ts";

/** What was deleted. */
export type Pruned = { readonly messages: number; readonly events: number };

/** In what a number was found, or from what it was erased. */
export type Erased = {
  /** Messages to or from the number, and others in whose events it stood. */
  readonly messages: number;
  readonly events: number;
  /** Different tags in which it stood. */
  readonly tags: number;
  /** Refused callbacks in which it stood. */
  readonly refusals: number;
  /** The addresses that are, or were, the number; each is now called `erased-` and its id. */
  readonly addressIds: readonly number[];
};

/** A backup that is whole. */
export type Backup = {
  /** When it was begun, milliseconds since 1970: it holds what was recorded until then. */
  readonly at: number;
  readonly bytes: number;
};

/** Work that failed: when, and a sentence for who runs the server. */
export type UpkeepFailure = { readonly at: number; readonly reason: string };

/** The clock, read once, and what tells whether it is right. */
export type ClockReading = {
  /** What it says, milliseconds since 1970. */
  readonly now: number;
  readonly record: ClockRecord;
  /** It was set back by more than a day since the latest reading. */
  readonly wasSetBack: boolean;
  /** The latest event up to `now`, or the beginning of its hour. */
  readonly latestEventAt: number | undefined;
};

/** How the chores of the server went; undefined for what never was. */
export type UpkeepState = {
  /** The latest scheduled backup. */
  readonly backup: Backup | undefined;
  /** Why the latest scheduled backup failed; undefined once one is whole again. */
  readonly backupFailure: UpkeepFailure | undefined;
  /** The latest time that retention was done: when it ended, and what it deleted. */
  readonly retention: (Pruned & { readonly at: number }) | undefined;
  readonly retentionFailure: UpkeepFailure | undefined;
  /** Why retention deletes nothing for now; undefined when it isn't paused. */
  readonly retentionPause: UpkeepFailure | undefined;
};

/** What is noted of the chores, for `UpkeepState`. */
export type UpkeepNote = {
  [N in keyof UpkeepState]: {
    readonly name: N;
    /** Undefined takes the note back. */
    readonly note: UpkeepState[N];
  };
}[keyof UpkeepState];

export type LongWork = {
  /** Ends the work before it is done; what was done stays. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step with how much is done, of how much where the store knows. */
  readonly onProgress?: ((done: number, total?: number) => void) | undefined;
};

/** Work that only one node may do at a time. */
export type Chore = "backup" | "erasure" | "retention";

/**
 * The long chores on messages. All are done in small steps with rests between them, so
 * that callbacks are recorded as ever meanwhile. A method rejects with StoreUnavailable
 * when it cannot go on now.
 */
export interface UpkeepStore {
  /**
   * Deletes the messages first seen before `before`, a full hour in milliseconds
   * since 1970, with all that belongs to them, and gives the disk back what they took.
   * Progress is counted in messages.
   */
  prune(before: number, work?: LongWork): Promise<Pruned>;
  /** Deletes the made-up messages as `prune` does; see `MADE_UP_SID_START`. */
  pruneMadeUp(work?: LongWork): Promise<Pruned>;
  /** Looks for a number as `erase` does, and changes nothing. Progress is counted in events. */
  findNumber(address: ErasedAddress, work?: LongWork): Promise<Erased>;
  /**
   * Takes a number out of everything that is kept: addresses, messages, events and what
   * was posted with them, tags, refusals. Messages and all counts stay. When it is
   * interrupted, it is to be done again. Progress is counted in events.
   */
  erase(address: ErasedAddress, work?: LongWork): Promise<Erased>;
  /**
   * Does work once no other node that has this database is doing this chore. Rejects, and
   * doesn't begin it, when `signal` is aborted before its turn.
   */
  exclusively<T>(
    chore: Chore,
    work: () => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  state(): Promise<UpkeepState>;
  /** Keeps what the clock says now, for later readings to be judged by. */
  readClock(now: number): Promise<ClockReading>;
  /** Removes the sessions that have ended by this reading of the clock. */
  removeEndedSessions(clock: ClockReading): Promise<void>;
  note(note: UpkeepNote): Promise<void>;
}
