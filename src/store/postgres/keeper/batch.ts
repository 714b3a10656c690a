import { Mistake } from "../../../log/failure.ts";
import { parseForm } from "../../../twilio/form.ts";
import type { RecordedConfirmation } from "../../core/confirmation.ts";
import { postOf } from "../../core/event-posts.ts";
import { sourcePlace } from "../../event-sources.ts";
import { movesCosts } from "../../core/cost-table.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import { createRecipientsToCheck } from "../../core/failing-recipients.ts";
import {
  otherAddresses,
  type AddedEvent,
  type MessageColumns,
  type RecordingPort,
} from "../../core/recording.ts";
import {
  addMessage,
  countedOf,
  type Buckets,
} from "../../core/rollup-changes.ts";
import { hourOf } from "../../core/message-places.ts";
import type { HighestIds } from "./highest-ids.ts";
import type { KnownMessage, KnownMessages } from "./known-messages.ts";
import type { Names } from "./names.ts";

const API = sourcePlace("api");
/** A longer tag doesn't fit an index: its name and its value are cut then. */
const TAG_BYTES_MAX = 2_500;
export const CUT_CHARS = 400;

/** Everything that the callbacks of a batch change, to be written at its end. */
export type Batch = ReturnType<typeof createBatch>;

/** Records the callbacks of one batch in memory; `recordEvent` uses it as a port. */
export function createBatch(
  known: KnownMessages,
  names: Names,
  ids: HighestIds,
  newIds: ReadonlyMap<string, number>,
) {
  const byId = new Map<number, KnownMessage>();
  for (const message of known.values()) byId.set(message.row.id, message);
  const inserted = new Map<string, KnownMessage>();
  const updated = new Set<KnownMessage>();
  const events: (AddedEvent & { readonly id: number })[] = [];
  const repeats = new Map<number, { repeats: number; last_at: number }>();
  const tags = new Map<string, { message_id: number; tag_id: number }>();
  const others = new Map<string, { message_id: number; address_id: number }>();
  const confirmations = new Map<string, RecordedConfirmation>();
  const hours = new Map<number, { first_id: number; last_id: number }>();
  const minutes: Buckets = new Map();
  const recipients = createRecipientsToCheck();
  const moved = new Set<number>();
  let lastReceivedAt: number | undefined;

  const messageOf = (id: number): KnownMessage => {
    const message = byId.get(id);
    if (!message) throw new Mistake("A message of the batch is missing.");
    return message;
  };
  const insert = (sid: string, columns: MessageColumns): number => {
    const id = newIds.get(sid);
    if (id === undefined) throw new Mistake("A new message has no id.");
    const row = { ...columns, id };
    const message = {
      row,
      events: [],
      confirmations: [],
      posts: new Map(),
    };
    known.set(sid, message);
    byId.set(row.id, message);
    inserted.set(sid, message);
    return row.id;
  };
  const port: RecordingPort = {
    texts: names.texts,
    addressId: names.addressId,
    sidId: names.sidId,
    shapeId: names.shapeId,
    countryOf: names.countryOf,
    messageBySid: (sid) => known.get(sid)?.row ?? null,
    writeMessage(before, sid, columns) {
      if (!before) return insert(sid, columns);
      const message = messageOf(before.id);
      if (movesCosts(before, columns)) moved.add(before.id);
      message.row = { ...columns, id: before.id };
      if (!inserted.has(sid)) updated.add(message);
      return before.id;
    },
    // A copy, as the event that is being recorded is added to them.
    eventsOf: (id) => [...messageOf(id).events],
    postsOf: (id, status) => messageOf(id).posts.get(status) ?? [],
    addEvent(added) {
      const id = ids.next("events");
      const { event, fields } = added;
      const message = messageOf(added.messageId);
      events.push({ ...added, id });
      message.events.push({ ...fields, id });
      const { values, ...post } = postOf(event);
      const postValues = values === null ? null : JSON.stringify(values);
      const posts = message.posts.get(event.status) ?? [];
      message.posts.set(event.status, [...posts, { ...post, id, postValues }]);
    },
    confirmationsOf: (id) => messageOf(id).confirmations,
    putConfirmation(messageId, confirmation) {
      const { eventId, source } = confirmation;
      confirmations.set(`${eventId} ${source}`, confirmation);
      const message = messageOf(messageId);
      message.confirmations = [
        ...message.confirmations.filter(
          (each) => each.eventId !== eventId || each.source !== source,
        ),
        confirmation,
      ];
    },
    addRepeat(eventId, receivedAt) {
      const { repeats: times = 0, last_at = receivedAt } =
        repeats.get(eventId) ?? {};
      repeats.set(eventId, {
        repeats: times + 1,
        last_at: Math.max(last_at, receivedAt),
      });
    },
    addTags(messageId, query, isNew) {
      if (!isNew) moved.add(messageId);
      for (const tag of tagsOf(query)) {
        const tagId = names.tagId(tag);
        const row = { message_id: messageId, tag_id: tagId };
        tags.set(`${messageId} ${tagId}`, row);
      }
    },
    noteAddresses(messageId, message, all) {
      for (const address of otherAddresses(message, all))
        others.set(`${messageId} ${address}`, {
          message_id: messageId,
          address_id: address,
        });
    },
    noteChange(id, before, after, receivedAt) {
      if (before) addMessage(minutes, countedOf(before), -1);
      addMessage(minutes, countedOf(after), 1);
      recipients.note(before, after);
      lastReceivedAt = receivedAt;
      const hour = hourOf(after);
      if (before !== null && hourOf(before) === hour) return;
      const { first_id = id, last_id = id } = hours.get(hour) ?? {};
      hours.set(hour, {
        first_id: Math.min(first_id, id),
        last_id: Math.max(last_id, id),
      });
    },
  };
  return {
    port,
    minutes,
    recipients,
    /** Messages that changed in what their costs are counted by, if they have a price. */
    moved,
    /** When the last event was received. */
    lastReceivedAt: () => lastReceivedAt,
    /** The rows that it changes, by table; see `writeBatch`. */
    rows: () => ({
      inserted: [...inserted].map(([sid, { row }]) => ({
        ...messageRow(row),
        sid: `\\x${Buffer.from(packMessageSid(sid)).toString("hex")}`,
      })),
      updated: [...updated].map(({ row }) => messageRow(row)),
      events: events.map(eventRow),
      message_tags: [...tags.values()],
      event_addresses: [...others.values()],
      api_messages: events
        .filter(({ fields }) => fields.source === API)
        .map(({ messageId }) => ({ message_id: messageId })),
      event_repeats: [...repeats].map(([event_id, row]) => ({
        event_id,
        ...row,
      })),
      event_confirmations: [...confirmations.values()].map(confirmationRow),
      message_hours: [...hours].map(([hour, row]) => ({ hour, ...row })),
    }),
  };
}

