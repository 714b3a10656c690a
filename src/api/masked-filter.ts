import { mayHoldNumber } from "../phone/mask-numbers.ts";
import type { Term } from "../messages/filter-language.ts";
import type { FilterMistake } from "../messages/filter-mistakes.ts";
import { numberMeant } from "../phone/number-meant.ts";
import { digitsInPlace, plainText } from "../phone/pasted-text.ts";
import { isMessageSidStart } from "../twilio/sid.ts";

const SENTENCE =
  "This token sees numbers masked, so it can't search for recipients or numbers. A token that sees whole numbers can.";

/**
 * Returns the terms of a filter that search for a person's address or part of one.
 * Sent repeatedly, with one more character each time, they would reveal the numbers
 * and user IDs that a program isn't allowed to see.
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
    // Any recipient's address is a person's. Only an ID reveals nothing about it.
    case "to":
      return !condition.values.every(isId);
    case "word":
      return !isMessageSidStart(condition.text) && !isId(condition.text);
    case "from":
      return condition.values.some(mayFindNumber);
    // A message's own number is also masked in its tags, including their names.
    case "tag":
      return [condition.name, condition.value ?? ""].some(mayHoldNumber);
    default:
      return false;
  }
}

function isId(value: string): boolean {
  return /^~\d+$/.test(value);
}

/** More digits than a sender's name can have are part of a number. */
const NAME_DIGITS_MAX = 4;

/** Digits alone, in any notation, or more of them than a name has; or the start of a user ID. */
function mayFindNumber(text: string): boolean {
  if (isId(text)) return false;
  const digits = digitsInPlace(text)[0].replaceAll(/\D/g, "");
  return (
    numberMeant(text) !== undefined ||
    digits.length > NAME_DIGITS_MAX ||
    /^[a-z]{2}\./i.test(plainText(text))
  );
}
