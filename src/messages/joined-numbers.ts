import { isNumberLike } from "../phone/number-meant.ts";
import { plainText } from "../phone/pasted-text.ts";
import type { RawTerm } from "./filter-terms.ts";

/**
 * Joins adjacent bare words that look like parts of a phone number into one number:
 * `+1 (415) 555-0123`, also after `to:` or `from:` and a number. A plus sign starts
 * another number.
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

/** Returns the last value of a term if a number's next part may follow it. */
function numberAtEnd({ name, values }: RawTerm) {
  const last = values.at(-1);
  return takesNumbers(name) && last && !last.isQuoted && isNumberLike(last.text)
    ? last
    : undefined;
}

/** Reports whether the values of a term, or a bare word, can be numbers. */
export function takesNumbers(name: string | undefined): boolean {
  return name === undefined || name === "to" || name === "from";
}

function isBareNumber(term: RawTerm): boolean {
  return term.name === undefined && numberAtEnd(term) !== undefined;
}
