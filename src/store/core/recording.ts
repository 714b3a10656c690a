import type { RecordOutcome } from "../store.ts";
import type { RecordedPost } from "./event-posts.ts";
import { repeatedBy } from "./event-posts.ts";
import {
  deliveryMs,
  foldEvents,
  type EventFields,
  type MessageFields,
  type Texts,
} from "./fold.ts";
import type { StoredEvent } from "./stored-event.ts";

/** Maximum supplements of one event; beyond it a callback counts as a repeat. */
export const SUPPLEMENTS_MAX = 100;

/** The fields of a callback that its message takes over, with the query that its tags come from. */
export type Fields = EventFields<number, number> & {
  readonly query: string | null;
};

/** The same of a recorded callback. */
export type RecordedFields = Fields & { readonly id: number };

/** A message as its events describe it, with the recipient's country. */
export type Message = MessageFields<number, number> & {
  readonly country: string | null;
};

/** A message as it is in its row, which has no delivery time. */
export type MessageColumns = Omit<Message, "deliveryMs">;
export type StoredMessage = MessageColumns & { readonly id: number };

/** A callback that is recorded as an event. */
export type AddedEvent = {
  readonly messageId: number;
  readonly event: StoredEvent;
  readonly fields: Fields;
  readonly shapeId: number;
  readonly isSupplement: boolean;
};

/** What an engine has of a ledger while it records, and how it changes it. Nothing here waits. */
export type RecordingPort = {
  /** Throw when there is none with this id. */
  readonly texts: Texts<number, number>;
  /** These return the id of a text, which may be new; `receivedAt` is of an event that has it. */
  addressId(address: string): number;
  sidId(sid: string, receivedAt: number): number;
  shapeId(shape: string, receivedAt: number): number;
  countryOf(addressId: number): string | null;

  messageBySid(messageSid: string): StoredMessage | null;
  /** Writes a message as an event left it; returns its id. */
  writeMessage(
    before: StoredMessage | null,
    messageSid: string,
    message: MessageColumns,
  ): number;
  /** A message's events, in any order. */
  eventsOf(messageId: number): readonly RecordedFields[];
  /** A message's callbacks of one status, in recording order. */
  postsOf(messageId: number, status: number): readonly RecordedPost[];
  addEvent(added: AddedEvent): void;
  addRepeat(eventId: number, receivedAt: number): void;
  addTags(messageId: number, query: string): void;
  /** Notes the addresses that events of a message have and the message doesn't. */
  noteAddresses(
    messageId: number,
    message: Message,
    events: readonly Fields[],
  ): void;
  /** Notes how an event changed a message; `before` is null for a new message. */
  noteChange(
    messageId: number,
    before: Message | null,
    after: Message,
    receivedAt: number,
  ): void;
};

/** Records one event, the same on every engine. */
export function recordEvent(
  port: RecordingPort,
  event: StoredEvent,
): RecordOutcome {
  const { messageSid, receivedAt } = event;
  const known = port.messageBySid(messageSid);
  if (known && belongsToAnother(port, known, event)) return "other-account";
  const earlier = known ? port.eventsOf(known.id) : [];
  const same = earlier.filter(({ status }) => status === event.status);
  const isSupplement = same.length > 0;
  if (known && isSupplement) {
    const repeated =
      same.length > SUPPLEMENTS_MAX
        ? same[0]?.id
        : repeatedBy(event, port.postsOf(known.id, event.status));
    if (repeated !== undefined) {
      port.addRepeat(repeated, receivedAt);
      return "repeat";
    }
  }
  const fields = fieldsOf(port, event);
  const message = foldMessage(port, [fields, ...earlier]);
  const before = known && { ...known, deliveryMs: deliveryMs(earlier) };
  const messageId = port.writeMessage(known, messageSid, message);
  port.noteChange(messageId, before, message, receivedAt);
  if (known) port.noteAddresses(messageId, message, [fields, ...earlier]);
  const shapeId = port.shapeId(event.shape, receivedAt);
  port.addEvent({ messageId, event, fields, shapeId, isSupplement });
  // A message's events usually have the same query, whose tags it already has.
  const { query } = fields;
  if (query !== null && !earlier.some((each) => each.query === query))
    port.addTags(messageId, query);
  return isSupplement ? "supplement" : "new";
}

/** Older messages and callbacks may name no account: they have only a SID and a status. */
function belongsToAnother(
  { texts }: RecordingPort,
  { accountSid }: StoredMessage,
  event: StoredEvent,
): boolean {
  return (
    accountSid !== null &&
    event.accountSid !== null &&
    texts.sid(accountSid) !== event.accountSid
  );
}

/** The fields that the message takes over, with ids in place of texts. */
function fieldsOf(port: RecordingPort, event: StoredEvent): Fields {
  const { to, from, accountSid, messagingServiceSid, receivedAt } = event;
  return {
    channel: event.channel,
    status: event.status,
    receivedAt,
    to: to === null ? null : port.addressId(to),
    from: from === null ? null : port.addressId(from),
    errorCode: event.errorCode,
    accountSid: accountSid === null ? null : port.sidId(accountSid, receivedAt),
    messagingServiceSid:
      messagingServiceSid === null
        ? null
        : port.sidId(messagingServiceSid, receivedAt),
    numSegments: event.numSegments,
    query: event.query,
  };
}

function foldMessage(
  port: RecordingPort,
  events: readonly [Fields, ...Fields[]],
): Message {
  const fields = foldEvents(events, port.texts);
  const country = fields.to === null ? null : port.countryOf(fields.to);
  return { ...fields, country };
}

/** The addresses that events of a message have and the message doesn't. */
export function* otherAddresses(
  { to, from }: Pick<Fields, "to" | "from">,
  events: readonly Pick<Fields, "to" | "from">[],
): Generator<number> {
  for (const event of events)
    for (const address of [event.to, event.from])
      if (address !== null && address !== to && address !== from) yield address;
}
