import { countryCodes, countryNameHas } from "../phone/country-names.ts";
import { withoutPrefix } from "../phone/address-prefix.ts";
import { plainText } from "../phone/pasted-text.ts";
import type { SuggestibleField } from "../store/store.ts";
import { EVENT_SOURCES } from "../store/event-sources.ts";
import { CHANNELS } from "../twilio/status.ts";
import {
  explainErrorCode,
  knownErrorCodes,
} from "../twilio/error-codes/error-codes.ts";
import { completionAt, type Completion } from "./filter-completion.ts";
import { filterText } from "./filter-language.ts";
import { FILTER_LENGTH_MAX } from "./filter-mistakes.ts";
import { FILTER_NAMES, isFilterName, type FilterName } from "./filter-names.ts";

/** A suggestion for a place in a filter's text. */
export type Suggestion = {
  readonly name: FilterName;
  /** Undefined: only the name; a value comes next. */
  readonly value: string | undefined;
  /** The whole text with the suggestion applied, and the new caret. */
  readonly text: string;
  readonly caret: number;
};

/** Returns the known values of a field that begin with `start`, at most `limit`. */
export type KnownValues = (
  field: SuggestibleField,
  start: string,
  limit: number,
) => Promise<readonly string[]>;

export const SUGGESTIONS_MAX = 8;
/** The maximum of one kind among the suggestions for a bare word. */
const OF_A_KIND_MAX = 3;
/** More than there are countries: all of those in the store come first. */
const COUNTRIES_MAX = 300;

/** Returns suggestions for `caret`, the likeliest first; none of the names in `without`. */
export async function suggestionsFor(
  text: string,
  caret: number,
  known: KnownValues,
  without: readonly string[] = [],
): Promise<readonly Suggestion[]> {
  if (text.length > FILTER_LENGTH_MAX) return [];
  const place = completionAt(text, caret);
  if (place === undefined) return [];
  const found =
    place.name === undefined
      ? await termsFor(place.start, known)
      : await valuesOf(place.name, place.start, known);
  return found
    .filter(([name]) => !without.includes(name))
    .slice(0, SUGGESTIONS_MAX)
    .map(([name, value]) => written(text, place, name, value));
}

function written(
  text: string,
  place: Completion,
  name: FilterName,
  value: string | undefined,
): Suggestion {
  const whole = value === undefined ? `${name}:` : filterText([[name, value]]);
  const added = place.name === undefined ? whole : whole.slice(name.length + 1);
  const after = text.slice(place.to);
  // A space at the end starts the next term.
  const space = value !== undefined && after === "" ? " " : "";
  const before = text.slice(0, place.from) + added + space;
  return { name, value, text: before + after, caret: before.length };
}

type Found = readonly (readonly [FilterName, string | undefined])[];

/** Terms that a bare word may be the start of: their names, and values that make sense without a name. */
async function termsFor(start: string, known: KnownValues): Promise<Found> {
  const word = start.toLowerCase();
  const names = Object.keys(FILTER_NAMES)
    .filter(isFilterName)
    .filter((name) => name.startsWith(word))
    .map((name) => [name, undefined] as const);
  if (word.length < 2) return names;
  const kinds: FilterName[] = ["status", "channel"];
  // Two letters often match a country's code by chance.
  if (word.length > 2) kinds.push("country", "from", "tag");
  kinds.push("code");
  const values = await Promise.all(
    kinds.map(async (name) =>
      (await valuesOf(name, start, known)).slice(0, OF_A_KIND_MAX),
    ),
  );
  return [...names, ...values.flat()];
}

async function valuesOf(
  name: FilterName,
  start: string,
  known: KnownValues,
): Promise<Found> {
  const values = await valuesFor(name, start, known);
  return values.map((value) => [name, value]);
}

async function valuesFor(
  name: FilterName,
  start: string,
  known: KnownValues,
): Promise<readonly string[]> {
  const word = start.toLowerCase();
  const beginning = (values: readonly string[]): readonly string[] =>
    values.filter((value) => value.startsWith(word));
  switch (name) {
    case "status":
      return beginning(["failed", "undelivered", "delivered", "read", "sent"]);
    case "channel":
      return beginning(CHANNELS);
    case "source":
      return beginning(EVENT_SOURCES);
    case "code":
      return errorCodes(word);
    case "country":
      return countries(start, await known("country", "", COUNTRIES_MAX));
    case "after":
      return beginning(["1h", "24h", "7d", "30d"]);
    case "before":
      return beginning(["24h", "7d", "30d"]);
    case "to":
    case "from":
      return known(
        name,
        withoutPrefix(plainText(start).trimStart()),
        SUGGESTIONS_MAX,
      );
    case "service":
    case "account":
    case "tag":
      return known(name, start, SUGGESTIONS_MAX);
    case "sid":
      return [];
  }
}

/** By first digits, explained codes first; by other text, only explained codes with a word in their title that begins with it. */
function errorCodes(word: string): readonly string[] {
  const isNumber = /^\d*$/.test(word);
  if (!isNumber && word.length < 3) return [];
  const fitting = knownErrorCodes()
    .map(explainErrorCode)
    .filter(({ code, title }) =>
      isNumber
        ? String(code).startsWith(word)
        : ` ${title?.toLowerCase()}`.includes(` ${word}`),
    );
  const ofMessages = fitting.filter(({ explanation }) => explanation);
  const others = isNumber
    ? fitting.filter(({ explanation }) => !explanation)
    : [];
  return [...ofMessages, ...others]
    .slice(0, SUGGESTIONS_MAX)
    .map(({ code }) => String(code));
}

/** By code or name: the one with this code first, then those with messages. */
function countries(start: string, known: readonly string[]): readonly string[] {
  const word = start.toUpperCase();
  const isFirst = new Set(known);
  const fitting = countryCodes().filter(
    (code) => code === word || countryNameHas(code, start),
  );
  return [
    ...fitting.filter((code) => code === word),
    ...fitting.filter((code) => code !== word && isFirst.has(code)),
    ...fitting.filter((code) => code !== word && !isFirst.has(code)),
  ];
}
