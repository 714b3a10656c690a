import { movesCosts } from "../../core/cost-table.ts";
import {
  recordEvent,
  type AddedEvent,
  type RecordingPort,
} from "../../core/recording.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import { sourcePlace } from "../../event-sources.ts";
import type { RecordOutcome } from "../../store.ts";
import type { Transactions } from "../connection/transactions.ts";
import { createEventAddresses } from "./event-addresses.ts";
import { createEventConfirmations } from "./event-confirmations.ts";
import { createEventPosts } from "./event-posts.ts";
import { createMessageChanges } from "./message-changes.ts";
import { createMessageCosts } from "./message-costs.ts";
import { createMessageEvents } from "./message-events.ts";
import { createMessageHours } from "./message-hours.ts";
import { createMessageIds } from "./message-ids.ts";
import { createMessageRows } from "./message-rows.ts";
import { createMessageTags } from "./message-tags.ts";
import { createNames } from "./names.ts";

const API = sourcePlace("api");

/** What recording shares with deleting and erasing, which must keep it up to date. */
export type MessageParts = ReturnType<typeof createMessageParts>;

export function createMessageParts(transactions: Transactions) {
  const { db } = transactions;
  const hours = createMessageHours(transactions);
  const messageIds = createMessageIds(transactions);
  const costs = createMessageCosts(transactions);
  return {
    names: createNames(transactions),
    hours,
    messageIds,
    rows: createMessageRows(db, messageIds),
    events: createMessageEvents(db),
    confirmations: createEventConfirmations(db),
    eventAddresses: createEventAddresses(db),
    tags: createMessageTags(db),
    costs,
    changes: createMessageChanges(transactions, hours, costs),
  };
}

/** Returns a function that records one event within the caller's transaction. */
export function createEventRecorder(
  { db }: Transactions,
  parts: MessageParts,
): (event: StoredEvent) => RecordOutcome {
  const { names, rows, events, eventAddresses, tags, changes, costs } = parts;
  const { addresses, sidText } = names;
  const addRepeat = db.prepare<unknown, [number, number]>(
    `INSERT INTO event_repeats VALUES (?, 1, ?)
       ON CONFLICT DO UPDATE SET repeats = repeats + 1, last_at = max(last_at, excluded.last_at)`,
  );
  const addEvent = db.prepare(
    `INSERT INTO events (message_id, channel, status, received_at, to_id, from_id, error_code,
       error_message, account_id, service_id, num_segments, raw_dlr_done_date, query, shape_id,
       post_values, is_supplement, source, occurred_at, carrier, sent_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const addApiMessage = db.prepare<unknown, [number]>(
    "INSERT OR IGNORE INTO api_messages VALUES (?)",
  );
  const add = ({
    messageId,
    event: { errorMessage, rawDlrDoneDate, values },
    fields,
    shapeId,
    isSupplement,
  }: AddedEvent): void => {
    addEvent.run(
      messageId,
      fields.channel,
      fields.status,
      fields.receivedAt,
      fields.to,
      fields.from,
      fields.errorCode,
      errorMessage,
      fields.accountSid,
      fields.messagingServiceSid,
      fields.numSegments,
      rawDlrDoneDate,
      fields.query,
      shapeId,
      values === null ? null : JSON.stringify(values),
      isSupplement ? 1 : 0,
      fields.source,
      fields.occurredAt,
      fields.carrier,
      fields.sentAt,
    );
    if (fields.source === API) addApiMessage.run(messageId);
  };
  const port: RecordingPort = {
    texts: { address: addresses.textOf, sid: sidText },
    addressId: addresses.get,
    countryOf: addresses.countryOf,
    sidId: names.sid,
    shapeId: names.shape,
    messageBySid: rows.bySid,
    writeMessage(before, messageSid, message) {
      if (before && movesCosts(before, message)) costs.beforeChange(before.id);
      return rows.write(before, messageSid, message);
    },
    eventsOf: events.of,
    postsOf: createEventPosts(db),
    confirmationsOf: parts.confirmations.of,
    putConfirmation: (_, confirmation) => parts.confirmations.put(confirmation),
    addEvent: add,
    addRepeat: (eventId, receivedAt) => void addRepeat.run(eventId, receivedAt),
    addTags(messageId, query, isNew) {
      if (!isNew) costs.beforeChange(messageId);
      tags.add(messageId, query);
    },
    noteAddresses: (messageId, message, events) =>
      eventAddresses.note(messageId, message, events),
    noteChange: (messageId, before, after, receivedAt) =>
      changes.note(messageId, before, after, receivedAt),
  };
  return (event) => recordEvent(port, event);
}
