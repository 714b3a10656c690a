import { channelWord } from "../../twilio/channel-words.ts";
import { isChannel } from "../../twilio/status.ts";
import {
  filterText,
  parseFilter,
  conditionPair,
  type FilterPair,
} from "../../messages/filter-language.ts";
import { countryName } from "../../phone/country-names.ts";
import type { Urls } from "../../site/urls.ts";
import type {
  AlertSubject,
  Measured,
  RuleSettings,
} from "../../store/alerts.ts";
import type { Condition } from "../../store/filter.ts";
import { explainErrorCode } from "../../twilio/error-codes/error-codes.ts";

type Href = (urls: Urls) => string;

/** An alert in words, as its page and its notices show it. */
export type AlertStory = {
  /** What is wrong, in one line. */
  readonly title: string;
  /** Sentences: what it means. */
  readonly lines: readonly string[];
  /** What to do, in sentences, in order. */
  readonly todo: readonly string[];
  /** Numbers, as links to the lists of what they count. */
  readonly numbers: readonly {
    readonly name: string;
    readonly value: string;
    readonly href: Href | undefined;
  }[];
  /** Where to look on. */
  readonly places: readonly { readonly label: string; readonly href: Href }[];
};

/** What a story is about. */
export type Told = AlertSubject & {
  /** What is called by the key: a sender's address, a country's name; "" for none. */
  readonly subject: string;
  readonly filter: string;
  readonly settings: RuleSettings;
  readonly measured: Measured;
};

/** Tells what a rule of one kind measured. */
export type Teller = (told: Told) => AlertStory;

/** Divides a key into what it names and its value; undefined for "". */
export function partsOfKey(
  key: string,
): { readonly of: string; readonly value: string } | undefined {
  const [, of, value] = /^([a-z]+):(.*)$/s.exec(key) ?? [];
  return of === undefined || value === undefined ? undefined : { of, value };
}

/** Returns what a key's value is called; undefined for a sender, whose address the store knows. */
export function subjectOfKey(key: string): string | undefined {
  const parts = partsOfKey(key);
  if (parts === undefined) return "";
  if (parts.of === "country") return countryName(parts.value);
  if (parts.of === "channel" && isChannel(parts.value))
    return channelWord(parts.value);
  return parts.of === "sender" ? undefined : parts.value;
}

/** ` from +1 …`, ` to Germany`: completes "messages". */
export function whose({ key, subject }: Told): string {
  switch (partsOfKey(key)?.of) {
    case "sender":
      return ` from ${subject}`;
    case "country":
      return ` to ${subject}`;
    case "service":
      return ` of messaging service ${subject}`;
    case "channel":
      return ` on ${subject}`;
    default:
      return "";
  }
}

/** The rule's name before a title if a filter narrows it: the title alone would say too much. */
export function ofRule({ filter, ruleName }: Told, title: string): string {
  return filter === "" ? title : `${ruleName}: ${title}`;
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  sender: "from",
  country: "country",
  service: "service",
  channel: "channel",
  code: "code",
};

/** A link to the list of the messages that a number counts. */
export function listOf(
  { filter, key }: Told,
  range: { readonly from: number; readonly to: number },
  status: readonly string[] | string,
  keeps: (condition: Condition) => boolean = () => true,
): Href {
  const parts = partsOfKey(key);
  const name = parts && KEY_NAMES[parts.of];
  const ofKey: FilterPair[] =
    parts && name
      ? [[name, parts.of === "sender" ? `~${parts.value}` : parts.value]]
      : [];
  const conditions = parseFilter(filter, range.to).filter.filter(keeps);
  const q = filterText([
    ...conditions.map(conditionPair),
    ...ofKey,
    ...(typeof status === "string"
      ? status === ""
        ? []
        : [["-status", status] as const]
      : [["status", status] as const]),
    ["after", range.from],
    ["before", range.to],
  ]);
  return (urls) => urls.messages({ q });
}

/** The range that was measured. */
export function rangeOf({ measured }: Told): {
  readonly from: number;
  readonly to: number;
} {
  return { from: numberIn(measured, "from"), to: numberIn(measured, "to") };
}

export function numberIn(measured: Measured, name: string): number {
  const value = measured[name];
  return typeof value === "number" ? value : 0;
}

export function textIn(measured: Measured, name: string): string {
  const value = measured[name];
  return typeof value === "string" ? value : "";
}

/** `error code 30007 (Message filtered)`. */
export function codeWords(code: number): string {
  const { title } = explainErrorCode(code);
  return title === undefined
    ? `error code ${code}`
    : `error code ${code} (${title})`;
}

const MINUTE_MS = 60_000;

/** `15 minutes`, `hour`, `6 hours`, `2 days`: completes "in the last". */
export function spanWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / MINUTE_MS));
  if (minutes === 60) return "hour";
  if (minutes === 1) return "minute";
  if (minutes < 120 || (minutes < 600 && minutes % 60 !== 0))
    return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** A sentence for measurements of the newest messages only. */
export function sampleLines({ measured }: Told): string[] {
  return measured["sample"] === undefined
    ? []
    : [
        "Measured on the newest matching messages only: smsledger doesn’t keep counts for this filter.",
      ];
}
