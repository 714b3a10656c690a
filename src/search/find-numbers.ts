import { filterText } from "../messages/filter-language.ts";
import {
  findRecipient,
  messagesTo,
  otherSpellings,
} from "../numbers/recipient.ts";
import type { MessageRow } from "../store/store.ts";
import {
  groupOf,
  messageGroup,
  OF_A_KIND_MAX,
  type Gap,
  type Group,
  type SearchStore,
} from "./found.ts";
import type { Meaning } from "./meaning.ts";

/** Recipients, and the latest messages to them. */
type Numbers = {
  readonly groups: readonly Group[];
  readonly gaps: readonly Gap[];
};

/** Latest messages among which distinct recipients are searched for. */
const LATEST = 30;
/** Someone is typing and waits: a number's beginning can be rare among millions of messages. */
const FILL_MS = 40;

/**
 * Finds recipients by a whole number or name in any notation, or by its beginning; numbers
 * also by their last digits, and recent ones by any digits.
 */
export async function findNumbers(
  store: SearchStore,
  { text, number }: Meaning,
): Promise<Numbers> {
  const sought = number ?? text;
  const page = await store.listMessages(
    [{ field: "to", negated: false, values: [sought] }],
    { size: LATEST, fillMs: FILL_MS },
  );
  const known = latestToEach(page.messages);
  const wholes = [sought, `+${sought}`].map((each) => each.toLowerCase());
  const whole = known.filter(
    ({ to }) => to !== null && wholes.includes(to.toLowerCase()),
  );
  const isPart = number !== undefined && mayBeMiddle(number, known.length);
  const recent = isPart
    ? await store.recentNumbersWith(number, OF_A_KIND_MAX)
    : [];
  const gaps: Gap[] = [];
  if (isPart) gaps.push("middle-digits");
  if (page.lookedBackTo !== undefined) gaps.push("old-messages");
  return {
    groups: [
      numberGroup(
        latestToEach([...whole, ...known, ...recent]),
        whole.length === 1,
      ),
      messageGroup(page.messages, filterText([["to", sought]])),
    ],
    gaps,
  };
}

/**
 * Finds a recipient only by the whole number or name: who sees masked numbers could find out
 * one digit after the other by searching for parts.
 */
export async function findWholeNumber(
  store: SearchStore,
  { text, number }: Meaning,
): Promise<Numbers> {
  for (const name of new Set([text, ...otherSpellings(text)])) {
    const recipient = await findRecipient(store, name, true);
    if (recipient === undefined) continue;
    const { messages } = await store.listMessages(messagesTo(recipient), {
      size: LATEST,
    });
    const q = filterText([["to", `~${recipient.id}`]]);
    return {
      groups: [
        numberGroup(latestToEach(messages), true),
        messageGroup(messages, q),
      ],
      gaps: [],
    };
  }
  return { groups: [], gaps: number === undefined ? [] : ["whole-numbers"] };
}

function numberGroup(messages: readonly MessageRow[], isExact: boolean): Group {
  const findings = messages.map(
    (message) => ({ kind: "number", message }) as const,
  );
  return groupOf("number", findings, isExact);
}

/** The first message to each recipient. */
function latestToEach(messages: readonly MessageRow[]): readonly MessageRow[] {
  const known = new Map<number, MessageRow>();
  for (const message of messages) {
    const { recipientId } = message;
    if (recipientId !== null && !known.has(recipientId))
      known.set(recipientId, message);
  }
  return [...known.values()];
}

/** Numbers with more digits are found by their beginning or end. */
const MIDDLE_DIGITS_MAX = 9;

function mayBeMiddle(number: string, known: number): boolean {
  return (
    !number.startsWith("+") &&
    number.length <= MIDDLE_DIGITS_MAX &&
    known < OF_A_KIND_MAX
  );
}
