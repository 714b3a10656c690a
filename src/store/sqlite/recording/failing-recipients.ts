import {
  createRecipientsToCheck,
  FAILED,
  FAILED_AT,
  recentFailures,
} from "../../core/failing-recipients.ts";
import { FAILURES_MIN, RECENT_MESSAGES } from "../../store.ts";
import type { Transactions } from "../connection/transactions.ts";

/** A row of the table. */
type Failing = {
  failures: number;
  messages: number;
  lastFailureId: number;
  lastErrorCode: number | null;
  lastFailureAt: number;
};

/**
 * Keeps the table `failing_recipients` true to the messages: a row for each recipient with
 * two or more failures among the latest messages.
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
    `SELECT error_code AS errorCode, ${FAILED_AT} AS at FROM messages WHERE id = ?`,
  );
  const put = db.prepare(
    "INSERT OR REPLACE INTO failing_recipients VALUES (?, ?, ?, ?, ?, ?)",
  );
  const remove = db.prepare<unknown, [number]>(
    "DELETE FROM failing_recipients WHERE recipient_id = ?",
  );
  const toCheck = createRecipientsToCheck();
  onStale(toCheck.clear);
  const failingNow = (recipient: number): Failing | undefined => {
    const failed = latestFailures.all(recipient).map(({ id }) => id);
    if (failed.length < FAILURES_MIN) return undefined;
    const recent = recentFailures({
      failed,
      oldestRecent: tenth.get(recipient)?.id,
      count: () => count.get(recipient)?.messages ?? 0,
    });
    const failure = recent && findFailure.get(recent.lastFailureId);
    if (!failure) return undefined;
    const { errorCode, at } = failure;
    return { ...recent, lastErrorCode: errorCode, lastFailureAt: at };
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
    note: toCheck.note,
    noteRemoved: toCheck.noteRemoved,
    write(): void {
      for (const [recipient, mayFail] of toCheck.all())
        update(recipient, mayFail);
      toCheck.clear();
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
