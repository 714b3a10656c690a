import { deliveryMs } from "../../core/fold.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import type { StoredEvent } from "../../core/stored-event.ts";
import type { RecordOutcome } from "../../store.ts";
import type { Transactions } from "../connection/transactions.ts";
import { createEventAddresses } from "./event-addresses.ts";
import { createEventPosts } from "./event-posts.ts";
import { createFreshIds } from "./fresh-ids.ts";
import { createMessageChanges } from "./message-changes.ts";
import {
  createMessageEvents,
  type Fields,
  type RecordedFields,
} from "./message-events.ts";
import { createMessageHours } from "./message-hours.ts";
import { createMessageRows, type StoredMessage } from "./message-rows.ts";
import { createMessageTags } from "./message-tags.ts";
import { createNames } from "./names.ts";

/** Maximum supplements of one event; beyond it a callback counts as a repeat. */
const SUPPLEMENTS_MAX = 100;

/** What recording shares with deleting and erasing, which must keep it up to date. */
export type MessageParts = ReturnType<typeof createMessageParts>;

export function createMessageParts(transactions: Transactions) {
  const { db } = transactions;
  const names = createNames(transactions);
  const hours = createMessageHours(transactions);
  const messageIds = createFreshIds(transactions, "messages");
  return {
    names,
    hours,
    messageIds,
    rows: createMessageRows(db, messageIds),
    events: createMessageEvents(db, names),
    eventAddresses: createEventAddresses(db),
    tags: createMessageTags(db),
    changes: createMessageChanges(transactions, hours),
  };
}

/** Returns a function that records one event within the caller's transaction. */
export function createEventRecorder(
  { db }: Transactions,
  { names, rows, events, eventAddresses, tags, changes }: MessageParts,
) {
  const posts = createEventPosts(db);
  const addRepeat = db.prepare<unknown, [number, number]>(
    `INSERT INTO event_repeats VALUES (?, 1, ?)
       ON CONFLICT DO UPDATE SET repeats = repeats + 1, last_at = max(last_at, excluded.last_at)`,
  );
  const addEvent = db.prepare(
    `INSERT INTO events (message_id, channel, status, received_at, to_id, from_id, error_code,
       error_message, account_id, service_id, num_segments, raw_dlr_done_date, query, shape_id,
       post_values, is_supplement) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  /** The recorded callback that this one repeats; undefined when it adds something. */
  const repeatedBy = (
    event: StoredEvent,
    messageId: number,
    recorded: readonly RecordedFields[],
  ): number | undefined =>
    recorded.length > SUPPLEMENTS_MAX
      ? recorded[0]?.id
      : posts.repeatedBy(messageId, event);

  /** Older messages and callbacks may name no account: they have only a SID and a status. */
  const belongsToAnother = (
    { accountSid }: StoredMessage,
    event: StoredEvent,
  ): boolean =>
    accountSid !== null &&
    event.accountSid !== null &&
    names.sidText(accountSid) !== event.accountSid;

  /** The fields that the message takes over, with ids in place of texts. */
  const fieldsOf = (event: StoredEvent): Fields => {
    const { to, from, accountSid, messagingServiceSid, receivedAt } = event;
    const { addresses, sid } = names;
    return {
      channel: event.channel,
      status: event.status,
      receivedAt,
      to: to === null ? null : addresses.get(to),
      from: from === null ? null : addresses.get(from),
      errorCode: event.errorCode,
      accountSid: accountSid === null ? null : sid(accountSid, receivedAt),
      messagingServiceSid:
        messagingServiceSid === null
          ? null
          : sid(messagingServiceSid, receivedAt),
      numSegments: event.numSegments,
      query: event.query,
    };
  };

  const add = (
    messageId: number,
    { errorMessage, rawDlrDoneDate, shape, values }: StoredEvent,
    fields: Fields,
    isSupplement: boolean,
  ): void => {
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
      names.shape(shape, fields.receivedAt),
      values === null ? null : JSON.stringify(values),
      isSupplement ? 1 : 0,
    );
  };

  return (event: StoredEvent): RecordOutcome => {
    const sid = packMessageSid(event.messageSid);
    const known = rows.bySid(sid);
    if (known && belongsToAnother(known, event)) return "other-account";
    const earlier = known ? events.of(known.id) : [];
    const same = earlier.filter(({ status }) => status === event.status);
    const isSupplement = same.length > 0;
    if (known && isSupplement) {
      const repeated = repeatedBy(event, known.id, same);
      if (repeated !== undefined) {
        addRepeat.run(repeated, event.receivedAt);
        return "repeat";
      }
    }
    const fields = fieldsOf(event);
    const message = events.fold([fields, ...earlier]);
    const before = known && { ...known, deliveryMs: deliveryMs(earlier) };
    const messageId = rows.write(known, sid, message);
    changes.note(messageId, before, message, event.receivedAt);
    if (known) eventAddresses.note(messageId, message, [fields, ...earlier]);
    add(messageId, event, fields, isSupplement);
    // A message's events usually have the same query, whose tags it already has.
    const { query } = fields;
    if (query !== null && !earlier.some((each) => each.query === query))
      tags.add(messageId, query);
    return isSupplement ? "supplement" : "new";
  };
}
