import type { FeedPosition } from "../store/feed-position.ts";
import type { MessageFilter } from "../store/filter.ts";
import { carrierName } from "../phone/carrier-names.ts";
import { aboutRecipient, type AboutRecipient } from "../errors/verdict.ts";
import {
  RECENT_MESSAGES,
  type EventRow,
  type MessageRow,
  type Store,
} from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import type { Price } from "../twilio/api-message.ts";
import type { Suppression } from "../store/suppressions.ts";
import { parseFilter } from "./filter-language.ts";

export type MessageDetailsStore = Pick<
  Stores,
  | "messageBySid"
  | "timeline"
  | "listMessages"
  | "changedMessages"
  | "feedEnd"
  | "prices"
  | "reconciles"
  | "suppressions"
>;

/** The data of a message's page. */
export type MessageDetails = {
  readonly message: MessageRow;
  readonly events: readonly EventRow[];
  /** The carrier's name, where it's known. */
  readonly carrier: string | undefined;
  /** The latest other messages to the same recipient, newest first. */
  readonly others: readonly MessageRow[];
  readonly aboutRecipient: AboutRecipient;
  /** What Twilio charged; undefined while it isn't known. */
  readonly price: Price | undefined;
  /** When Twilio said that it no longer has the message; undefined if it didn't. */
  readonly goneAt: number | undefined;
  /** Its neighbors in the list it was opened from. */
  readonly newer: MessageRow | undefined;
  readonly older: MessageRow | undefined;
  /** The end of the feed at the time of reading. */
  readonly position: FeedPosition;
};

/** The maximum of other messages to the recipient on the page. */
const OTHERS_MAX = 5;

/** Reads the data of a message's page; undefined if no message has this SID. `q` is the filter of the list it was opened from. */
export async function readMessageDetails(
  store: MessageDetailsStore,
  messageSid: string,
  q: string,
  now: number,
): Promise<MessageDetails | undefined> {
  const position = await store.feedEnd();
  const message = await store.messageBySid(messageSid);
  if (message === undefined) return undefined;
  const { filter, mistakes } = parseFilter(q, now);
  // An invalid filter has no neighbors; the message is shown anyway.
  const neighbors: MessageFilter | undefined =
    mistakes.length === 0 ? filter : undefined;
  const { id, mcc, mnc } = message;
  const carrier =
    mcc === null || mnc === null ? undefined : await carrierName(mcc, mnc);
  const [events, toRecipient, entries, goneAt, price, newer, older] =
    await Promise.all([
      store.timeline(message.messageSid),
      latestToRecipient(store, message),
      entriesOfRecipient(store, message),
      store.reconciles.goneAt(id),
      store.prices.of(id),
      neighbors && store.listMessages(neighbors, { size: 1, newerThan: id }),
      neighbors && store.listMessages(neighbors, { size: 1, olderThan: id }),
    ]);
  return {
    message,
    events,
    carrier,
    others: toRecipient.filter((other) => other.id !== id).slice(0, OTHERS_MAX),
    aboutRecipient: aboutRecipient(message, toRecipient, entries),
    goneAt,
    price,
    newer: newer?.messages[0],
    older: older?.messages[0],
    position,
  };
}

/** Returns the entries of a message's recipient on the "do not send" list. */
export async function entriesOfRecipient(
  { suppressions }: Pick<Stores, "suppressions">,
  { recipientId }: Pick<MessageRow, "recipientId">,
): Promise<readonly Suppression[]> {
  return recipientId === null ? [] : suppressions.of(recipientId);
}

/** Returns the latest messages to a message's recipient, newest first; only the message itself if it has no recipient. */
export async function latestToRecipient(
  store: Pick<Store, "listMessages">,
  message: MessageRow,
): Promise<readonly MessageRow[]> {
  const { recipientId } = message;
  if (recipientId === null) return [message];
  const filter: MessageFilter = [
    { negated: false, field: "to", values: [`~${recipientId}`] },
  ];
  const size = Math.max(OTHERS_MAX + 1, RECENT_MESSAGES);
  const { messages } = await store.listMessages(filter, { size });
  return messages;
}
