import {
  RECENT_MESSAGES,
  type FailingRecipient,
  type Store,
} from "../../src/store/store.ts";
import { messagesIn } from "../support/rows.ts";

/** Counts the failing recipients, message by message. */
export async function failingRecount(
  store: Pick<Store, "everyMessage">,
): Promise<FailingRecipient[]> {
  const messages = await messagesIn(store);
  const failing: FailingRecipient[] = [];
  for (const [recipient, own] of Map.groupBy(messages, ({ to }) => to)) {
    const recent = own.slice(-RECENT_MESSAGES);
    const failed = recent.filter(
      ({ status }) => status === "failed" || status === "undelivered",
    );
    const last = failed.at(-1);
    if (recipient === null || failed.length < 2 || last === undefined) continue;
    failing.push({
      recipientId: last.recipientId ?? 0,
      recipient,
      country: last.country,
      failures: failed.length,
      messages: recent.length,
      lastErrorCode: last.errorCode,
      lastFailureAt:
        last.sources.join() === "api" ? last.firstEventAt : last.lastEventAt,
      lastFailureId: last.id,
      listed: null,
    });
  }
  return failing.toSorted((a, b) => b.lastFailureId - a.lastFailureId);
}
