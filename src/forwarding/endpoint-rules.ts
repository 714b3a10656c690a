import { isIP, type BlockList } from "node:net";
import { parseFilter } from "../messages/filter-language.ts";
import { FAULT_WORDS, type SendFault } from "../outbound/faults.ts";
import { allowedAddresses, targetOf, type Target } from "../outbound/target.ts";
import {
  CONCURRENCY_DEFAULT,
  CONCURRENCY_MAX,
  RATE_DEFAULT,
  type EndpointSettings,
} from "../store/endpoints.ts";
import { EVENT_TYPES, isEventType } from "./event-types.ts";

export const NAME_LENGTH_MAX = 60;
export const URL_LENGTH_MAX = 2_000;
export const RATE_MAX = 1_000;

/** What a new endpoint has unless something else is given. */
export const DEFAULTS: Omit<EndpointSettings, "name" | "url"> = {
  filter: "",
  events: null,
  ratePerSecond: RATE_DEFAULT,
  concurrency: CONCURRENCY_DEFAULT,
};

export type EndpointField = keyof EndpointSettings;

/** What is wrong with a setting: a sentence that repeats none of it. */
export type EndpointMistake = {
  readonly field: EndpointField;
  readonly sentence: string;
  /** Which part of a filter, in characters from 0. */
  readonly from?: number;
  readonly to?: number;
};

/** Settings as typed; what isn't given isn't checked, and stays as it is. */
export type GivenEndpoint = {
  readonly [Field in EndpointField]?:
    | (EndpointSettings[Field] extends number
        ? EndpointSettings[Field] | string
        : EndpointSettings[Field])
    | undefined;
};

/** What can be checked only here. */
export type EndpointCircumstances = {
  /** FORWARD_ALLOW. */
  readonly allow: BlockList | undefined;
  readonly now: number;
};

export type EndpointRead =
  | { readonly settings: Partial<EndpointSettings> }
  | { readonly mistakes: readonly EndpointMistake[] };

/** Checks the settings of an endpoint, for pages, the command line and the API alike. */
export function readEndpoint(
  given: GivenEndpoint,
  { allow, now }: EndpointCircumstances,
): EndpointRead {
  const name = given.name?.trim();
  const url = given.url?.trim();
  const filter = given.filter?.trim();
  const ratePerSecond = wholeNumber(given.ratePerSecond);
  const concurrency = wholeNumber(given.concurrency);
  const mistakes = [
    ...(name === undefined ? [] : nameMistakes(name)),
    ...(url === undefined ? [] : urlMistakes(url, allow)),
    ...(filter === undefined ? [] : filterMistakes(filter, now)),
    ...eventMistakes(given.events ?? null),
    ...rangeMistakes("ratePerSecond", ratePerSecond, RATE_MAX),
    ...rangeMistakes("concurrency", concurrency, CONCURRENCY_MAX),
  ];
  if (mistakes.length > 0) return { mistakes };
  return {
    settings: {
      ...(name !== undefined && { name }),
      ...(url !== undefined && { url }),
      ...(filter !== undefined && { filter }),
      ...(given.events !== undefined && { events: given.events }),
      ...(ratePerSecond !== undefined && { ratePerSecond }),
      ...(concurrency !== undefined && { concurrency }),
    },
  };
}

function nameMistakes(name: string): EndpointMistake[] {
  const sentence = nameMistake(name);
  return sentence === undefined ? [] : [{ field: "name", sentence }];
}

function nameMistake(name: string): string | undefined {
  if (name === "") return "Give the endpoint a name, such as crm.";
  if (name.length > NAME_LENGTH_MAX)
    return `A name can have at most ${NAME_LENGTH_MAX} characters.`;
  // Nor invisible characters or ones that change the text direction: people read names.
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(name))
    return "A name can contain only letters, digits, punctuation, and spaces.";
  // The command line takes either.
  if (/^\d+$/.test(name))
    return "A name can’t be only digits: they would be taken for an ID.";
  return undefined;
}

function urlMistakes(
  url: string,
  allow: BlockList | undefined,
): EndpointMistake[] {
  const sentence = urlMistake(url, allow);
  return sentence === undefined ? [] : [{ field: "url", sentence }];
}

const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

function urlMistake(
  text: string,
  allow: BlockList | undefined,
): string | undefined {
  if (text === "") return "Give the URL that events are sent to.";
  if (text.length > URL_LENGTH_MAX)
    return `A URL can have at most ${URL_LENGTH_MAX} characters.`;
  if (/\s/.test(text)) return "A URL can’t contain spaces.";
  if (!SCHEME.test(text)) return "Start the URL with https://.";
  const target = targetOf(text);
  if (typeof target === "string") return wordsOf(target);
  const { url, host } = target;
  if (text.includes("#"))
    return "The part of the URL from the # on is never sent. Remove it.";
  if (url.protocol === "http:" && allow === undefined)
    return wordsOf("http_not_allowed");
  // A name is looked up when something is sent; what it leads to can change.
  const address = isIP(host) === 0 ? LOCAL_NAMES.get(host) : host;
  const fault =
    address === undefined ? undefined : addressFault(address, target, allow);
  return fault && wordsOf(fault);
}

function addressFault(
  address: string,
  target: Target,
  allow: BlockList | undefined,
): SendFault | undefined {
  const allowed = allowedAddresses([address], target, allow);
  return typeof allowed === "string" ? allowed : undefined;
}

/** Names that lead to the same address everywhere. */
const LOCAL_NAMES: ReadonlyMap<string, string> = new Map([
  ["localhost", "127.0.0.1"],
]);

function wordsOf(fault: SendFault): string {
  return FAULT_WORDS[fault].replaceAll("'", "’");
}

function filterMistakes(filter: string, now: number): EndpointMistake[] {
  const { terms, mistakes } = parseFilter(filter, now);
  const timed = terms.filter(
    ({ name }) => name === "after" || name === "before",
  );
  return [
    ...mistakes,
    ...timed.map(({ from, to }) => ({
      sentence:
        "An endpoint gets events as they happen, so leave out after and before. To send past events, use “Send again”.",
      from,
      to,
    })),
  ].map((mistake) => ({ field: "filter", ...mistake }));
}

function eventMistakes(events: readonly string[] | null): EndpointMistake[] {
  if (events === null) return [];
  if (events.length === 0)
    return [{ field: "events", sentence: "Choose at least one event." }];
  if (events.every(isEventType) && events.length <= EVENT_TYPES.length)
    return [];
  return [
    {
      field: "events",
      sentence: `This event doesn’t exist. Available: ${EVENT_TYPES.join(", ")}.`,
    },
  ];
}

/** NaN for anything that isn't one. */
function wholeNumber(given: number | string | undefined): number | undefined {
  if (given === undefined || typeof given === "number") return given;
  return /^\d{1,9}$/.test(given.trim()) ? Number(given) : Number.NaN;
}

const RANGE_WORDS = {
  ratePerSecond: "The rate",
  concurrency: "The number of requests at once",
} as const;

function rangeMistakes(
  field: keyof typeof RANGE_WORDS,
  value: number | undefined,
  max: number,
): EndpointMistake[] {
  const isRight =
    value === undefined ||
    (Number.isInteger(value) && value >= 1 && value <= max);
  if (isRight) return [];
  const sentence = `${RANGE_WORDS[field]} must be a whole number from 1 to ${max.toLocaleString("en-US")}.`;
  return [{ field, sentence }];
}
