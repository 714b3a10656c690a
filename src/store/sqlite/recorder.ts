import type { Database } from "bun:sqlite";
import { foldEvents, type EventFields } from "../fold.ts";
import { internedAddresses } from "./addresses.ts";
import { createEventRepeats } from "./event-repeats.ts";
import { internedColumn } from "./interning.ts";
import { createMessageChanges, type Message } from "./message-changes.ts";
import { packMessageSid } from "./message-sid.ts";
import { createMessageTags } from "./message-tags.ts";
import type { StoredEvent } from "./stored-event.ts";

type Fields = EventFields<number, number> & { readonly query: string | null };

/** Records events in a database that this thread alone writes to. */
export function createRecorder(db: Database) {
  const findMessage = db.prepare<{ id: number }, [Uint8Array]>(
    "SELECT id FROM messages WHERE sid = ?",
  );
  const eventsOf = db.prepare<Fields, [number]>(
    `SELECT channel, status, received_at AS receivedAt, to_id AS "to", from_id AS "from",
       error_code AS errorCode, account_id AS accountSid, service_id AS messagingServiceSid,
       num_segments AS numSegments, query FROM events WHERE message_id = ?`,
  );
  const addMessage = db.prepare(
    `INSERT INTO messages (channel, status, to_id, from_id, error_code, account_id, service_id,
       num_segments, first_event_at, last_event_at, country, sid)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateMessage = db.prepare(
    `UPDATE messages SET channel = ?, status = ?, to_id = ?, from_id = ?, error_code = ?,
       account_id = ?, service_id = ?, num_segments = ?, first_event_at = ?, last_event_at = ?,
       country = ? WHERE id = ?`,
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
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");

  const sids = internedColumn(db, "sids", "sid");
  const shapes = internedColumn(db, "post_shapes", "shape");
  const addresses = internedAddresses(db);
  const tags = createMessageTags(db);
  const repeats = createEventRepeats(db);
  const changes = createMessageChanges(db);

  const messageOf = (events: readonly [Fields, ...Fields[]]): Message => {
    const fields = foldEvents(events);
    const country = fields.to === null ? null : addresses.countryOf(fields.to);
    return { ...fields, country };
  };

  /** Writes a message as it is after an event; returns its id. */
  const write = (
    knownId: number | undefined,
    sid: Uint8Array,
    before: Message | undefined,
    message: Message,
  ): number => {
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
    if (knownId === undefined)
      return Number(addMessage.run(...columns, sid).lastInsertRowid);
    if (before && differsInStatusOnly(before, message))
      updateStatus.run(message.status, message.lastEventAt, knownId);
    else updateMessage.run(...columns, knownId);
    return knownId;
  };

  const record = (event: StoredEvent): boolean => {
    const [messageSid, channel, status, receivedAt, to, from, ...rest] = event;
    const [errorCode, errorMessage, account, service, numSegments] = rest;
    const [, , , , , rawDlrDoneDate, query, shape, values] = rest;
    const sid = packMessageSid(messageSid);
    const knownId = findMessage.get(sid)?.id;
    const earlier = knownId === undefined ? [] : eventsOf.all(knownId);
    if (
      knownId !== undefined &&
      earlier.some((each) => each.status === status)
    ) {
      repeats.add(knownId, status, receivedAt);
      return false;
    }
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
      query,
    };
    const [first, ...others] = earlier;
    const before = first && messageOf([first, ...others]);
    const message = messageOf([fields, ...earlier]);
    const messageId = write(knownId, sid, before, message);
    changes.note(messageId, before, message, receivedAt);
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
    // Mostly a message's events have one query, whose tags the message then has already.
    if (query !== null && !earlier.some((each) => each.query === query))
      tags.add(messageId, query);
    return true;
  };

  const inTransaction = <T>(work: () => T): T => {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      for (const each of [sids, shapes, addresses, changes]) each.forget();
      if (db.inTransaction) rollback.run();
      throw error;
    }
  };

  return {
    /**
     * Makes a batch durable in one transaction and tells for each event whether it was
     * new; when it throws, none of the batch was recorded.
     */
    record: (batch: readonly StoredEvent[]): boolean[] =>
      inTransaction(() => {
        const isNew = batch.map(record);
        changes.write();
        return isNew;
      }),
    /**
     * A small step of what recording left to be done when nobody waits for it, to be
     * called at once; undefined when nothing is left.
     */
    nextStep(): (() => void) | undefined {
      const step = changes.nextStep();
      return step && (() => inTransaction(step));
    },
  };
}

/** Whether all but the status and the time of the last event is as before; a delivery time is no column. */
function differsInStatusOnly(before: Message, after: Message): boolean {
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
