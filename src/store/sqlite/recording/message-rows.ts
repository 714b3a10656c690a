import type { Database } from "bun:sqlite";
import type { createFreshIds } from "./fresh-ids.ts";
import type { Message } from "./message-changes.ts";

/** A message as it is in its row, which has no delivery time. */
type MessageColumns = Omit<Message, "deliveryMs">;
export type StoredMessage = MessageColumns & { readonly id: number };

const COLUMNS = `id, channel, status, to_id AS "to", from_id AS "from", error_code AS errorCode,
  account_id AS accountSid, service_id AS messagingServiceSid, num_segments AS numSegments,
  first_event_at AS firstEventAt, last_event_at AS lastEventAt, country`;

/** Reads and writes the rows of messages. */
export function createMessageRows(
  db: Database,
  freshIds: ReturnType<typeof createFreshIds>,
) {
  const find = db.prepare<StoredMessage, [Uint8Array]>(
    `SELECT ${COLUMNS} FROM messages WHERE sid = ?`,
  );
  const findById = db.prepare<StoredMessage, [number]>(
    `SELECT ${COLUMNS} FROM messages WHERE id = ?`,
  );
  const add = db.prepare(
    `INSERT INTO messages (channel, status, to_id, from_id, error_code, account_id, service_id,
       num_segments, first_event_at, last_event_at, country, id, sid)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.prepare(
    `UPDATE messages SET channel = ?, status = ?, to_id = ?, from_id = ?, error_code = ?,
       account_id = ?, service_id = ?, num_segments = ?, first_event_at = ?, last_event_at = ?,
       country = ? WHERE id = ?`,
  );
  // What nearly every later event changes. Naming more columns would rewrite their indexes.
  const updateStatus = db.prepare(
    "UPDATE messages SET status = ?, last_event_at = ? WHERE id = ?",
  );
  return {
    bySid: (sid: Uint8Array): StoredMessage | null => find.get(sid),
    byId: (id: number): StoredMessage | null => findById.get(id),
    /** Writes a message as an event left it; returns its id. */
    write(
      before: StoredMessage | null,
      sid: Uint8Array,
      message: MessageColumns,
    ): number {
      if (before && differsInStatusOnly(before, message)) {
        updateStatus.run(message.status, message.lastEventAt, before.id);
        return before.id;
      }
      const columns = [
        message.channel,
        message.status,
        message.to,
        message.from,
        message.errorCode,
        message.accountSid,
        message.messagingServiceSid,
        message.numSegments,
        message.firstEventAt,
        message.lastEventAt,
        message.country,
      ];
      const id = before?.id ?? freshIds.next();
      if (before) update.run(...columns, id);
      else add.run(...columns, id, sid);
      return id;
    },
  };
}

/** Whether everything but the status and the time of the last event is the same. */
function differsInStatusOnly(
  before: MessageColumns,
  after: MessageColumns,
): boolean {
  return (
    before.channel === after.channel &&
    before.to === after.to &&
    before.from === after.from &&
    before.errorCode === after.errorCode &&
    before.accountSid === after.accountSid &&
    before.messagingServiceSid === after.messagingServiceSid &&
    before.numSegments === after.numSegments &&
    before.firstEventAt === after.firstEventAt &&
    before.country === after.country
  );
}
