import {
  filterText,
  type FilterPair,
} from "../../src/messages/filter-language.ts";
import { FAILED_STATUSES } from "../../src/twilio/status.ts";
import type { Urls } from "../../src/site/urls.ts";

/** The address of the list of the messages that a number counts. */
export function listHref(urls: Urls, pairs: readonly FilterPair[]): string {
  return urls.messages({ q: filterText(pairs) });
}

/** The statuses of messages that arrived, and of those that did not. */
export const ARRIVED = ["status", ["delivered", "read"]] as const;
export const LOST = ["status", FAILED_STATUSES] as const;
