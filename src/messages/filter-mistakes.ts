import { FILTER_NAMES, isFilterName, meantName } from "./filter-names.ts";
import type { RawTerm } from "./filter-terms.ts";

/** The maximum characters of a filter, terms of a filter, and values of a term. */
export const FILTER_LENGTH_MAX = 1_000;
export const TERMS_MAX = 20;
export const VALUES_MAX = 20;

/** A mistake in a filter's text: a sentence that doesn't repeat any of it, and its place. */
export type FilterMistake = {
  readonly sentence: string;
  readonly from: number;
  readonly to: number;
};

/** Returns what is wrong with a term's form; what its values mean isn't checked here. */
export function shapeMistake(term: RawTerm): FilterMistake | undefined {
  const { from, to, name, values, minusSigns, openQuoteAt } = term;
  if (openQuoteAt !== undefined) {
    const sentence =
      'A quote begins here and nothing closes it. Add a " at its end.';
    return { sentence, from: openQuoteAt, to };
  }
  const isNothing =
    name === undefined && values.every(({ from: at, to: end }) => at === end);
  if (isNothing) {
    const sentence =
      "Put a minus sign directly before what to exclude, such as -status:sent.";
    return { sentence, from, to };
  }
  if (minusSigns > 1) {
    const sentence = "One minus sign is enough.";
    return { sentence, from, to: from + minusSigns };
  }
  if (name !== undefined && !isFilterName(name)) {
    const meant = meantName(name);
    const sentence =
      meant === undefined
        ? `This filter doesn’t exist. Available: ${Object.keys(FILTER_NAMES).join(", ")}. Put text that contains a colon in quotes.`
        : `This filter doesn’t exist. Did you mean ${meant}?`;
    return { sentence, from, to: term.valuesFrom };
  }
  const empty = values.find(({ text }) => text === "");
  if (empty !== undefined) {
    const sentence =
      name === undefined
        ? "There is nothing between the quotes."
        : `A value is missing after ${name}:`;
    return { sentence, from, to };
  }
  const extra = values[VALUES_MAX];
  if (extra !== undefined) {
    const sentence = `A term can have at most ${VALUES_MAX} values.`;
    return { sentence, from: extra.from, to };
  }
  return undefined;
}
