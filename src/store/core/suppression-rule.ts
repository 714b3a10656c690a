import { FAILED_STATUSES, statusRank } from "../../twilio/status.ts";
import { KEEPS_FAILING_MIN, RECENT_MESSAGES } from "../store.ts";
import type { SuppressionCodes, SuppressionReason } from "../suppressions.ts";

const FAILED: readonly number[] = FAILED_STATUSES.map(statusRank);
const DELIVERED = statusRank("delivered");

/** How many of the latest messages to a number are read, on all channels. */
export const SUPPRESSION_WINDOW = 50;

/** A message as far as it decides; `status` is a rank. */
export type Outcome = {
  readonly id: number;
  readonly status: number;
  readonly errorCode: number | null;
};

/** Why a number is on the list. */
export type Standing = {
  readonly reason: SuppressionReason;
  readonly errorCode: number | null;
  /** The message that is the reason. */
  readonly messageId: number;
  /** The first message that failed since one was delivered, as far as messages were read. */
  readonly firstFailureId: number;
};

export type Judgment = {
  readonly standing: Standing | undefined;
  /** Older messages decide too, so an entry that the list has stays. */
  readonly isOpen: boolean;
  /** The last message that somebody got is among those that were read. */
  readonly isDelivered: boolean;
};

export function isArrived(status: number): boolean {
  return status >= DELIVERED;
}

export function isFailed(status: number): boolean {
  return FAILED.includes(status);
}

/**
 * Decides whether a number is on the list, by the latest messages to it on one channel,
 * newest first; `isCut` if there are older ones. Only failures after the last delivered message count, and after
 * `clearedUpTo`, which somebody confirmed: any failure with a code that puts a number on the
 * list by itself, or else the latest one if sending again could help but so many of the
 * latest messages failed that it won't. Messages in flight decide nothing.
 */
export function standingOf(
  messages: readonly Outcome[],
  isCut: boolean,
  clearedUpTo: number,
  codes: SuppressionCodes,
): Judgment {
  const end = messages.findIndex(
    ({ id, status }) => isArrived(status) || id <= clearedUpTo,
  );
  const isOpen = end === -1 && isCut;
  const isDelivered = messages.some(({ status }) => isArrived(status));
  const none = { standing: undefined, isOpen, isDelivered };
  const failures = (end === -1 ? messages : messages.slice(0, end)).filter(
    ({ status }) => isFailed(status),
  );
  const first = failures.at(-1);
  if (first === undefined) return none;
  const judgment = (
    reason: SuppressionReason,
    { id: messageId, errorCode }: Outcome,
  ): Judgment => ({
    standing: { reason, errorCode, messageId, firstFailureId: first.id },
    isOpen,
    isDelivered,
  });
  for (const failure of failures) {
    const reason = reasonOf(failure.errorCode, codes);
    if (reason !== undefined) return judgment(reason, failure);
  }
  const [latest] = failures;
  if (latest !== undefined && maySendAgain(latest, codes)) {
    const finished = messages
      .slice(0, RECENT_MESSAGES)
      .filter(({ status }) => isFailed(status) || isArrived(status));
    const failed = finished.filter(({ status }) => isFailed(status)).length;
    if (failed >= KEEPS_FAILING_MIN && failed * 2 >= finished.length)
      return judgment("keeps-failing", latest);
  }
  return none;
}

function reasonOf(
  code: number | null,
  { gone, optedOut, blocked }: SuppressionCodes,
): SuppressionReason | undefined {
  if (code === null) return undefined;
  if (gone.includes(code)) return "gone";
  if (optedOut.includes(code)) return "opted-out";
  return blocked.includes(code) ? "blocked" : undefined;
}

function maySendAgain(
  { errorCode }: Outcome,
  { sendAgain }: SuppressionCodes,
): boolean {
  return errorCode === null || sendAgain.includes(errorCode);
}
