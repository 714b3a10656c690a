import { mayHoldNumber } from "../mask-numbers.ts";
import type { Term } from "../messages/filter-language.ts";
import type { FilterMistake } from "../messages/filter-mistakes.ts";

const SENTENCE =
  "This token sees numbers masked, so it cannot search for one. A token that may see whole numbers can.";

/**
 * The terms of a filter that ask for a phone number or a part of one. Asked often enough,
 * digit by digit, they would tell a program the numbers that it is not to see.
 */
export function numbersAskedFor(
  terms: readonly Term[],
): readonly FilterMistake[] {
  return terms
    .filter(asksForNumber)
    .map(({ from, to }) => ({ sentence: SENTENCE, from, to }));
}

function asksForNumber({ condition }: Term): boolean {
  switch (condition?.field) {
    case "to":
    case "from":
      return condition.values.some(isPartOfNumber);
    case "word":
      return isPartOfNumber(condition.text);
    // A message's own number is masked in its tags too, in their names as well.
    case "tag":
      return [condition.name, condition.value ?? ""].some(mayHoldNumber);
    default:
      return false;
  }
}

/** Digits alone, or enough of them, as in `rcs:+45…`: a sender's name and an address's id are none. */
function isPartOfNumber(text: string): boolean {
  return /^\+?\d+$/.test(text) || mayHoldNumber(text);
}
