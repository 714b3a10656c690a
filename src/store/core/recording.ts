import { Mistake } from "../../log/failure.ts";
import type { RecordOutcome } from "../store.ts";
import { sourceBit, sourcePlace } from "../event-sources.ts";
import { judged, type RecordedPost } from "./event-posts.ts";
import {
  deliveryMs,
  foldEvents,
  type EventFields,
  type MessageFields,
  type Texts,
} from "./fold.ts";
import {
  mergedConfirmation,
  type RecordedConfirmation,
} from "./confirmation.ts";
import { reportOf, type StoredEvent } from "./stored-event.ts";

/** Maximum supplements of one event; beyond it a report counts as a repeat, or a confirmation. */
export const SUPPLEMENTS_MAX = 100;

/** The sources of a message of which only callbacks told, so that it has no confirmations. */
export const CALLBACKS_ONLY = sourceBit(sourcePlace("callback"));

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

/** A report that is recorded as an event. */
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
  confirmationsOf(messageId: number): readonly RecordedConfirmation[];
  /** Adds a source's confirmation of an event, or replaces it. */
  putConfirmation(messageId: number, confirmation: RecordedConfirmation): void;
  addEvent(added: AddedEvent): void;
  addRepeat(eventId: number, receivedAt: number): void;
  /** `isNew`: no event of the message was recorded before. */
  addTags(messageId: number, query: string, isNew: boolean): void;
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
  const confirmations =
    known && known.sources !== CALLBACKS_ONLY
      ? port.confirmationsOf(known.id)
      : [];
  const same = earlier.filter(({ status }) => status === event.status);
  const isSupplement = same.length > 0;
  if (known && isSupplement) {
    const outcome = outcomeIn(port, known.id, event, same);
    if (outcome === "confirmation")
      return confirm(port, event, { known, earlier, confirmations, same });
    if (outcome !== "supplement") {
      port.addRepeat(outcome.repeats, receivedAt);
      return "repeat";
    }
  }
  const fields = fieldsOf(port, event);
  const message = foldMessage(port, [fields, ...earlier], confirmations);
  const messageId = change(
    port,
    event,
    { known, earlier, confirmations },
    message,
  );
  if (known) port.noteAddresses(messageId, message, [fields, ...earlier]);
  const shapeId = port.shapeId(event.shape, receivedAt);
  port.addEvent({ messageId, event, fields, shapeId, isSupplement });
  // A message's events usually have the same query, whose tags it already has.
  const { query } = fields;
  if (query !== null && !earlier.some((each) => each.query === query))
    port.addTags(messageId, query, known === null);
  return isSupplement ? "supplement" : "new";
}

type Recorded = {
  readonly known: StoredMessage | null;
  readonly earlier: readonly RecordedFields[];
  readonly confirmations: readonly RecordedConfirmation[];
};

/** Writes a message as a report left it; returns its id. */
function change(
  port: RecordingPort,
  { messageSid, receivedAt }: StoredEvent,
  { known, earlier, confirmations }: Recorded,
  message: Message,
): number {
  const before = known && {
    ...known,
    deliveryMs: deliveryMs(earlier, confirmations),
  };
  const messageId = port.writeMessage(known, messageSid, message);
  port.noteChange(messageId, before, message, receivedAt);
  return messageId;
}

/** What a report does; `same` are the events of its status. */
function outcomeIn(
  port: RecordingPort,
  messageId: number,
  event: StoredEvent,
  same: readonly RecordedFields[],
): ReturnType<typeof judged> {
  if (same.length <= SUPPLEMENTS_MAX)
    return judged(event, port.postsOf(messageId, event.status));
  const { source } = reportOf(event);
  return same.some((each) => each.source === source)
    ? { repeats: firstOf(same) }
    : "confirmation";
}

function firstOf(events: readonly RecordedFields[]): number {
  return Math.min(...events.map(({ id }) => id));
}

/** Records a report that at most fills gaps of a known event. */
function confirm(
  port: RecordingPort,
  event: StoredEvent,
  {
    same,
    ...recorded
  }: Recorded & {
    readonly known: StoredMessage;
    readonly same: readonly RecordedFields[];
  },
): RecordOutcome {
  const { known, earlier, confirmations } = recorded;
  const { status, numSegments, receivedAt } = event;
  const eventId = firstOf(same);
  const report = {
    ...reportOf(event),
    eventId,
    status,
    numSegments,
    receivedAt,
  };
  const before = confirmations.find(
    (each) => each.eventId === eventId && each.source === report.source,
  );
  const confirmation = mergedConfirmation(before, report);
  const [first, ...rest] = earlier;
  if (first === undefined) throw new Mistake("A known event is missing.");
  const after = [
    ...confirmations.filter((each) => each !== before),
    confirmation,
  ];
  const message = foldMessage(port, [first, ...rest], after);
  port.putConfirmation(known.id, confirmation);
  change(port, event, recorded, message);
  if (before === undefined) return "confirmation";
  port.addRepeat(eventId, receivedAt);
  return "repeat";
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
  const { source, occurredAt, sentAt = null, carrier } = reportOf(event);
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
    source,
    occurredAt,
    sentAt,
    carrier,
    query: event.query,
  };
}

function foldMessage(
  port: RecordingPort,
  events: readonly [Fields, ...Fields[]],
  confirmations: readonly RecordedConfirmation[],
): Message {
  const fields = foldEvents(events, port.texts, confirmations);
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