/** The tags in a query, each as a JSON array of its name and value. */
export function tagsOf(query: string): string[] {
  return parseForm(query).params.map((pair) =>
    JSON.stringify(
      isTagTooLong(pair)
        ? pair.map((text) => text.slice(0, CUT_CHARS).toWellFormed())
        : pair,
    ),
  );
}

/** Whether a tag's name and value don't fit an index. */
export function isTagTooLong(pair: readonly string[]): boolean {
  return Buffer.byteLength(pair.join("")) > TAG_BYTES_MAX;
}

function messageRow(message: MessageColumns & { readonly id: number }) {
  return {
    id: message.id,
    channel: message.channel,
    status: message.status,
    to_id: message.to,
    from_id: message.from,
    error_code: message.errorCode,
    account_id: message.accountSid,
    service_id: message.messagingServiceSid,
    num_segments: message.numSegments,
    first_event_at: message.firstEventAt,
    last_event_at: message.lastEventAt,
    country: message.country,
    sources: message.sources,
    carrier: message.carrier,
  };
}

function confirmationRow(each: RecordedConfirmation) {
  return {
    event_id: each.eventId,
    source: each.source,
    received_at: each.receivedAt,
    occurred_at: each.occurredAt,
    num_segments: each.numSegments,
    carrier: each.carrier,
  };
}

function eventRow({
  id,
  messageId,
  event,
  fields,
  shapeId,
  isSupplement,
}: AddedEvent & { readonly id: number }) {
  const { values } = event;
  return {
    id,
    message_id: messageId,
    channel: fields.channel,
    status: fields.status,
    received_at: fields.receivedAt,
    to_id: fields.to,
    from_id: fields.from,
    error_code: fields.errorCode,
    error_message: event.errorMessage,
    account_id: fields.accountSid,
    service_id: fields.messagingServiceSid,
    num_segments: fields.numSegments,
    raw_dlr_done_date: event.rawDlrDoneDate,
    query: fields.query,
    shape_id: shapeId,
    post_values: values === null ? null : JSON.stringify(values),
    is_supplement: isSupplement ? 1 : 0,
    source: fields.source,
    occurred_at: fields.occurredAt,
    carrier: fields.carrier,
    sent_at: fields.sentAt,
  };
}
