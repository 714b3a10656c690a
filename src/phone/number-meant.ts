import { withoutPrefix } from "./address-prefix.ts";
import { plainText } from "./pasted-text.ts";

/** The zero that is only dialed within a country: `+44 (0)161 …`, `0044 (0)161 …`. */
const ZERO_AFTER_COUNTRY = /^((?:\+|00)[\s.\p{Pd}]*\d{1,3}\s*)\(0\)/u;
/** What people write between the digits of a number. */
const BETWEEN = String.raw`\s().\p{Pd}\u2212/\u00b7`;
const BETWEEN_DIGITS = new RegExp(`[${BETWEEN}]`, "gu");
const NUMBER_LIKE = new RegExp(String.raw`^(?=.*\d)\+?[\d${BETWEEN}]+$`, "u");

/** A number of at least this length that begins with a zero is one as dialed within its country, not just last digits. */
const NATIONAL_LENGTH_MIN = 8;

/**
 * Reads a number as people write or paste it, without separators: `+1 (415) 555-0123`,
 * `0044 (0)161 496 0014`, `tel:+4916…`, with digits of any script; undefined for what
 * isn't one. `00` is a plus sign. A number as dialed within its country, `0161 496
 * 0014`, starts differently everywhere else: its last digits are returned.
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

/** Reports whether a text is digits that `numberMeant` would change: in quotes, they stay as they are. */
export function isLiteralNumber(text: string): boolean {
  return /^\d+$/.test(text) && numberMeant(text) !== text;
}

/** Reports whether a bare word can be part of a number. */
export function isNumberLike(text: string): boolean {
  return NUMBER_LIKE.test(withoutPrefix(plainText(text).trim()));
}
