import { withoutPrefix } from "./address-prefix.ts";
import { digitsInPlace, FILLER } from "./pasted-text.ts";

/** The digits of a phone number; shorter ones are short codes. */
const DIGITS_MIN = 7;
const DIGITS_MAX = 15;
/** A bare run of at least this many digits is unlikely to be a date or an order number. */
const SURE_DIGITS_MIN = 10;
/** A message's own number is recognized with up to this many characters of any kind between two digits. */
const OWN_GAP_MAX = 8;

/**
 * Which numbers in a text are masked besides the message's own. `likely`: everything
 * that may be a phone number. `sure`: only those unlikely to be anything else (with a
 * plus, with separators, or with at least ten digits), for users' own texts, in which
 * 20261123 is a date.
 */
export type OtherNumbers = "none" | "likely" | "sure";

/** Returns an address for the log: phone numbers masked, names and short codes unmasked. */
export function maskNumber(address: string): string {
  return fitForLog(maskNumbersIn(address, [address]));
}

/**
 * Masks a recipient's address except its start and end: a phone number, a user ID such
 * as `US.13491208655302741918`, or any other name of a person. Short codes stay.
 */
export function maskRecipient(address: string): string {
  if (NOBODYS.test(address)) return address;
  if (NUMBER_OR_ID.test(withoutPrefix(digitsInPlace(address)[0])))
    return maskNumbersIn(address, [address]);
  const chars = Array.from(address);
  return chars.length < 8
    ? BULLETS
    : fitForLog(
        chars.slice(0, 2).join("") + BULLETS + chars.slice(-2).join(""),
      );
}

/** Masks a message's recipient in one of its texts, if it's a name and not a number. */
export function maskRecipientIn(
  text: string,
  recipient: string | null,
): string {
  if (recipient === null || recipient === "") return text;
  const masked = maskRecipient(recipient);
  if (masked === recipient || mayHoldNumber(recipient)) return text;
  const name = RegExp.escape(recipient);
  // A short one occurs in other words by chance.
  const pattern =
    recipient.length < 5
      ? `(?<![\\p{L}\\p{N}])${name}(?![\\p{L}\\p{N}])`
      : name;
  return text.replaceAll(new RegExp(pattern, "giu"), masked);
}

const BULLETS = "••••••";
/** A short code, or the rest of an erased address. */
const NOBODYS = /^(?:\+?\d{1,6}|erased(?:-\d+)?)$/;

function fitForLog(address: string): string {
  return /^[\w :.+•-]{1,40}$/.test(address) ? address : "…";
}

/**
 * Masks the phone numbers in a text: those of these addresses anywhere, also without
 * their start and with anything between their digits; and `others`. Digits of any
 * script count, escaped or not.
 */
export function maskNumbersIn(
  text: string,
  addresses: readonly (string | null)[],
  others: OtherNumbers = "likely",
): string {
  // Most texts contain nothing to hide, and checking is cheaper.
  if (!mayHoldNumber(text)) return text;
  const digits = digitsInPlace(text).map(onlyDigits);
  let masked = text;
  for (const own of addresses.flatMap(ownDigits)) {
    if (digits.some((each) => each.includes(own)))
      masked = maskRead(masked, (plain) => ownNumbers(plain, own));
  }
  return others === "none"
    ? masked
    : maskRead(masked, (plain) => otherNumbers(plain, others));
}

/** Hides what `find` finds, in each reading of a text's digits. */
function maskRead(text: string, find: (plain: string) => Span[]): string {
  const [plain, asWritten] = digitsInPlace(text);
  const masked = spliced(text, plain, find(plain));
  if (asWritten === undefined) return masked;
  const again = digitsInPlace(masked).at(-1) ?? masked;
  return spliced(masked, again, find(again));
}

/** Reports whether a text has as many digits as a phone number. */
export function mayHoldNumber(text: string): boolean {
  return digitsInPlace(text).some((plain) => SEVEN_DIGITS.test(plain));
}

const SEVEN_DIGITS = /^\D*(?:\d\D*){6}\d/;

/** What people write between a number's digits, and what can be there by chance. */
const CLOSE = String.raw`\s().\p{Pd}\u2212${FILLER}`;
const LOOSE = String.raw`/,:_&*|\u00b7`;
const BETWEEN = `[${CLOSE}${LOOSE}]{0,6}`;

/** Digits that belong together, any number of them; not those already masked. */
const RUN = new RegExp(
  String.raw`(?<![\d•])(?:\((?=\+?\d{1,5}\)))?\+?\d(?:${BETWEEN}\d)*(?![\d•])`,
  "gu",
);
const HAS_LOOSE = new RegExp(`[${LOOSE}]`, "u");

/** An address of digits alone, possibly with a user ID's country in front. */
const NUMBER_OR_ID = new RegExp(
  String.raw`^(?:[a-z]{2}\.|\+)?\d(?:${BETWEEN}\d){6,}$`,
  "iu",
);
const USER_ID_COUNTRY = /(?<![\p{L}\p{N}])[a-z]{2}\.$/iu;

