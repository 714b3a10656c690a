import type { Database } from "bun:sqlite";
import type { RecordedPost } from "../../core/event-posts.ts";

/** Returns a function that reads a message's callbacks of one status, in recording order. */
export function createEventPosts(db: Database) {
  const find = db.prepare<RecordedPost, [number, number]>(
    `SELECT events.id, channel, recipient.address AS "to", sender.address AS "from",
       error_code AS errorCode, error_message AS errorMessage, account.sid AS accountSid,
       service.sid AS messagingServiceSid, num_segments AS numSegments,
       raw_dlr_done_date AS rawDlrDoneDate, query, shape, post_values AS postValues,
       source, occurred_at AS occurredAt, carrier
     FROM events JOIN post_shapes ON post_shapes.id = shape_id
       LEFT JOIN addresses AS recipient ON recipient.id = to_id
       LEFT JOIN addresses AS sender ON sender.id = from_id
       LEFT JOIN sids AS account ON account.id = account_id
       LEFT JOIN sids AS service ON service.id = service_id
     WHERE message_id = ? AND status = ? ORDER BY events.id`,
  );
  return (messageId: number, status: number): RecordedPost[] =>
    find.all(messageId, status);
}
