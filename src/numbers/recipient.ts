import { recentOf, type Recent } from "../errors/verdict.ts";
import { maskRecipient } from "../phone/mask-numbers.ts";
import { numberMeant } from "../phone/number-meant.ts";
import { withoutPrefix } from "../phone/address-prefix.ts";
import { plainText } from "../phone/pasted-text.ts";
import type { Condition, MessageFilter } from "../store/filter.ts";
import {
  RECENT_MESSAGES,
  type MessageRow,
  type Store,
} from "../store/store.ts";
import type { BoundedCount } from "../store/tally.ts";
import {
  EVENT_STATUSES,
  isFailure,
  type EventStatus,
} from "../twilio/status.ts";

/** A recipient of messages. */
export type Recipient = { readonly id: number; readonly address: string };

/** What is known about a recipient, apart from the list of messages. */
export type RecipientSummary = {
  readonly country: string | null;
  /** First events of the first and the latest message, milliseconds since 1970. */
  readonly firstMessageAt: number;
  readonly lastMessageAt: number;
  readonly messages: BoundedCount;
  /** The statuses that occur, in the order of `EVENT_STATUSES`. */
  readonly byStatus: readonly {
    readonly status: EventStatus;
    readonly messages: BoundedCount;
  }[];
  readonly recent: Recent;
  /** The latest failure among the messages that `recent` is about. */
  readonly lastFailure: MessageRow | undefined;
};

type Reading = Pick<Store, "listMessages" | "recipientCounts" | "addressById">;

/** The messages to a recipient. */
export function messagesTo({ id }: Pick<Recipient, "id">): MessageFilter {
  return [{ negated: false, field: "to", values: [`~${id}`] }];
}

/**
 * Returns the recipient that a page's address names, by the whole address in any case
 * or by `~` and its ID; undefined if no message went there. If numbers are masked, the
 * store's are, too.
 */
export async function findRecipient(
  store: Pick<Reading, "listMessages">,
  name: string,
  masksNumbers: boolean,
): Promise<Recipient | undefined> {
  const filter: Condition = { negated: false, field: "to", values: [name] };
  const { messages } = await store.listMessages([filter], {
    size: NAMESAKES_MAX,
  });
  // The start of a number or a name finds messages, too, but isn't an address.
  const whole = (masksNumbers ? maskRecipient(name) : name).toLowerCase();
  for (const { to, recipientId: id } of messages) {
    if (to === null || id === null) continue;
    if (name === `~${id}` || to.toLowerCase() === whole)
      return { id, address: to };
  }
  return undefined;
}

/** How many of the latest messages are searched for a name in another case: most names aren't the start of others. */
const NAMESAKES_MAX = 50;

/** A whole number except for its plus sign. */
const BARE_NUMBER = /^\d{7,15}$/;

/** Other ways to read an address that someone typed or pasted. */
export function otherSpellings(name: string): string[] {
  const plain = withoutPrefix(plainText(name).trim());
  const number = numberMeant(plain);
  if (number === undefined) return [plain];
  return BARE_NUMBER.test(number) ? [number, `+${number}`] : [number];
}

/** Undefined if no messages are left. */
export async function summaryOf(
  store: Reading,
  recipient: Recipient,
): Promise<RecipientSummary | undefined> {
  const filter = messagesTo(recipient);
  const [{ messages: recent }, { messages: first }, { counts, isMore }] =
    await Promise.all([
      store.listMessages(filter, { size: RECENT_MESSAGES }),
      store.listMessages(filter, { size: 1, newerThan: 0 }),
      store.recipientCounts(recipient.id),
    ]);
  const [newest] = recent;
  if (newest === undefined) return undefined;
  return {
    country: newest.country,
    firstMessageAt: (first[0] ?? newest).firstEventAt,
    lastMessageAt: newest.firstEventAt,
    messages: {
      count: EVENT_STATUSES.reduce((sum, each) => sum + counts[each], 0),
      isMore,
    },
    byStatus: EVENT_STATUSES.filter((status) => counts[status] > 0).map(
      (status) => ({ status, messages: { count: counts[status], isMore } }),
    ),
    recent: recentOf(recent),
    lastFailure: recent.find(({ status }) => isFailure(status)),
  };
}
