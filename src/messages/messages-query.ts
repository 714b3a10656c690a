import type { MessageFilter, PageRequest } from "../store/store.ts";
import { EVENT_STATUSES, isEventStatus } from "../twilio/status.ts";

export const MESSAGES_PER_PAGE = 50;
/** Characters; the form's fields have the same limits. */
export const TEXT_LENGTH_MAX = 100;
export const CODE_LENGTH_MAX = 9;

/** The filter's fields as given, for showing them again; "" where nothing was. */
export type FilterFields = {
  readonly status: string;
  readonly code: string;
  readonly q: string;
};

/** A list's address, read. With mistakes, each a sentence, nothing is to be listed. */
export type MessagesQuery = {
  readonly fields: FilterFields;
  readonly filter: MessageFilter;
  readonly page: PageRequest;
  readonly mistakes: readonly string[];
};

const NAMES: readonly string[] = ["status", "code", "q", "before", "after"];

/** Reads the query of a list's address. What it does not understand is a mistake, never ignored. */
export function readMessagesQuery(params: URLSearchParams): MessagesQuery {
  const mistakes: string[] = [];
  const given = (name: string): string => params.get(name)?.trim() ?? "";
  const fields = {
    status: given("status"),
    code: given("code"),
    q: given("q"),
  };

  const names = [...params.keys()];
  if (names.some((name) => !NAMES.includes(name))) {
    mistakes.push(
      "The address has a filter that this page does not know. It knows status, code, q, before and after.",
    );
  }
  if (new Set(names).size !== names.length)
    mistakes.push("The address gives a filter twice.");

  const filter: { -readonly [K in keyof MessageFilter]: MessageFilter[K] } = {};
  if (isEventStatus(fields.status)) filter.status = fields.status;
  else if (fields.status !== "")
    mistakes.push(`The status must be one of ${EVENT_STATUSES.join(", ")}.`);
  if (/^\d{1,9}$/.test(fields.code)) filter.errorCode = Number(fields.code);
  else if (fields.code !== "")
    mistakes.push("The error code must be a number, such as 30003.");
  if (fields.q.length > TEXT_LENGTH_MAX)
    mistakes.push(`The search is longer than ${TEXT_LENGTH_MAX} characters.`);
  else if (fields.q !== "") filter.text = searchWords(fields.q);

  const before = cursor(given("before"));
  const after = cursor(given("after"));
  if (before === "wrong" || after === "wrong")
    mistakes.push(
      "The page's address is damaged: before and after are numbers.",
    );
  if (given("before") !== "" && given("after") !== "")
    mistakes.push("The address asks for older and newer messages at once.");
  return {
    fields,
    filter,
    page: {
      size: MESSAGES_PER_PAGE,
      ...(typeof before === "number" && { olderThan: before }),
      ...(typeof after === "number" && { newerThan: after }),
    },
    mistakes,
  };
}

export function isFiltered({ status, code, q }: FilterFields): boolean {
  return status !== "" || code !== "" || q !== "";
}

/** A number as people write it, `+1 (415) 555-0123`, is one word; anything else stays as it is. */
function searchWords(text: string): string {
  const joined = text.replace(/[\s().\-\u00a0\u2010-\u2013]/g, "");
  return /^\+?\d+$/.test(joined) ? joined : text;
}

function cursor(text: string): number | "none" | "wrong" {
  if (text === "") return "none";
  return /^\d{1,15}$/.test(text) ? Number(text) : "wrong";
}
