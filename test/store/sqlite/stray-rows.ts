import type { Database } from "bun:sqlite";

/** Each finds rows that shouldn't exist: unreferenced ones, and dangling references. */
const STRAY = {
  "address without an event": `SELECT address FROM addresses WHERE id NOT IN (
    SELECT to_id FROM events WHERE to_id IS NOT NULL
    UNION SELECT from_id FROM events WHERE from_id IS NOT NULL)`,
  "event without its address": `SELECT id FROM events
    WHERE (to_id IS NOT NULL AND to_id NOT IN (SELECT id FROM addresses))
    OR (from_id IS NOT NULL AND from_id NOT IN (SELECT id FROM addresses))`,
  "message without its address": `SELECT id FROM messages
    WHERE (to_id IS NOT NULL AND to_id NOT IN (SELECT id FROM addresses))
    OR (from_id IS NOT NULL AND from_id NOT IN (SELECT id FROM addresses))`,
  "event without its message, shape or SID": `SELECT id FROM events
    WHERE message_id NOT IN (SELECT id FROM messages) OR shape_id NOT IN (SELECT id FROM post_shapes)
    OR (account_id IS NOT NULL AND account_id NOT IN (SELECT id FROM sids))
    OR (service_id IS NOT NULL AND service_id NOT IN (SELECT id FROM sids))`,
  "message without events":
    "SELECT id FROM messages WHERE id NOT IN (SELECT message_id FROM events)",
  "message outside the IDs of its hour": `SELECT messages.id FROM messages
    LEFT JOIN message_hours ON hour = first_event_at / 3600000
    WHERE hour IS NULL OR messages.id NOT BETWEEN first_id AND last_id`,
  "address of an event that its message doesn't have": `SELECT message_id, address FROM (
      SELECT message_id, to_id AS address FROM events UNION SELECT message_id, from_id FROM events)
    JOIN messages ON messages.id = message_id
    WHERE address IS NOT NULL AND address IS NOT to_id AND address IS NOT from_id
    AND (address, message_id) NOT IN (SELECT address_id, message_id FROM event_addresses)`,
  "address of a deleted message":
    "SELECT * FROM event_addresses WHERE message_id NOT IN (SELECT id FROM messages)",
  "message of the Messages API that is deleted, or isn't listed": `SELECT message_id FROM api_messages
    WHERE message_id NOT IN (SELECT id FROM messages)
    UNION SELECT message_id FROM events WHERE source = 2
      AND message_id NOT IN (SELECT message_id FROM api_messages)`,
  "repeat without an event":
    "SELECT * FROM event_repeats WHERE event_id NOT IN (SELECT id FROM events)",
  "confirmation without an event":
    "SELECT * FROM event_confirmations WHERE event_id NOT IN (SELECT id FROM events)",
  "tag without a message":
    "SELECT * FROM tags WHERE id NOT IN (SELECT tag_id FROM message_tags)",
  "message_tags without a message or tag": `SELECT * FROM message_tags
    WHERE message_id NOT IN (SELECT id FROM messages) OR tag_id NOT IN (SELECT id FROM tags)`,
  "empty count":
    "SELECT * FROM rollups WHERE sent + failed + undelivered + delivered + read < 1",
  "empty count of a minute":
    "SELECT * FROM message_minutes WHERE sent + failed + undelivered + delivered + read < 1",
  "SID or shape without a day": `SELECT sid FROM sids WHERE id NOT IN (SELECT id FROM sid_days)
    UNION ALL SELECT shape FROM post_shapes WHERE id NOT IN (SELECT id FROM shape_days)`,
};

/** Returns what is wrong in a database, one line each. */
export function strayRows(db: Database): string[] {
  return Object.entries(STRAY).flatMap(([what, sql]) => {
    using statement = db.prepare<unknown, []>(sql);
    return statement.values().map((row) => `${what}: ${JSON.stringify(row)}`);
  });
}
