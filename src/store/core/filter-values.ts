import { plainText } from "../../phone/pasted-text.ts";
import {
  LAST_DIGITS_MIN,
  type Condition,
  type MessageFilter,
} from "../filter.ts";
import { lastDigits } from "./last-digits.ts";

/** What a value of `to`, `from` or a bare word can mean; see `Condition`. */
export type AddressValue =
  | { readonly kind: "id"; readonly id: number }
  | {
      readonly kind: "number";
      /** How such numbers begin. */
      readonly starts: readonly string[];
      /** How they can end instead; null with a plus sign, or with too few digits. */
      readonly end: { readonly digits: string; readonly last: number } | null;
    }
  /** The beginning of a name or user id, in each spelling. */
  | { readonly kind: "name"; readonly spellings: readonly string[] };

export function addressValue(value: string): AddressValue {
  const [, id] = /^~(\d{1,15})$/.exec(value) ?? [];
  if (id !== undefined) return { kind: "id", id: Number(id) };
  if (!/^\+?\d+$/.test(value))
    return { kind: "name", spellings: nameSpellings(value) };
  if (value.startsWith("+"))
    return { kind: "number", starts: [value], end: null };
  const last = value.length < LAST_DIGITS_MIN ? null : lastDigits(value);
  return {
    kind: "number",
    starts: [value, `+${value}`],
    end: last === null ? null : { digits: value, last },
  };
}

/**
 * A name as typed, as it looks, and all in capitals or small letters, as indexes ignore case
 * only in A to Z.
 */
function nameSpellings(name: string): string[] {
  if (/^[\x20-\x7e]*$/.test(name)) return [name];
  const plain = plainText(name).trim();
  const spellings = [name, plain, plain.toUpperCase(), plain.toLowerCase()];
  return [...new Set(spellings)].filter((each) => each !== "");
}

/** A tag's name or value as typed, as it looks, and as it arrives if its plus signs weren't escaped. */
export function tagSpellings(text: string): string[] {
  const plain = plainText(text);
  const spellings = [text, plain, text.replaceAll("+", " ")];
  return [...new Set([...spellings, plain.replaceAll("+", " ")])];
}

/** The latest beginning and the earliest end; undefined for none. */
export function timesOf(filter: MessageFilter) {
  let after: number | undefined;
  let before: number | undefined;
  for (const condition of filter) {
    if (condition.field !== "after" && condition.field !== "before") continue;
    const { at } = condition;
    if (isBeginning(condition)) after = Math.max(after ?? at, at);
    else before = Math.min(before ?? at, at);
  }
  return { after, before };
}

/** Whether a condition on the time is where the time begins: not `before`, but not `after`, too. */
export function isBeginning({ field, negated }: Condition): boolean {
  return (field === "after") !== negated;
}
