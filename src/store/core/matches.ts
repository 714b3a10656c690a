import { canonicalSid, isMessageSidStart } from "../../twilio/sid.ts";
import type { Condition, MessageFilter } from "../filter.ts";
import type { EventRow, Matches, MessageRow } from "../store.ts";
import {
  addressValue,
  isBeginning,
  tagSpellings,
  type AddressValue,
} from "./filter-values.ts";
import { lastDigits } from "./last-digits.ts";

type Role = "to" | "from";
type Matched = {
  readonly event: Pick<EventRow, "status" | "errorCode" | "source">;
  readonly message: MessageRow;
};
type Test = (matched: Matched) => boolean;

/** The addresses in a filter that messages of the ledger have: they match only themselves. */
export type WholeAddresses = ReadonlySet<string>;

/** An entry of `WholeAddresses`. */
export function wholeAddress(role: Role, address: string): string {
  return `${role} ${address}`;
}

/** The addresses in a filter for which it matters whether a message has exactly this one. */
export function addressesIn(
  filter: MessageFilter,
): { readonly role: Role; readonly address: string }[] {
  return filter.flatMap((condition) => {
    if (condition.field === "to" || condition.field === "from") {
      const { field: role, values } = condition;
      return values.map((address) => ({ role, address }));
    }
    if (condition.field !== "word") return [];
    const { text: address } = condition;
    return [
      { role: "to" as const, address },
      { role: "from" as const, address },
    ];
  });
}

/** See `Reading.matcher`. */
export function matcherOf(
  filter: MessageFilter,
  whole: WholeAddresses,
): Matches {
  const tests = filter.map((condition) => {
    const test = testOf(condition, whole);
    return (matched: Matched) => test(matched) !== condition.negated;
  });
  return (event, message) => tests.every((test) => test({ event, message }));
}

function testOf(condition: Condition, whole: WholeAddresses): Test {
  switch (condition.field) {
    case "status":
      return ({ event }) => condition.values.includes(event.status);
    case "code":
      return ({ event }) => includes(condition.values, event.errorCode);
    case "source":
      return ({ event }) => condition.values.includes(event.source);
    case "channel":
      return ({ message }) => condition.values.includes(message.channel);
    case "country":
      return ({ message }) => includes(condition.values, message.country);
    case "account":
      return ({ message }) => includes(condition.values, message.accountSid);
    case "service":
      return ({ message }) =>
        includes(condition.values, message.messagingServiceSid);
    case "to":
    case "from":
      return ofAddresses(condition.field, condition.values, whole);
    case "sid":
      return ofSids(condition.values);
    case "tag":
      return ofTag(condition.name, condition.value);
    case "after":
    case "before":
      return ofTime(condition);
    case "word":
      return ofWord(condition.text, whole);
  }
}

function includes<T>(values: readonly T[], value: T | null): boolean {
  return value !== null && values.includes(value);
}

/** The negation is applied by the caller. */
function ofTime(
  condition: Extract<Condition, { field: "after" | "before" }>,
): Test {
  const { at } = condition;
  return isBeginning({ ...condition, negated: false })
    ? ({ message }) => message.firstEventAt >= at
    : ({ message }) => message.firstEventAt < at;
}

function ofSids(values: readonly string[]): Test {
  const starts = values.filter(isMessageSidStart).map(canonicalSid);
  return ({ message }) =>
    starts.some((start) => message.messageSid.startsWith(start));
}

function ofTag(name: string, value: string | undefined): Test {
  const names = tagSpellings(name);
  const values = value === undefined ? undefined : tagSpellings(value);
  return ({ message }) =>
    message.tags.some(
      (tag) => names.includes(tag[0]) && (values?.includes(tag[1]) ?? true),
    );
}

/** A SID, a recipient's number or id, or the name of a recipient or a sender. */
function ofWord(text: string, whole: WholeAddresses): Test {
  if (isMessageSidStart(text)) return ofSids([text]);
  const isTo = ofAddresses("to", [text], whole);
  if (addressValue(text).kind !== "name") return isTo;
  const isFrom = ofAddresses("from", [text], whole);
  return (matched) => isTo(matched) || isFrom(matched);
}

function ofAddresses(
  role: Role,
  values: readonly string[],
  whole: WholeAddresses,
): Test {
  const tests = values.map((value): Test => {
    const meant = addressValue(value);
    if (meant.kind === "id")
      return ({ message }) => idIn(role, message) === meant.id;
    if (whole.has(wholeAddress(role, value)))
      return ({ message }) => message[role] === value;
    return ({ message }) => {
      const address = message[role];
      return address !== null && isMeant(meant, address);
    };
  });
  return (matched) => tests.some((test) => test(matched));
}

function idIn(role: Role, message: MessageRow): number | null {
  return role === "to" ? message.recipientId : message.senderId;
}

function isMeant(
  meant: Exclude<AddressValue, { kind: "id" }>,
  address: string,
): boolean {
  if (meant.kind === "name")
    return meant.spellings.some((start) => beginsSo(address, start));
  const { starts, end } = meant;
  return (
    starts.some((start) => address.startsWith(start)) ||
    (end !== null &&
      lastDigits(address) === end.last &&
      address.endsWith(end.digits))
  );
}

/** The beginning of an id such as `US.13491208655302741918`, which has capitals only. */
const USER_ID_START = /^[a-z]{1,2}(?:\.\d*)?$/i;
const USER_ID = /^[A-Z][A-Z]\.[0-9]/;

/** Names begin in any case of A to Z; see `nameBegins` of the dialects. */
function beginsSo(address: string, start: string): boolean {
  if (USER_ID_START.test(start) && address.startsWith(start.toUpperCase()))
    return true;
  const isName = lastDigits(address) === null && !USER_ID.test(address);
  return isName && inSmall(address).startsWith(inSmall(start));
}

function inSmall(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
