import type { PageRequest } from "../store/store.ts";
import {
  CONTROL_NAMES,
  controlledText,
  type Controls,
} from "./filter-controls.ts";
import { parseFilter, type ParsedFilter } from "./filter-language.ts";

export const MESSAGES_PER_PAGE = 50;

/** A parsed list address. */
export type MessagesQuery = {
  /** The filter's text. */
  readonly q: string;
  readonly parsed: ParsedFilter;
  readonly page: PageRequest;
  /** For a search that an open page continues: how many messages it already shows. */
  readonly shown: number | undefined;
  /** What is wrong with the address, apart from its filter, in sentences. */
  readonly mistakes: readonly string[];
};

const NAMES: readonly string[] = [
  "q",
  "older",
  "newer",
  "shown",
  ...CONTROL_NAMES,
];

/** Reads the query of a list's address. Anything that can't be read is a mistake, never ignored. */
export function readMessagesQuery(
  params: URLSearchParams,
  now: number,
): MessagesQuery {
  const mistakes: string[] = [];
  const names = [...params.keys()];
  if (names.some((name) => !NAMES.includes(name))) {
    mistakes.push(
      "The address has a part that this page does not know. A filter goes into q.",
    );
  }
  if (new Set(names).size !== names.length)
    mistakes.push("The address gives a part of it twice.");
  const older = cursor(params.get("older"));
  const newer = cursor(params.get("newer"));
  if (older === "wrong" || newer === "wrong")
    mistakes.push(
      "The page’s address is damaged: older and newer are numbers.",
    );
  if (older !== undefined && newer !== undefined)
    mistakes.push("The address asks for older and newer messages at once.");
  const shownText = cursor(params.get("shown"));
  const shown =
    typeof shownText === "number" && shownText < MESSAGES_PER_PAGE
      ? shownText
      : undefined;
  if (shown === undefined && shownText !== undefined)
    mistakes.push("The page’s address is damaged: shown is a small number.");
  const q = params.get("q")?.trim() ?? "";
  return {
    q,
    shown,
    parsed: parseFilter(q, now),
    page: {
      size: MESSAGES_PER_PAGE - (shown ?? 0),
      ...(typeof older === "number" && { olderThan: older }),
      ...(typeof newer === "number" && { newerThan: newer }),
    },
    mistakes,
  };
}

/** Nothing is listed if there are mistakes. */
export function hasMistakes({ parsed, mistakes }: MessagesQuery): boolean {
  return mistakes.length > 0 || parsed.mistakes.length > 0;
}

export function isFirstPage({ page }: MessagesQuery): boolean {
  return page.olderThan === undefined && page.newerThan === undefined;
}

/** Returns the filter's text after the form controls were used; undefined if the address has none of them. */
export function textOfControls(
  params: URLSearchParams,
  { q, parsed }: MessagesQuery,
): string | undefined {
  const given = CONTROL_NAMES.filter((name) => params.has(name));
  if (given.length === 0) return undefined;
  // Nothing was read from a text that is too long: it stays, with its mistake.
  if (q !== "" && parsed.terms.length === 0) return q;
  const controls: Partial<Controls> = Object.fromEntries(
    given.map((name) => [name, params.get(name)?.trim() ?? ""]),
  );
  return controlledText(parsed.terms, controls);
}

/**
 * Reports whether a filter that is still being typed can already be applied: it has no
 * mistake, and no bare word that may become a name.
 */
export function isSettled({ filter, mistakes }: ParsedFilter): boolean {
  return (
    mistakes.length === 0 &&
    filter.every(
      (condition) =>
        condition.field !== "word" ||
        /^(?:\+?\d+|[SM]M[0-9a-f]+)$/.test(condition.text),
    )
  );
}

function cursor(text: string | null): number | "wrong" | undefined {
  if (text === null || text.trim() === "") return undefined;
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : "wrong";
}
