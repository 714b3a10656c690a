import { withoutPrefix } from "./address-prefix.ts";
import { plainText } from "./pasted-text.ts";
import type { RawTerm } from "../messages/filter-terms.ts";

/** The zero that is dialled only within a country: `+44 (0)161 …`, `0044 (0)161 …`. */
const ZERO_AFTER_COUNTRY = /^((?:\+|00)[\s.\p{Pd}]*\d{1,3}\s*)\(0\)/u;
/** What people write between the digits of a number. */
const BETWEEN = String.raw`\s().\p{Pd}\u2212/\u00b7`;
const BETWEEN_DIGITS = new RegExp(`[${BETWEEN}]`, "gu");
const NUMBER_LIKE = new RegExp(String.raw`^(?=.*\d)\+?[\d${BETWEEN}]+$`, "u");

/** So long a number that begins with a zero is one as dialled within its country, not some last digits. */
const NATIONAL_LENGTH_MIN = 8;

/**
 * A number as people write or paste it, without what is between its digits: `+1 (415) 555-0123`,
 * `0044 (0)161 496 0014`, `tel:+4916…`, with digits of any script; undefined for what isn't
 * one. `00` is a plus sign.
 * One that is dialled within its country, `0161 496 0014`, has another beginning
 * everywhere else: what is left are its last digits.
 */
export function numberMeant(text: string): string | undefined {
  const digits = withoutPrefix(plainText(text).trim())
    .replace(ZERO_AFTER_COUNTRY, "$1")
    .replace(BETWEEN_DIGITS, "");
  if (!/^\+?\d+$/.test(digits)) return undefined;
  if (/^00[1-9]/.test(digits)) return `+${digits.slice(2)}`;
  const isNational =
    /^0[1-9]/.test(digits) && digits.length >= NATIONAL_LENGTH_MIN;
  return isNational ? digits.slice(1) : digits;
}

/** Whether a text is digits alone that `numberMeant` takes for others: in quotes they are what they are. */
export function isLiteralNumber(text: string): boolean {
  return /^\d+$/.test(text) && numberMeant(text) !== text;
}

/**
 * Bare words that stand together and are made of digits, and of what people write between
 * the digits of a number, are one number: `+1 (415) 555-0123`. So are those that follow
 * `to:` or `from:` and a number. A plus sign begins another.
 */
export function joinedNumbers(
  text: string,
  terms: readonly RawTerm[],
): RawTerm[] {
  const joined: RawTerm[] = [];
  for (const term of terms) {
    const before = joined.at(-1);
    const start = before && numberAtEnd(before);
    if (
      before !== undefined &&
      start !== undefined &&
      isBareNumber(term) &&
      !term.negated &&
      !plainText(term.values[0]?.text ?? "").includes("+")
    ) {
      const { from } = start;
      const whole = {
        text: text.slice(from, term.to),
        from,
        to: term.to,
        isQuoted: false,
      };
      joined[joined.length - 1] = {
        ...before,
        to: term.to,
        values: [...before.values.slice(0, -1), whole],
      };
    } else joined.push(term);
  }
  return joined;
}

/** The last value of a term, when a number's next part may follow it. */
function numberAtEnd({ name, values }: RawTerm) {
  const last = values.at(-1);
  return takesNumbers(name) && last && !last.isQuoted && isNumberLike(last.text)
    ? last
    : undefined;
}

/** Whether the values of a term, or a bare word, may be numbers. */
export function takesNumbers(name: string | undefined): boolean {
  return name === undefined || name === "to" || name === "from";
}

function isBareNumber(term: RawTerm): boolean {
  return term.name === undefined && numberAtEnd(term) !== undefined;
}

/** Whether a bare word may be a part of a number. */
export function isNumberLike(text: string): boolean {
  return NUMBER_LIKE.test(withoutPrefix(plainText(text).trim()));
}
