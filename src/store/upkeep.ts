import type { ClockRecord } from "../time/clock.ts";
import type { ErasedAddress } from "../phone/erased-number.ts";

/** What was deleted. */
export type Pruned = { readonly messages: number; readonly events: number };

/** Where a number was found, or what it was erased from. */
export type Erased = {
  /** Messages to or from the number, and others whose events contain it. */
  readonly messages: number;
  readonly events: number;
  /** Distinct tags that contain it. */
  readonly tags: number;
  /** Refused callbacks that contain it. */
  readonly refusals: number;
  /** The addresses that are, or were, the number; each is now called `erased-` and its id. */
  readonly addressIds: readonly number[];
};

/** A whole backup. */
export type Backup = {
  /** When it was begun, milliseconds since 1970; it contains what was recorded before. */
  readonly at: number;
  readonly bytes: number;
};

/** When work failed, and why, in a sentence for whoever runs the server. */
export type UpkeepFailure = { readonly at: number; readonly reason: string };

/** One reading of the clock, and what it can be judged by. */
export type ClockReading = {
  /** The time, milliseconds since 1970. */
  readonly now: number;
  readonly record: ClockRecord;
  /** Whether it was set back by more than a day since the latest reading. */
  readonly wasSetBack: boolean;
  /** The latest event up to `now`, or the beginning of its hour. */
  readonly latestEventAt: number | undefined;
};

/** How the server's chores went; undefined for what never happened. */
export type UpkeepState = {
  /** The latest scheduled backup. */
  readonly backup: Backup | undefined;
  /** Why the latest scheduled backup failed; undefined once one succeeds. */
  readonly backupFailure: UpkeepFailure | undefined;
  /** When retention last finished, and what it deleted. */
  readonly retention: (Pruned & { readonly at: number }) | undefined;
  readonly retentionFailure: UpkeepFailure | undefined;
  /** Why retention is paused; undefined when it isn't. */
  readonly retentionPause: UpkeepFailure | undefined;
};

/** One part of `UpkeepState`, to be stored. */
export type UpkeepNote = {
  [N in keyof UpkeepState]: {
    readonly name: N;
    /** Undefined removes the note. */
    readonly note: UpkeepState[N];
  };
}[keyof UpkeepState];

export type LongWork = {
  /** Stops the work early; what was done stays. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step with how much is done, and of how much if that's known. */
  readonly onProgress?: ((done: number, total?: number) => void) | undefined;
};

/** Work that only one server may do at a time. */
export type Chore =
  | "alerts"
  | "backfill"
  | "backup"
  | "erasure"
  | "forwarding"
  | "reconcile"
  | "retention"
  | "suppressions"
  | "digests";

/**
 * Long chores, done in small steps with rests between them, so that callbacks are recorded
 * as usual meanwhile. A method rejects with StoreUnavailable when it can't continue now.
 */
export interface UpkeepStore {
  /**
   * Deletes the messages first seen before `before`, a full hour in milliseconds since 1970,
   * with everything that belongs to them, and gives their space back to the disk. Progress
   * is counted in messages.
   */
  prune(before: number, work?: LongWork): Promise<Pruned>;
  /** Deletes the made-up messages as `prune` does; see `MADE_UP_SID_START`. */
  pruneMadeUp(work?: LongWork): Promise<Pruned>;
  /** Finds what `erase` would erase, and changes nothing. Progress is counted in events. */
  findNumber(address: ErasedAddress, work?: LongWork): Promise<Erased>;
  /**
   * Removes a number from everything: addresses, messages, events and what was posted with
   * them, tags, refusals. Messages and all counts stay. After an interruption, run it again.
   * Progress is counted in events.
   */
  erase(address: ErasedAddress, work?: LongWork): Promise<Erased>;
  /**
   * Does work once no other server with this database is doing this chore. If `signal` is
   * aborted before then, it rejects and the work doesn't begin. The work gets a signal to end
   * early: when `signal` is aborted, or when another server may do the chore by now, as this
   * one couldn't reach the database. In that case this rejects with StoreUnavailable.
   */
  exclusively<T>(
    chore: Chore,
    work: (stopping: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  state(): Promise<UpkeepState>;
  /** Records what the clock says, so that later readings can be judged by it. */
  readClock(now: number): Promise<ClockReading>;
  /** Removes the sessions that have ended according to this reading. */
  removeEndedSessions(clock: ClockReading): Promise<void>;
  note(note: UpkeepNote): Promise<void>;
}
