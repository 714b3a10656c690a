import { parseFilter } from "../messages/filter-language.ts";
import { isNumberLike, numberMeant } from "../phone/number-meant.ts";
import { plainText } from "../phone/pasted-text.ts";
import { LAST_DIGITS_MIN } from "../store/filter.ts";
import { canonicalSid, isMessageSidStart } from "../twilio/sid.ts";

/** Characters; longer texts are cut. */
export const SEARCH_LENGTH_MAX = 200;

/** What a text that someone searches for may be. */
export type Meaning = {
  /** As typed, without spaces at its ends. */
  readonly text: string;
  /** As it looks: without invisible characters, with plain digits and spaces. */
  readonly words: string;
  /** A phone number or its beginning, with a plus sign, or its last digits. */
  readonly number: string | undefined;
  /** A message's SID, or its beginning. */
  readonly sid: string | undefined;
  /** An account's or messaging service's SID, or its beginning. */
  readonly owner:
    | { readonly field: "account" | "service"; readonly start: string }
    | undefined;
  /** A filter with at least one named term. */
  readonly filter: string | undefined;
};

/** With fewer characters, too many SIDs begin like it. */
const SID_START_MIN = 5;

/** Reads what someone searches for. `now` is what a filter's times count from. */
export function meaningOf(typed: string, now: number): Meaning {
  const text = typed.slice(0, SEARCH_LENGTH_MAX).trim();
  const words = plainText(text).trim();
  const isLong = words.length >= SID_START_MIN;
  const start = canonicalSid(words);
  const isOwner = isLong && /^(?:AC|MG)[0-9a-f]{1,32}$/.test(start);
  return {
    text,
    words,
    number: numberIn(words),
    sid: isLong && isMessageSidStart(words) ? start : undefined,
    owner: isOwner
      ? { field: start.startsWith("AC") ? "account" : "service", start }
      : undefined,
    filter: isFilter(text, now) ? text : undefined,
  };
}

function numberIn(text: string): string | undefined {
  if (!isNumberLike(text)) return undefined;
  const number = numberMeant(text);
  if (number === undefined) return undefined;
  return number.startsWith("+")
    ? number.length > 1
      ? number
      : undefined
    : number.length >= LAST_DIGITS_MIN
      ? number
      : undefined;
}

function isFilter(text: string, now: number): boolean {
  const { terms, mistakes } = parseFilter(text, now);
  return mistakes.length === 0 && terms.some(({ name }) => name !== undefined);
}
