import { maskNumbersIn, maskRecipient } from "../phone/mask-numbers.ts";
import { isMessageSidStart } from "../twilio/sid.ts";
import { filterText, termPair, type FilterPair } from "./filter-language.ts";
import type { RawTerm } from "./filter-terms.ts";

/** The maximum characters of a filter in the audit list. */
const NOTED_CHARS_MAX = 200;

/** Returns a filter's text for the audit list: with every recipient and number masked. */
export function notedFilter(terms: readonly RawTerm[]): string {
  const masked = terms.map((term): FilterPair => {
    const [name, values] = termPair(term);
    const isRecipient = term.name === undefined || term.name === "to";
    const mask = isRecipient ? maskedWord : maskedText;
    return [name, [values].flat().map((value) => mask(String(value)))];
  });
  return filterText(masked).slice(0, NOTED_CHARS_MAX);
}

function maskedWord(text: string): string {
  return isMessageSidStart(text) || /^~\d+$/.test(text)
    ? text
    : maskRecipient(text);
}

function maskedText(text: string): string {
  return maskNumbersIn(text, []);
}