const TIME = String.raw`[0-2]?\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?`;
/** Twilio's SIDs, UUIDs, hashes, times, and dates with or without one. */
const NO_NUMBERS = new RegExp(
  [
    String.raw`((?<![\p{L}\p{N}])(?:`,
    String.raw`[A-Z]{2}[0-9a-f]{32}|`,
    String.raw`[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}|`,
    String.raw`[0-9A-Fa-f]{32,64}`,
    String.raw`)(?![\p{L}\p{N}])`,
    String.raw`|(?<![\d+][${CLOSE}/:_]{0,6})(?:`,
    String.raw`(?:19|20)\d\d[-/][01]\d[-/][0-3]\d(?:[T ]${TIME})?|`,
    String.raw`[0-3]?\d[./-][0-3]?\d[./-](?:19|20)\d\d(?:[T ]${TIME})?|${TIME}`,
    String.raw`)(?![\d•]|[.:/_&-]\d))`,
  ].join(""),
  "u",
);

/** A hidden part of a text. */
type Span = { readonly from: number; readonly to: number };

function otherNumbers(plain: string, others: "likely" | "sure"): Span[] {
  let at = 0;
  // Splitting by a pattern in parentheses puts the matches at every second place.
  return plain.split(NO_NUMBERS).flatMap((piece, index) => {
    const start = at;
    at += piece.length;
    if (index % 2 === 1) return [];
    return [...piece.matchAll(RUN)]
      .filter((run) => isOther(run[0], piece, run.index, others))
      .map((run) => ({
        from: start + run.index,
        to: start + run.index + run[0].length,
      }));
  });
}

function isOther(
  run: string,
  piece: string,
  offset: number,
  others: "likely" | "sure",
): boolean {
  const { length } = run.replaceAll(/\D/g, "");
  if (length < DIGITS_MIN) return false;
  if (USER_ID_COUNTRY.test(piece.slice(0, offset)) && length > DIGITS_MIN)
    return true;
  const isBare = !/\D/.test(run);
  if (!isBare)
    return (
      others === "likely" || !HAS_LOOSE.test(run) || length >= SURE_DIGITS_MIN
    );
  return length >= SURE_DIGITS_MIN
    ? length <= DIGITS_MAX
    : others === "likely" && standsAlone(piece, offset, run.length);
}

/** Reports whether no letter, digit, or underscore is next to a part of a text. */
function standsAlone(text: string, offset: number, length: number): boolean {
  return !(
    /[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, offset - 2), offset)) ||
    /^[\p{L}\p{N}_]/u.test(text.slice(offset + length, offset + length + 2))
  );
}

/** Returns an address's digits, and its last ones, which also identify it; none for a name. */
function ownDigits(address: string | null): string[] {
  const digits = onlyDigits(digitsInPlace(address ?? "")[0]);
  if (digits.length < DIGITS_MIN) return [];
  const [number, last] = [digits.slice(-DIGITS_MAX), digits.slice(-DIGITS_MIN)];
  return [...new Set([digits, number, last])];
}

function onlyDigits(plain: string): string {
  return plain.replaceAll(/\D/g, "");
}

/** Returns where these digits occur in order, close together. */
function ownNumbers(plain: string, own: string): Span[] {
  const places = [...plain.matchAll(/\d/g)].map(({ index }) => index);
  const digits = onlyDigits(plain);
  const spans: Span[] = [];
  for (let at = digits.indexOf(own); at >= 0;) {
    const found = places.slice(at, at + own.length);
    const isClose = found.every(
      (place, index) =>
        index === 0 || place - (found[index - 1] ?? 0) <= OWN_GAP_MAX + 1,
    );
    const [from = 0] = found;
    const start = plain.charAt(from - 1) === "+" ? from - 1 : from;
    if (isClose) spans.push({ from: start, to: (found.at(-1) ?? 0) + 1 });
    at = digits.indexOf(own, isClose ? at + own.length : at + 1);
  }
  return spans;
}

/** Hides parts of a text; `plain` is the same text to read their digits from. */
function spliced(text: string, plain: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text;
  let result = "";
  let done = 0;
  for (const { from: seen, to } of spans) {
    let from = seen;
    while (from > done && plain.charAt(from - 1) === FILLER) from--;
    result += text.slice(done, from) + hidden(plain.slice(from, to));
    done = to;
  }
  return result + text.slice(done);
}

/** If there are too many digits for one number, such as two numbers with a space between, only the end is left. */
function hidden(run: string): string {
  const number = run.replaceAll(/[^\d+]/g, "");
  const isOne = number.replace("+", "").length <= DIGITS_MAX;
  return `${isOne ? number.slice(0, -8) : ""}${BULLETS}${number.slice(-2)}`;
}
