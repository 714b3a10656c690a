import type { RawTerm } from "./filter-terms.ts";

/** A number as people write it, `+1 (415) 555-0123`, without what is between its digits; undefined for what is none. */
export function numberMeant(text: string): string | undefined {
  const joined = text
    .replace(/^whatsapp:/i, "")
    .replace(/[\s().\-\u2010-\u2013]/g, "");
  return /^\+?\d+$/.test(joined) ? joined : undefined;
}

/**
 * Bare words that stand together and are made of digits, and of what people write between
 * the digits of a number, are one number: `+1 (415) 555-0123`. A plus sign begins another.
 */
export function joinedNumbers(
  text: string,
  terms: readonly RawTerm[],
): RawTerm[] {
  const joined: RawTerm[] = [];
  for (const term of terms) {
    const before = joined.at(-1);
    if (
      before !== undefined &&
      isNumberPart(before) &&
      isNumberPart(term) &&
      !term.negated &&
      !term.values[0]?.text.includes("+")
    ) {
      const { from, valuesFrom } = before;
      const value = {
        text: text.slice(valuesFrom, term.to),
        from: valuesFrom,
        to: term.to,
        isQuoted: false,
      };
      joined[joined.length - 1] = {
        ...before,
        from,
        to: term.to,
        values: [value],
      };
    } else joined.push(term);
  }
  return joined;
}

function isNumberPart({ name, values }: RawTerm): boolean {
  const [value] = values;
  return (
    name === undefined &&
    value !== undefined &&
    !value.isQuoted &&
    isNumberLike(value.text)
  );
}

/** Whether a bare word may be a part of a number. */
export function isNumberLike(text: string): boolean {
  return /^(?=.*\d)\+?[\d\s().\-\u2010-\u2013]+$/.test(text);
}
