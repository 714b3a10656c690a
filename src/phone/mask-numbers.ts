import { withoutPrefix } from "./address-prefix.ts";
import { digitsInPlace, FILLER } from "./pasted-text.ts";

/** How many digits a phone number has; shorter ones are short codes. */
const DIGITS_MIN = 7;
const DIGITS_MAX = 15;
/** From so many on a bare run of digits hardly is a date or the number of an order. */
const SURE_DIGITS_MIN = 10;
/** A message's own number is recognized with so many characters between two digits, whatever they are. */
const OWN_GAP_MAX = 8;

/**
 * Which numbers in a text are masked beside the own ones. `likely`: all that may be phone
 * numbers. `sure`: those that hardly are anything else, for texts of the user's own, in
 * which 20261123 is a date: with a plus, with separators, or of ten digits and more.
 */
export type OtherNumbers = "none" | "likely" | "sure";

/** An address as the log shows it: phone numbers masked, names and short codes whole. */
export function maskNumber(address: string): string {
  return fitForLog(maskNumbersIn(address, [address]));
}

/**
 * A recipient's address with all but its beginning and end hidden: a phone number, a user id
 * such as `US.13491208655302741918`, or any other name of a person. Short codes stay.
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

/** A text with its own recipient masked where it is a name and no number. */
export function maskRecipientIn(
  text: string,
  recipient: string | null,
): string {
  if (recipient === null || recipient === "") return text;
  const masked = maskRecipient(recipient);
  if (masked === recipient || mayHoldNumber(recipient)) return text;
  const name = RegExp.escape(recipient);
  // A short one is a part of other words by chance.
  const pattern =
    recipient.length < 5
      ? `(?<![\\p{L}\\p{N}])${name}(?![\\p{L}\\p{N}])`
      : name;
  return text.replaceAll(new RegExp(pattern, "giu"), masked);
}

const BULLETS = "••••••";
/** A short code, or what is left of an erased address. */
const NOBODYS = /^(?:\+?\d{1,6}|erased(?:-\d+)?)$/;

function fitForLog(address: string): string {
  return /^[\w :.+•-]{1,40}$/.test(address) ? address : "…";
}

/**
 * Text with the phone numbers in it masked: these addresses' own, wherever they are, also
 * without their beginning and whatever is between their digits; and `others`. Digits of any
 * script count, escaped or not.
 */
export function maskNumbersIn(
  text: string,
  addresses: readonly (string | null)[],
  others: OtherNumbers = "likely",
): string {
  // Most texts have nothing to hide, and a look costs less.
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

/** Hides what `find` finds, in each way in which a text's digits can be read. */
function maskRead(text: string, find: (plain: string) => Span[]): string {
  const [plain, asWritten] = digitsInPlace(text);
  const masked = spliced(text, plain, find(plain));
  if (asWritten === undefined) return masked;
  const again = digitsInPlace(masked).at(-1) ?? masked;
  return spliced(masked, again, find(again));
}

/** Whether a text has as many digits as a phone number, whatever else they may be. */
export function mayHoldNumber(text: string): boolean {
  return digitsInPlace(text).some((plain) => SEVEN_DIGITS.test(plain));
}

const SEVEN_DIGITS = /^\D*(?:\d\D*){6}\d/;

/** What people write between a number's digits, and what can be there by chance. */
const CLOSE = String.raw`\s().\p{Pd}\u2212${FILLER}`;
const LOOSE = String.raw`/,:_&*|\u00b7`;
const BETWEEN = `[${CLOSE}${LOOSE}]{0,6}`;

/** Digits that belong together, however many; not those of what is masked already. */
const RUN = new RegExp(
  String.raw`(?<![\d•])(?:\((?=\+?\d{1,5}\)))?\+?\d(?:${BETWEEN}\d)*(?![\d•])`,
  "gu",
);
const HAS_LOOSE = new RegExp(`[${LOOSE}]`, "u");

/** An address of digits alone, perhaps with a user id's country in front. */
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

/** A part of a text that is hidden. */
type Span = { readonly from: number; readonly to: number };

function otherNumbers(plain: string, others: "likely" | "sure"): Span[] {
  let at = 0;
  // A split by a pattern in brackets has what it matched at every second place.
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

/** Whether no letter, digit or underscore is beside a part of a text. */
function standsAlone(text: string, offset: number, length: number): boolean {
  return !(
    /[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, offset - 2), offset)) ||
    /^[\p{L}\p{N}_]/u.test(text.slice(offset + length, offset + length + 2))
  );
}

/** An address's digits, and the last ones, by which it is known too; none of a name's. */
function ownDigits(address: string | null): string[] {
  const digits = onlyDigits(digitsInPlace(address ?? "")[0]);
  if (digits.length < DIGITS_MIN) return [];
  const [number, last] = [digits.slice(-DIGITS_MAX), digits.slice(-DIGITS_MIN)];
  return [...new Set([digits, number, last])];
}

function onlyDigits(plain: string): string {
  return plain.replaceAll(/\D/g, "");
}

/** Where these digits are in order, close together. */
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

/** A text with parts of it hidden; `plain` is the same text to read their digits from. */
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

/** Of digits too many for one number, such as two with a space between, only the end is left. */
function hidden(run: string): string {
  const number = run.replaceAll(/[^\d+]/g, "");
  const isOne = number.replace("+", "").length <= DIGITS_MAX;
  return `${isOne ? number.slice(0, -8) : ""}${BULLETS}${number.slice(-2)}`;
}
