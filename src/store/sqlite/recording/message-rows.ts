import type { Database } from "bun:sqlite";
import { packMessageSid } from "../../core/message-sid.ts";
import type { MessageColumns, StoredMessage } from "../../core/recording.ts";
import type { MessageIds } from "./message-ids.ts";

const COLUMNS = `id, channel, status, to_id AS "to", from_id AS "from", error_code AS errorCode,
  account_id AS accountSid, service_id AS messagingServiceSid, num_segments AS numSegments,
  first_event_at AS firstEventAt, last_event_at AS lastEventAt, country, sources, carrier`;

/** Reads and writes the rows of messages. */
export function createMessageRows(db: Database, ids: MessageIds) {
  const find = db.prepare<StoredMessage, [Uint8Array]>(
    `SELECT ${COLUMNS} FROM messages WHERE sid = ?`,
  );
  const findById = db.prepare<StoredMessage, [number]>(
    `SELECT ${COLUMNS} FROM messages WHERE id = ?`,
  );
  const add = db.prepare(
    `INSERT INTO messages (channel, status, to_id, from_id, error_code, account_id, service_id,
       num_segments, first_event_at, last_event_at, country, sources, carrier, id, sid)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const update = db.prepare(
    `UPDATE messages SET channel = ?, status = ?, to_id = ?, from_id = ?, error_code = ?,
       account_id = ?, service_id = ?, num_segments = ?, first_event_at = ?, last_event_at = ?,
       country = ?, sources = ?, carrier = ? WHERE id = ?`,
  );
  // What nearly every later event changes. Naming more columns would rewrite their indexes.
  const updateStatus = db.prepare(
    "UPDATE messages SET status = ?, last_event_at = ? WHERE id = ?",
  );
  /** A new message is looked up and then written. */
  let packed: { readonly messageSid: string; readonly sid: Uint8Array } = {
    messageSid: "",
    sid: new Uint8Array(),
  };
  const packedSid = (messageSid: string): Uint8Array => {
    if (packed.messageSid !== messageSid)
      packed = { messageSid, sid: packMessageSid(messageSid) };
    return packed.sid;
  };
  return {
    bySid: (messageSid: string): StoredMessage | null =>
      find.get(packedSid(messageSid)),
    byId: (id: number): StoredMessage | null => findById.get(id),
    /** Writes a message as an event left it; returns its id. */
    write(
      before: StoredMessage | null,
      messageSid: string,
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
        message.sources,
        message.carrier,
      ];
      const id = before?.id ?? ids.next(message);
      if (before) update.run(...columns, id);
      else add.run(...columns, id, packedSid(messageSid));
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
    before.country === after.country &&
    before.sources === after.sources &&
    before.carrier === after.carrier
  );
}
