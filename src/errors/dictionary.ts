import {
  explainErrorCode,
  knownErrorCodes,
  type ErrorCodeInfo,
} from "../twilio/error-codes/error-codes.ts";

/** The maximum codes that a search shows; more words narrow it. */
export const CODES_SHOWN = 100;
/** Characters; the search field has the same limit. */
export const QUERY_LENGTH_MAX = 100;

/** The error codes that a search found. */
export type DictionarySearch = {
  /** Those with our own explanation first, each by number; at most `CODES_SHOWN`. */
  readonly codes: readonly ErrorCodeInfo[];
  readonly found: number;
};

/**
 * Searches all error codes that this version knows. Each word is a number's beginning, or
 * the beginning of a word in the title or the explanation; a code has to fit all of them.
 */
export function searchDictionary(query: string): DictionarySearch {
  const words = query
    .slice(0, QUERY_LENGTH_MAX)
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");
  const found = knownErrorCodes()
    .map(explainErrorCode)
    .filter((info) => {
      const text = searchText(info);
      return words.every((word) => text.includes(` ${word}`));
    });
  const isExplained = ({ explanation }: ErrorCodeInfo): boolean =>
    explanation !== undefined;
  return {
    codes: [
      ...found.filter(isExplained),
      ...found.filter((info) => !isExplained(info)),
    ].slice(0, CODES_SHOWN),
    found: found.length,
  };
}

/** The code that the query is, if this version knows it. */
export function wholeCode(query: string): number | undefined {
  const text = query.trim();
  return knownErrorCodes().find((code) => String(code) === text);
}

/** Made on first use, as words with one space before each. */
const searchTexts = new Map<number, string>();

function searchText({ code, title, explanation }: ErrorCodeInfo): string {
  let text = searchTexts.get(code);
  if (text === undefined) {
    const parts = [
      code,
      title,
      explanation?.happened,
      explanation?.whatToDo,
    ].join(" ");
    text = ` ${parts.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, " ")}`;
    searchTexts.set(code, text);
  }
  return text;
}
