import type { Condition, MessageFilter } from "../store/filter.ts";
import {
  FILTER_LENGTH_MAX,
  shapeMistake,
  TERMS_MAX,
  type FilterMistake,
} from "./filter-mistakes.ts";
import { isFilterName, type FilterName } from "./filter-names.ts";
import {
  isLiteralNumber,
  isNumberLike,
  numberMeant,
} from "../phone/number-meant.ts";
import { joinedNumbers, takesNumbers } from "./joined-numbers.ts";
import {
  readsAsNamed,
  splitTerms,
  takesList,
  type RawTerm,
} from "./filter-terms.ts";
import { timeText } from "../time/filter-times.ts";
import {
  namedCondition,
  tagText,
  wordCondition,
  WrongValue,
} from "./filter-values.ts";

/** A term of a filter's text and what it means. */
export type Term = RawTerm & {
  /** Undefined if it contains a mistake. */
  readonly condition: Condition | undefined;
};

export type ParsedFilter = {
  /** The conditions of the terms without mistakes. Don't use it if there are mistakes. */
  readonly filter: MessageFilter;
  readonly terms: readonly Term[];
  /** In text order. */
  readonly mistakes: readonly FilterMistake[];
};

/**
 * Reads a filter's text: terms with white space between them, each `name:value`, negated
 * with a minus sign before it, or a bare word. `now` is what `24h` counts from,
 * milliseconds since 1970. Nothing is ignored: anything that can't be read is a mistake.
 */
export function parseFilter(text: string, now: number): ParsedFilter {
  if (text.length > FILTER_LENGTH_MAX) {
    const sentence = `The filter is longer than ${count(FILTER_LENGTH_MAX)} characters.`;
    const mistake = { sentence, from: FILTER_LENGTH_MAX, to: text.length };
    return { filter: [], terms: [], mistakes: [mistake] };
  }
  const mistakes: FilterMistake[] = [];
  const terms = joinedNumbers(text, splitTerms(text)).map((term, index) => {
    const condition =
      index < TERMS_MAX
        ? meaningOf(term, now, mistakes)
        : tooMany(term, index, mistakes);
    return { ...term, condition };
  });
  const filter = terms.flatMap(({ condition }) => condition ?? []);
  return { filter, terms, mistakes };
}

function tooMany(
  { from, to }: RawTerm,
  index: number,
  mistakes: FilterMistake[],
): undefined {
  if (index === TERMS_MAX) {
    const sentence = `A filter can have at most ${TERMS_MAX} terms.`;
    mistakes.push({ sentence, from, to });
  }
}

function meaningOf(
  term: RawTerm,
  now: number,
  mistakes: FilterMistake[],
): Condition | undefined {
  const { name, values, negated } = term;
  const mistake = shapeMistake(term);
  if (mistake !== undefined) {
    mistakes.push(mistake);
    return undefined;
  }
  const [word] = values;
  const meant =
    name !== undefined && isFilterName(name)
      ? namedCondition(name, negated, values, now)
      : word && wordCondition(negated, word);
  const wrong = meant instanceof WrongValue ? [meant] : meant;
  if (!isWrong(wrong)) return wrong;
  for (const { sentence, value } of wrong)
    mistakes.push({ sentence, from: value.from, to: value.to });
  return undefined;
}

function isWrong(
  meant: Condition | readonly WrongValue[] | undefined,
): meant is readonly WrongValue[] {
  return Array.isArray(meant);
}

type Value = string | number;

/**
 * A name, or "" for a bare word, a minus sign before it to negate, and its value or
 * values. A number for `after` and `before` is a time in milliseconds since 1970.
 */
export type FilterPair = readonly [
  name: string,
  value: Value | readonly Value[],
];

/**
 * Writes a filter's text, with quotes where needed, so that `parseFilter` reads back
 * what was given. Empty values are left out. A comma between statuses, codes,
 * countries or channels divides them; anywhere else it is a part of the value.
 */
export function filterText(pairs: readonly FilterPair[]): string {
  return pairs
    .flatMap(([name, given]) => {
      const negated = name.startsWith("-");
      const bare = negated ? name.slice(1) : name;
      const values = (Array.isArray(given) ? given : [given])
        .map((value: Value) => valueText(bare, value))
        .filter((value) => value !== "");
      if (values.length === 0) return [];
      const written = values.map((value) =>
        bare === ""
          ? wordText(value, pairs.length > 1)
          : namedText(bare, value),
      );
      const sign = negated ? "-" : "";
      return bare === ""
        ? written.map((word) => sign + word)
        : [`${sign}${bare}:${written.join(",")}`];
    })
    .join(" ");
}

function valueText(name: string, value: Value): string {
  return typeof value === "number" && (name === "after" || name === "before")
    ? timeText(value)
    : String(value);
}

/** Names whose values never contain a comma. */
const COMMA_DIVIDES: readonly string[] = [
  "status",
  "code",
  "country",
  "channel",
  "source",
];

function namedText(name: string, value: string): string {
  const hasComma =
    value.includes(",") && takesList(name) && !COMMA_DIVIDES.includes(name);
  return hasComma || /[\s"]/.test(value) || isLiteralNumber(value)
    ? quoted(value)
    : value;
}

function wordText(word: string, hasNeighbors: boolean): string {
  const isPlain =
    !/[\s"]|^-/.test(word) &&
    !readsAsNamed(word) &&
    !isLiteralNumber(word) &&
    !(hasNeighbors && isNumberLike(word));
  return isPlain ? word : quoted(word);
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

/** Returns a condition as a pair for `filterText`. */
export function conditionPair(condition: Condition): FilterPair {
  const name = (condition.negated ? "-" : "") + fieldName(condition);
  switch (condition.field) {
    case "word":
      return [name, condition.text];
    case "after":
    case "before":
      return [name, condition.at];
    case "tag":
      return [name, tagText(condition.name, condition.value)];
    default:
      return [name, condition.values];
  }
}

function fieldName({ field }: Condition): FilterName | "" {
  return field === "word" ? "" : field;
}

/** Returns a term as a pair for `filterText`: its values as typed, except unquoted digits that quotes would give another meaning. */
export function termPair({ name, negated, values }: RawTerm): FilterPair {
  const texts = values.map(({ text, isQuoted }) =>
    takesNumbers(name) && !isQuoted ? (plainNumber(text) ?? text) : text,
  );
  return [(negated ? "-" : "") + (name ?? ""), texts];
}

/** Returns what digits mean without quotes; undefined if quotes wouldn't change that. */
function plainNumber(text: string): string | undefined {
  return isLiteralNumber(text) ? numberMeant(text) : undefined;
}

/**
 * Returns how a filter names an address: by itself if it's a number or a short plain
 * name, and by its ID otherwise, or if numbers are masked.
 */
export function addressText(
  address: string,
  id: number | null,
  masksNumbers: boolean,
): string {
  const isPlain =
    /^\+?\d{5,20}$/.test(address) ||
    (/^\w[\w .&-]{0,39}$/.test(address) && numberMeant(address) === undefined);
  return id === null || (isPlain && !masksNumbers) ? address : `~${id}`;
}

function count(number: number): string {
  return number.toLocaleString("en-US");
}
