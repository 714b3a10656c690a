import { withoutPrefix } from "./address-prefix.ts";
import { plainText } from "./pasted-text.ts";

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

/** Whether a bare word may be a part of a number. */
export function isNumberLike(text: string): boolean {
  return NUMBER_LIKE.test(withoutPrefix(plainText(text).trim()));
}
