import { FAILED_STATUSES, statusRank } from "../../twilio/status.ts";
import { API_ONLY } from "./message-places.ts";
import { FAILURES_MIN, RECENT_MESSAGES } from "../store.ts";

/** Ranks of the statuses that are failures. */
export const FAILED: readonly number[] = FAILED_STATUSES.map(statusRank);

/** When a failure was seen: of a message that only the Messages API reported, when it was sent. */
export const FAILED_AT = `CASE WHEN sources = ${API_ONLY} THEN first_event_at ELSE last_event_at END`;

/** The fields of a message that decide. */
type Arrival = { readonly to: number | null; readonly status: number };

/**
 * Collects the recipients whose row a batch can change, to check each once at its end.
 *
 * Only a message that becomes a failure, or whose recipient changes, can add a row. A new
 * message, and one that is or was a failure, can change a row. Others change nothing.
 */
export function createRecipientsToCheck() {
  /** Whether they may need a row that they don't have. */
  const noted = new Map<number, boolean>();
  const note = (recipient: number | null, mayFail: boolean): void => {
    if (recipient !== null)
      noted.set(recipient, mayFail || noted.get(recipient) === true);
  };
  return {
    /** Records a message before and after an event; `before` is null for a new message. */
    note: (before: Arrival | null, after: Arrival): void => {
      const isFailure = FAILED.includes(after.status);
      const wasFailure = before !== null && FAILED.includes(before.status);
      const isMoved = before !== null && before.to !== after.to;
      if (isMoved) note(before.to, true);
      if (before === null || isMoved || isFailure || wasFailure)
        note(after.to, isMoved || (isFailure && !wasFailure));
    },
    /** Records that a message is being deleted: an older failure may now be among the latest. */
    noteRemoved: ({ to }: Pick<Arrival, "to">) => note(to, true),
    /** Each recipient, and whether they may need a row that they don't have. */
    all: (): Iterable<readonly [recipient: number, mayFail: boolean]> => noted,
    clear: () => noted.clear(),
  };
}

/** A recipient's latest messages, as far as their failures depend on them. */
export type LatestMessages = {
  /** Ids of the latest failed messages, newest first, up to `RECENT_MESSAGES`. */
  readonly failed: readonly number[];
  /** The id of the oldest recent message; undefined when there are fewer than `RECENT_MESSAGES`. */
  readonly oldestRecent: number | undefined;
  /** How many there are. Called only when there are fewer than `RECENT_MESSAGES`. */
  readonly count: () => number;
};

/** What a recipient's row counts; undefined when they have none. */
export function recentFailures({
  failed,
  oldestRecent,
  count,
}: LatestMessages):
  | {
      readonly failures: number;
      readonly messages: number;
      readonly lastFailureId: number;
    }
  | undefined {
  const recent =
    oldestRecent === undefined
      ? failed
      : failed.filter((id) => id >= oldestRecent);
  const [lastFailureId] = recent;
  if (lastFailureId === undefined || recent.length < FAILURES_MIN)
    return undefined;
  return {
    failures: recent.length,
    messages: oldestRecent === undefined ? count() : RECENT_MESSAGES,
    lastFailureId,
  };
}
