import { FAILED_STATUSES, statusRank } from "../../../twilio/status.ts";
import { FAILURES_MIN, RECENT_MESSAGES } from "../../store.ts";
import type { Transactions } from "../connection/transactions.ts";

const FAILED: readonly number[] = FAILED_STATUSES.map(statusRank);

/** The fields of a message that decide. */
type Arrival = { readonly to: number | null; readonly status: number };

/** A row of the table. */
type Failing = {
  failures: number;
  messages: number;
  lastFailureId: number;
  lastErrorCode: number | null;
  lastFailureAt: number;
};

/**
 * Keeps the table `failing_recipients` true to the messages: a row for each recipient
 * with two or more failures among the latest messages. Recipients are collected while a
 * batch is recorded and checked once at its end.
 *
 * Only a message that becomes a failure, or whose recipient changes, can add a row. A new
 * message, and one that is or was a failure, can change a row. Others change nothing.
 */
export function createFailingRecipients({ db, onStale }: Transactions) {
  const find = db.prepare<Failing, [number]>(
    `SELECT failures, messages, last_failure_id AS lastFailureId,
       last_error_code AS lastErrorCode, last_failure_at AS lastFailureAt
       FROM failing_recipients WHERE recipient_id = ?`,
  );
  // Both read only an index: the messages themselves are far apart.
  const latestFailures = db.prepare<{ id: number }, [number]>(
    `SELECT id FROM messages INDEXED BY messages_failed WHERE to_id = ?
       AND status IN (${FAILED.join(", ")}) ORDER BY id DESC LIMIT ${RECENT_MESSAGES}`,
  );
  const tenth = db.prepare<{ id: number }, [number]>(
    `SELECT id FROM messages WHERE to_id = ? ORDER BY id DESC LIMIT 1 OFFSET ${RECENT_MESSAGES - 1}`,
  );
  const count = db.prepare<{ messages: number }, [number]>(
    "SELECT count(*) AS messages FROM messages WHERE to_id = ?",
  );
  const findFailure = db.prepare<
    { errorCode: number | null; at: number },
    [number]
  >(
    "SELECT error_code AS errorCode, last_event_at AS at FROM messages WHERE id = ?",
  );
  const put = db.prepare(
    "INSERT OR REPLACE INTO failing_recipients VALUES (?, ?, ?, ?, ?, ?)",
  );
  const remove = db.prepare<unknown, [number]>(
    "DELETE FROM failing_recipients WHERE recipient_id = ?",
  );
  /** Recipients of the batch, and whether they may need a row that they don't have. */
  const noted = new Map<number, boolean>();
  onStale(() => noted.clear());
  const note = (recipient: number | null, mayFail: boolean): void => {
    if (recipient !== null)
      noted.set(recipient, mayFail || noted.get(recipient) === true);
  };
  const failingNow = (recipient: number): Failing | undefined => {
    const failed = latestFailures.all(recipient);
    if (failed.length < FAILURES_MIN) return undefined;
    const oldest = tenth.get(recipient);
    const recent = oldest ? failed.filter(({ id }) => id >= oldest.id) : failed;
    const [last] = recent;
    const failure = last && findFailure.get(last.id);
    if (!failure || recent.length < FAILURES_MIN) return undefined;
    return {
      failures: recent.length,
      messages: oldest
        ? RECENT_MESSAGES
        : (count.get(recipient)?.messages ?? 0),
      lastFailureId: last.id,
      lastErrorCode: failure.errorCode,
      lastFailureAt: failure.at,
    };
  };
  const update = (recipient: number, mayFail: boolean): void => {
    const known = find.get(recipient);
    if (!known && !mayFail) return;
    const now = failingNow(recipient);
    if (!now) {
      if (known) remove.run(recipient);
      return;
    }
    if (known && isSame(known, now)) return;
    const { failures, messages } = now;
    const { lastFailureId, lastErrorCode, lastFailureAt } = now;
    put.run(
      recipient,
      failures,
      messages,
      lastFailureId,
      lastErrorCode,
      lastFailureAt,
    );
  };
  return {
    /** Records a message before and after an event; `before` is null for a new message. */
    note(before: Arrival | null, after: Arrival): void {
      const isFailure = FAILED.includes(after.status);
      const wasFailure = before !== null && FAILED.includes(before.status);
      const isMoved = before !== null && before.to !== after.to;
      if (isMoved) note(before.to, true);
      if (before === null || isMoved || isFailure || wasFailure)
        note(after.to, isMoved || (isFailure && !wasFailure));
    },
    /** Records that a message is being deleted: an older failure may now be among the latest. */
    noteRemoved: ({ to }: Pick<Arrival, "to">) => note(to, true),
    write(): void {
      for (const [recipient, mayFail] of noted) update(recipient, mayFail);
      noted.clear();
    },
  };
}

function isSame(a: Failing, b: Failing): boolean {
  return (
    a.failures === b.failures &&
    a.messages === b.messages &&
    a.lastFailureId === b.lastFailureId &&
    a.lastErrorCode === b.lastErrorCode &&
    a.lastFailureAt === b.lastFailureAt
  );
}
