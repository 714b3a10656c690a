import { isAddressPrefix } from "../phone/address-prefix.ts";
import { isInvisible } from "../phone/pasted-text.ts";

/** A value of a term as typed, without its quotes. */
export type TermValue = {
  readonly text: string;
  /** Its place in the filter's text, including quotes. */
  readonly from: number;
  readonly to: number;
  readonly isQuoted: boolean;
};

/** A term of a filter's text as typed: `name:value`, `-name:value,value`, or a bare word. */
export type RawTerm = {
  /** Where it is in the filter's text. */
  readonly from: number;
  readonly to: number;
  readonly negated: boolean;
  /** The number of minus signs before it; one is enough. */
  readonly minusSigns: number;
  /** In lower case, known or not; undefined for a bare word. */
  readonly name: string | undefined;
  /** Where its values start: after the colon; for a bare word, after any minus signs. */
  readonly valuesFrom: number;
  /** One or more, any of which may be empty; one for a bare word. */
  readonly values: readonly TermValue[];
  /** The place of an unclosed quote. */
  readonly openQuoteAt: number | undefined;
};

/** White space except the byte order mark, which nobody sees. */
const SPACE = /[^\S\ufeff]/;
const NAME = /([a-z][\w-]*):/iy;

/** Names whose values are separated by commas. In others, a comma is part of the value. */
const LIST_NAMES: ReadonlySet<string> = new Set([
  "status",
  "channel",
  "source",
  "code",
  "country",
  "to",
  "from",
  "sid",
  "account",
  "service",
]);

export function takesList(name: string | undefined): boolean {
  return name !== undefined && LIST_NAMES.has(name);
}

/** Reports whether a bare word would be read as a name and its value. */
export function readsAsNamed(word: string): boolean {
  return nameAt(word, 0) !== undefined;
}

/** Splits a filter's text into terms at white space outside quotes. Accepts any text. */
export function splitTerms(text: string): RawTerm[] {
  const terms: RawTerm[] = [];
  for (let at = 0; ;) {
    while (at < text.length && isGap(text.charAt(at))) at++;
    if (at === text.length) return terms;
    const term = termAt(text, at);
    terms.push(term);
    at = term.to;
  }
}

function termAt(text: string, from: number): RawTerm {
  let minusSigns = 0;
  let nameFrom = from;
  for (; nameFrom < text.length; nameFrom++) {
    if (text.charAt(nameFrom) === "-") minusSigns++;
    else if (!isInvisible(text.charAt(nameFrom))) break;
  }
  const name = nameAt(text, nameFrom);
  const valuesFrom = name === undefined ? nameFrom : nameFrom + name.length + 1;
  const isList = takesList(name);
  const values: TermValue[] = [];
  let openQuoteAt: number | undefined;
  let at = valuesFrom;
  for (;;) {
    const value = valueAt(text, at, isList);
    openQuoteAt ??= value.openQuoteAt;
    values.push(value);
    at = value.to;
    if (!isList || text.charAt(at) !== ",") break;
    at++;
  }
  return {
    from,
    to: at,
    negated: minusSigns > 0,
    minusSigns,
    name,
    valuesFrom,
    values,
    openQuoteAt,
  };
}

/** Reports whether a character between terms can be skipped: pasted text starts and ends with invisible characters. */
function isGap(char: string): boolean {
  return SPACE.test(char) || isInvisible(char);
}

function nameAt(text: string, at: number): string | undefined {
  NAME.lastIndex = at;
  const name = NAME.exec(text)?.[1]?.toLowerCase();
  return name === undefined || isAddressPrefix(name) ? undefined : name;
}

type ValueRead = TermValue & { readonly openQuoteAt: number | undefined };

/** Reads up to white space, or up to a comma if commas separate values. In quotes, `\"` and `\\` are a quote and a backslash. */
function valueAt(text: string, from: number, isList: boolean): ValueRead {
  let read = "";
  let openQuoteAt: number | undefined;
  let isQuoted = false;
  let at = from;
  for (; at < text.length; at++) {
    const char = text.charAt(at);
    const isInQuotes = openQuoteAt !== undefined;
    if (char === '"') {
      openQuoteAt = isInQuotes ? undefined : at;
      isQuoted = true;
    } else if (isInQuotes && char === "\\" && /["\\]/.test(text.charAt(at + 1)))
      read += text.charAt(++at);
    else if (!isInQuotes && (SPACE.test(char) || (isList && char === ",")))
      break;
    else read += char;
  }
  return { text: read, from, to: at, isQuoted, openQuoteAt };
}
