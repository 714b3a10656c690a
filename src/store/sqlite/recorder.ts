import type { Database } from "bun:sqlite";
import { parseForm } from "../../twilio/form.ts";
import { foldEvents, type EventFields, type MessageFields } from "../fold.ts";
import { internedAddresses } from "./addresses.ts";
import { internedColumn } from "./interning.ts";
import { packMessageSid } from "./message-sid.ts";
import { createRollups } from "./rollups.ts";
import type { StoredEvent } from "./stored-event.ts";

type Fields = EventFields<number, number>;

const HOUR_MS = 3_600_000;

/**
 * Records events in a database that this thread alone writes to. The function it
 * returns makes a batch durable in one transaction and tells for each event whether
 * it was new; when it throws, none of the batch was recorded.
 */
export function createRecorder(
  db: Database,
): (batch: readonly StoredEvent[]) => boolean[] {
  const findMessage = db.prepare<{ id: number }, [Uint8Array]>(
    "SELECT id FROM messages WHERE sid = ?",
  );
  const eventsOf = db.prepare<Fields, [number]>(
    `SELECT channel, status, received_at AS receivedAt, to_id AS "to", from_id AS "from",
       error_code AS errorCode, account_id AS accountSid, service_id AS messagingServiceSid,
       num_segments AS numSegments FROM events WHERE message_id = ?`,
  );
  const addMessage = db.prepare(
    `INSERT INTO messages (channel, status, to_id, from_id, error_code, account_id, service_id,
       num_segments, first_event_at, last_event_at, sid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateMessage = db.prepare(
    `UPDATE messages SET channel = ?, status = ?, to_id = ?, from_id = ?, error_code = ?,
       account_id = ?, service_id = ?, num_segments = ?, first_event_at = ?, last_event_at = ?
       WHERE id = ?`,
  );
  // What nearly every later event changes. To name more columns would write their indexes anew.
  const updateStatus = db.prepare(
    "UPDATE messages SET status = ?, last_event_at = ? WHERE id = ?",
  );
  const addEvent = db.prepare(
    `INSERT INTO events (message_id, channel, status, received_at, to_id, from_id, error_code,
       error_message, account_id, service_id, num_segments, raw_dlr_done_date, query, shape_id,
       post_values) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const findTag = db.prepare<{ id: number }, [string, string]>(
    "SELECT id FROM tags WHERE name = ? AND value = ?",
  );
  const addTag = db.prepare("INSERT INTO tags (name, value) VALUES (?, ?)");
  const tagMessage = db.prepare(
    "INSERT OR IGNORE INTO message_tags (message_id, tag_id) VALUES (?, ?)",
  );
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");

  const sids = internedColumn(db, "sids", "sid");
  const shapes = internedColumn(db, "post_shapes", "shape");
  const addresses = internedAddresses(db);
  const rollups = createRollups(db);

  /** Adds a message to the rollups, or takes it out. */
  const count = (message: MessageFields<number, number>, by: 1 | -1): void => {
    const country =
      message.to === null ? null : addresses.countryOf(message.to);
    rollups.add(
      {
        hour: Math.floor(message.firstEventAt / HOUR_MS),
        channel: message.channel,
        status: message.status,
        errorCode: message.errorCode ?? 0,
        country: country ?? "",
      },
      by,
    );
  };

  const record = (event: StoredEvent): boolean => {
    const [
      messageSid,
      channel,
      status,
      receivedAt,
      to,
      from,
      errorCode,
      errorMessage,
    ] = event;
    const [
      ,
      ,
      ,
      ,
      ,
      ,
      ,
      ,
      account,
      service,
      numSegments,
      rawDlrDoneDate,
      query,
      shape,
      values,
    ] = event;
    const sid = packMessageSid(messageSid);
    const knownId = findMessage.get(sid)?.id;
    const earlier = knownId === undefined ? [] : eventsOf.all(knownId);
    if (earlier.some((each) => each.status === status)) return false;

    const fields: Fields = {
      channel,
      status,
      receivedAt,
      to: to === null ? null : addresses.get(to),
      from: from === null ? null : addresses.get(from),
      errorCode,
      accountSid: account === null ? null : sids.get(account),
      messagingServiceSid: service === null ? null : sids.get(service),
      numSegments,
    };
    const [first, ...others] = earlier;
    const before = first && foldEvents([first, ...others]);
    const message = foldEvents([fields, ...earlier]);
    if (before) count(before, -1);
    count(message, 1);

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
    ];
    const messageId =
      knownId ?? Number(addMessage.run(...columns, sid).lastInsertRowid);
    if (before && differsInStatusOnly(before, message)) {
      updateStatus.run(message.status, message.lastEventAt, messageId);
    } else if (before) {
      updateMessage.run(...columns, messageId);
    }
    addEvent.run(
      messageId,
      channel,
      status,
      receivedAt,
      fields.to,
      fields.from,
      errorCode,
      errorMessage,
      fields.accountSid,
      fields.messagingServiceSid,
      numSegments,
      rawDlrDoneDate,
      query,
      shapes.get(shape),
      values === null ? null : JSON.stringify(values),
    );
    for (const [name, value] of query === null ? [] : parseForm(query).params) {
      const tagId =
        findTag.get(name, value)?.id ?? addTag.run(name, value).lastInsertRowid;
      tagMessage.run(messageId, tagId);
    }
    return true;
  };

  return (batch) => {
    begin.run();
    try {
      const isNew = batch.map(record);
      rollups.write();
      commit.run();
      return isNew;
    } catch (error) {
      for (const each of [sids, shapes, addresses, rollups]) each.forget();
      if (db.inTransaction) rollback.run();
      throw error;
    }
  };
}

function differsInStatusOnly(
  before: MessageFields<number, number>,
  after: MessageFields<number, number>,
): boolean {
  return (
    before.channel === after.channel &&
    before.to === after.to &&
    before.from === after.from &&
    before.errorCode === after.errorCode &&
    before.accountSid === after.accountSid &&
    before.messagingServiceSid === after.messagingServiceSid &&
    before.numSegments === after.numSegments &&
    before.firstEventAt === after.firstEventAt
  );
}
