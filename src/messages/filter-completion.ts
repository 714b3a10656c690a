import { isFilterName, type FilterName } from "./filter-names.ts";
import { splitTerms } from "./filter-terms.ts";

/** What can be inserted at a place in a filter's text, and what it replaces. */
export type Completion = {
  /** The name of the term whose value is being typed; undefined for a new term or a bare word. */
  readonly name: FilterName | undefined;
  /** The value up to the caret, without an opening quote; "" where a new term starts. */
  readonly start: string;
  readonly from: number;
  readonly to: number;
};

/** Returns what can be inserted at `caret` in `text`; undefined inside a term's name, or after an unknown name. */
export function completionAt(
  text: string,
  caret: number,
): Completion | undefined {
  const at = Math.min(Math.max(0, Math.trunc(caret)), text.length);
  const term = splitTerms(text).find(({ from, to }) => from <= at && at <= to);
  if (term === undefined)
    return { name: undefined, start: "", from: at, to: at };
  const { name, valuesFrom, to } = term;
  if (name !== undefined && !isFilterName(name)) return undefined;
  const value = term.values.find((each) => each.from <= at && at <= each.to);
  if (value === undefined || at < valuesFrom) return undefined;
  const start = text.slice(value.from, at).replace(/^"/, "");
  return name === undefined
    ? { name, start, from: valuesFrom, to }
    : { name, start, from: value.from, to: value.to };
}
