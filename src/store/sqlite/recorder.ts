import type { Database } from "bun:sqlite";
import { parseForm } from "../../twilio/form.ts";
import { statusOfRank, statusRank, type Channel } from "../../twilio/status.ts";
import { foldEvents, type EventFields } from "../fold.ts";
import type { NewEvent } from "../store.ts";
import { internedAddresses } from "./addresses.ts";
import { internedColumn } from "./interning.ts";
import { packMessageSid } from "./message-sid.ts";
import { shapePost } from "./post-shape.ts";
import { createRollups } from "./rollups.ts";

export const CHANNELS: readonly Channel[] = ["sms", "whatsapp"];

type StoredFields = EventFields<number, number>;

/** Columns of an event that its message takes over, as stored; see migrations.ts. */
type EventColumns = {
  status: number;
  channel: number;
  received_at: number;
  to_id: number | null;
  from_id: number | null;
  error_code: number | null;
  account_id: number | null;
  service_id: number | null;
  num_segments: number | null;
};

const HOUR_MS = 3_600_000;

/**
 * Records events in a database that this thread alone writes to. The function it
 * returns makes a batch durable in one transaction and tells for each event whether
 * it was new; when it throws, none of the batch was recorded.
 */
export function createRecorder(
  db: Database,
): (batch: readonly NewEvent[]) => boolean[] {
  const findMessage = db.prepare<{ id: number }, [Uint8Array]>(
    "SELECT id FROM messages WHERE sid = ?",
  );
  const addMessage = db.prepare(
    `INSERT INTO messages (channel, status, to_id, from_id, error_code, account_id, service_id,
       num_segments, first_event_at, last_event_at, sid) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateMessage = db.prepare(
    `UPDATE messages SET channel = ?, status = ?, to_id = ?, from_id = ?, error_code = ?, account_id = ?,
       service_id = ?, num_segments = ?, first_event_at = ?, last_event_at = ? WHERE id = ?`,
  );
  const eventsOf = db.prepare<EventColumns, [number]>(
    `SELECT status, channel, received_at, to_id, from_id, error_code, account_id, service_id, num_segments
       FROM events WHERE message_id = ?`,
  );
  const addEvent = db.prepare(
    `INSERT INTO events (message_id, channel, status, received_at, to_id, from_id, error_code, error_message,
       account_id, service_id, num_segments, raw_dlr_done_date, query, shape_id, post_values)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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

  /** What the rollups count a message under. */
  const count = (
    message: ReturnType<typeof foldEvents<number, number>>,
    by: 1 | -1,
  ): void => {
    rollups.add(
      {
        hour: Math.floor(message.firstEventAt / HOUR_MS),
        channel: CHANNELS.indexOf(message.channel),
        status: statusRank(message.status),
        errorCode: message.errorCode ?? 0,
        country:
          (message.to === null ? null : addresses.countryOf(message.to)) ?? "",
      },
      by,
    );
  };

  const record = (event: NewEvent): boolean => {
    const sid = packMessageSid(event.messageSid);
    const knownId = findMessage.get(sid)?.id;
    const earlier =
      knownId === undefined ? [] : eventsOf.all(knownId).map(storedFields);
    if (earlier.some((each) => each.status === event.status)) return false;

    const fields: StoredFields = {
      channel: event.channel,
      status: event.status,
      receivedAt: event.receivedAt,
      to: event.to === null ? null : addresses.get(event.to),
      from: event.from === null ? null : addresses.get(event.from),
      errorCode: event.errorCode,
      accountSid: event.accountSid === null ? null : sids.get(event.accountSid),
      messagingServiceSid:
        event.messagingServiceSid === null
          ? null
          : sids.get(event.messagingServiceSid),
      numSegments: event.numSegments,
    };
    const [first, ...others] = earlier;
    if (first) count(foldEvents([first, ...others]), -1);
    const message = foldEvents([fields, ...earlier]);
    count(message, 1);
    const columns = [
      CHANNELS.indexOf(message.channel),
      statusRank(message.status),
      message.to,
      message.from,
      message.errorCode,
      message.accountSid,
      message.messagingServiceSid,
      message.numSegments,
      message.firstEventAt,
      message.lastEventAt,
    ];
    if (knownId !== undefined) updateMessage.run(...columns, knownId);
    const messageId =
      knownId ?? Number(addMessage.run(...columns, sid).lastInsertRowid);

    const post = shapePost(event.params, event);
    addEvent.run(
      messageId,
      CHANNELS.indexOf(fields.channel),
      statusRank(fields.status),
      fields.receivedAt,
      fields.to,
      fields.from,
      fields.errorCode,
      event.errorMessage,
      fields.accountSid,
      fields.messagingServiceSid,
      fields.numSegments,
      event.rawDlrDoneDate,
      event.query === "" ? null : event.query,
      shapes.get(post.shape),
      post.values.length === 0 ? null : JSON.stringify(post.values),
    );
    for (const [name, value] of event.query === ""
      ? []
      : parseForm(event.query).params) {
      tagMessage.run(
        messageId,
        findTag.get(name, value)?.id ?? addTag.run(name, value).lastInsertRowid,
      );
    }
    return true;
  };

  return (batch) => {
    begin.run();
    try {
      const recorded = batch.map(record);
      rollups.write();
      commit.run();
      return recorded;
    } catch (error) {
      for (const each of [sids, shapes, addresses, rollups]) each.forget();
      if (db.inTransaction) rollback.run();
      throw error;
    }
  };
}

function storedFields(row: EventColumns): StoredFields {
  return {
    channel: CHANNELS[row.channel] ?? "sms",
    status: statusOfRank(row.status),
    receivedAt: row.received_at,
    to: row.to_id,
    from: row.from_id,
    errorCode: row.error_code,
    accountSid: row.account_id,
    messagingServiceSid: row.service_id,
    numSegments: row.num_segments,
  };
}
