import { numberMeant } from "./number-meant.ts";
import { withoutPrefix } from "./address-prefix.ts";
import { digitsInPlace, FILLER, plainText } from "./pasted-text.ts";
import { parseForm } from "../twilio/form.ts";

/**
 * The address to erase: a number's digits with its country code, without the plus
 * sign; or another address as stored, in any case, such as `US.13491208655302741918`.
 */
export type ErasedAddress = string;

/** How many digits a number has with its country code. */
const WHOLE_NUMBER = /^\+([1-9]\d{6,14})$/;
const DIGITS_MAX = 15;
/** Longer than any phone number: Messenger's user IDs. */
const LONG_ID = /^\d{16,64}$/;
/** A message's own number is recognized by this many last digits. */
const OWN_DIGITS_MIN = 7;
/** A country and digits: WhatsApp's user IDs for people without a number. */
const USER_ID = /^[a-z]{2}\.(\d{6,})$/i;
const NAME = /^(?=.*\p{L})(?![+\d(]).{1,256}$/u;

/**
 * Returns the address that a text means: a whole number as people write it, `+1 (415)
 * 555-0123`, `0044 …`, `whatsapp:+…`; or a user ID or name. Undefined for a number
 * without a plus sign or `00`, because what is dialed within one country is another
 * number in the next.
 */
export function addressToErase(text: string): ErasedAddress | undefined {
  const plain = withoutPrefix(plainText(text).trim());
  const number = numberMeant(plain);
  if (number !== undefined)
    return LONG_ID.test(number) ? number : WHOLE_NUMBER.exec(number)?.[1];
  return NAME.test(plain) ? plain : undefined;
}

/** Reports whether it's a number's digits and not another address. */
export function isNumber(address: ErasedAddress): boolean {
  return /^\d+$/.test(address);
}

/** Finds an address in texts and replaces it with `label`. */
export type AddressEraser = {
  /** Reports whether a stored address is the one to erase, in any form. */
  is(stored: string): boolean;
  /** Reports whether `inText` and `inQuery` have to check this text; also URL-encoded or within JSON. */
  mayBeIn(text: string): boolean;
  /**
   * Returns the text without the address. In a message to or from it (`isOwn`), a
   * number is also recognized by a part, as written within its own country (`0161
   * 496 0014`), and a name even if it may be a common word.
   */
  inText(text: string, isOwn: boolean): string;
  /** The same for a URL's query; pairs without the address stay unchanged. */
  inQuery(query: string, isOwn: boolean): string;
};

export function addressEraser(
  address: ErasedAddress,
  label: string,
): AddressEraser {
  const [, idDigits] = USER_ID.exec(address) ?? [];
  const digits = idDigits ?? (isNumber(address) ? address : undefined);
  return digits === undefined
    ? nameEraser(address, label)
    : numberEraser(digits, label);
}

const SID = /^[A-Z]{2}[0-9a-f]{32}$/;

function numberEraser(digits: string, label: string): AddressEraser {
  const lastDigits = digits.slice(-OWN_DIGITS_MIN);
  const inText = (text: string, isOwn: boolean): string => {
    if (SID.test(text)) return text;
    let left = text;
    // With escapes decoded, or as they are.
    for (const reading of digitsInPlace(text).keys()) {
      const plain = digitsInPlace(left).at(-1 - reading) ?? left;
      const spans = numbersIn(left, plain, digits, isOwn);
      for (const { from, to } of spans.toReversed())
        left = left.slice(0, from) + label + left.slice(to);
    }
    return left;
  };
  return {
    is: (stored) => inText(stored, false) !== stored,
    mayBeIn: (text) =>
      digitsInPlace(text).some((plain) =>
        plain.replaceAll(/\D/g, "").includes(lastDigits),
      ),
    inText,
    inQuery: inPairs(inText),
  };
}

function nameEraser(address: string, label: string): AddressEraser {
  const name = address.toLowerCase();
  /** Not a word that other texts contain by chance. */
  const isDistinct = /@|\d{6}/.test(name);
  const anywhere = new RegExp(
    String.raw`(?<![\p{L}\p{N}])${RegExp.escape(address)}(?![\p{L}\p{N}])`,
    "giu",
  );
  const inText = (text: string, isOwn: boolean): string =>
    isDistinct || isOwn ? text.replaceAll(anywhere, () => label) : text;
  return {
    is: (stored) => withoutPrefix(stored).toLowerCase() === name,
    mayBeIn(text) {
      const [inPlace] = digitsInPlace(text);
      const plain = inPlace.replaceAll(FILLER, "").toLowerCase();
      return plain.includes(name) || plain.replaceAll("+", " ").includes(name);
    },
    inText,
    inQuery: inPairs(inText),
  };
}

function inPairs(
  inText: AddressEraser["inText"],
): (query: string, isOwn: boolean) => string {
  const inPiece = (piece: string, isOwn: boolean): string => {
    const pairs = parseForm(piece).params;
    const erased = pairs.map((pair) => pair.map((each) => inText(each, isOwn)));
    return JSON.stringify(erased) === JSON.stringify(pairs)
      ? piece
      : erased.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
  };
  return (query, isOwn) =>
    query
      .split("&")
      .map((piece) => inPiece(piece, isOwn))
      .join("&");
}

type Span = { readonly from: number; readonly to: number };
/** Digits without separators. */
type Group = Span & { readonly digits: string };

/** Separators between the digits of one number. */
const CLOSE = new RegExp(String.raw`^[\s().\p{Pd}\u2212${FILLER}]{0,6}$`, "u");
/** Separators within a number, and also between two numbers. */
const NEAR = /^[^\p{L}\p{N}]{0,8}$/u;

/** Returns where a number is in a text, in any notation. */
function numbersIn(
  text: string,
  plain: string,
  digits: string,
  isOwn: boolean,
): Span[] {
  const spans: Span[] = [];
  const groups = groupsIn(plain);
  for (let first = 0; first < groups.length; first++) {
    const last = lastGroup(plain, groups, first, digits, isOwn);
    const from = groups[first];
    const to = groups[last ?? first];
    if (from === undefined || to === undefined) continue;
    if (last === undefined) {
      spans.push(...within(from, digits));
      continue;
    }
    spans.push({ from: startOf(text, plain, from.from), to: to.to });
    first = last;
  }
  return spans;
}

/** The zero that is only dialed within a country, as in `+44 (0)161 …`, doesn't count. */
function groupsIn(plain: string): Group[] {
  return [...plain.matchAll(/\d+/g)].flatMap(({ 0: digits, index: from }) => {
    const to = from + digits.length;
    const isTrunkZero = plain.slice(from - 1, to + 1) === "(0)";
    return isTrunkZero ? [] : [{ digits, from, to }];
  });
}

/** Returns the last of the groups, from `first` on, that make up the number. */
function lastGroup(
  plain: string,
  groups: readonly Group[],
  first: number,
  digits: string,
  isOwn: boolean,
): number | undefined {
  const gapBefore = (index: number): string | undefined => {
    const [before, group] = [groups[index - 1], groups[index]];
    return before && group && plain.slice(before.to, group.from);
  };
  const isBetween = (index: number, pattern: RegExp): boolean =>
    pattern.test((gapBefore(index) ?? "x").replace("(0)", ""));
  let number = "";
  for (let last = first; last < groups.length; last++) {
    if (last > first && !isBetween(last, NEAR)) return undefined;
    number += groups[last]?.digits ?? "";
    if (number.length > digits.length + 2) return undefined;
    const startsSo = plain.charAt((groups[first]?.from ?? 0) - 1) === "+";
    const isBounded =
      first === last ||
      (!isBetween(first, CLOSE) && !isBetween(last + 1, CLOSE));
    const isWhole = number === digits || number === `00${digits}`;
    if (isWhole && (isBounded || startsSo || number !== digits || isLong()))
      return last;
    const part = number.replace(/^0(?=[1-9])/, "");
    const isPart = part.length >= OWN_DIGITS_MIN && digits.endsWith(part);
    if (isOwn && isPart && isBounded) return last;
  }
  return undefined;

  /** Too long for one number: there are several, or other digits next to it. */
  function isLong(): boolean {
    let length = groups[first]?.digits.length ?? 0;
    const isMore = (at: number) => length <= DIGITS_MAX && isBetween(at, CLOSE);
    for (let at = first; isMore(at); at--)
      length += groups[at - 1]?.digits.length ?? 0;
    for (let at = first + 1; isMore(at); at++)
      length += groups[at]?.digits.length ?? 0;
    return length > DIGITS_MAX;
  }
}

/** Within digits that are too many for one number. */
function within(group: Group, digits: string): Span[] {
  const at = group.digits.indexOf(digits);
  const isOne = group.digits.length <= DIGITS_MAX;
  return at < 0 || isOne || digits.length > DIGITS_MAX
    ? []
    : [{ from: group.from + at, to: group.from + at + digits.length }];
}

/** With the plus sign, a bracket, and a user id's country in front. */
function startOf(text: string, plain: string, from: number): number {
  const [id] = /(?<![\p{L}\p{N}])[a-z]{2}\.$/iu.exec(text.slice(0, from)) ?? [];
  if (id !== undefined) return from - id.length;
  const start = /[+\uff0b]/.test(text.charAt(from - 1)) ? from - 1 : from;
  return text.charAt(start - 1) === "(" &&
    /^\+?\d{1,5}\)/.test(plain.slice(start))
    ? start - 1
    : start;
}
