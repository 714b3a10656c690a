import { countryCodeOf } from "../phone/country-names.ts";
import { withoutPrefix } from "../phone/address-prefix.ts";
import { plainText } from "../phone/pasted-text.ts";
import { EVENT_SOURCES } from "../store/event-sources.ts";
import { LAST_DIGITS_MIN, type Condition } from "../store/filter.ts";
import { canonicalSid, isMessageSidStart } from "../twilio/sid.ts";
import { isChannel, isEventStatus } from "../twilio/status.ts";
import type { FilterName } from "./filter-names.ts";
import { isLiteralNumber, numberMeant } from "../phone/number-meant.ts";
import type { TermValue } from "./filter-terms.ts";
import { readTime } from "../time/filter-times.ts";

/** An invalid value: which one, and a sentence that says what is allowed. It never repeats the value. */
export class WrongValue {
  constructor(
    readonly value: TermValue,
    readonly sentence: string,
  ) {}
}

const SENTENCES: Record<FilterName | "word", string> = {
  status: "The status must be sent, delivered, read, undelivered, or failed.",
  channel: "The channel must be sms, whatsapp, rcs, or messenger.",
  source: "The source must be callback, stream, or api.",
  code: "An error code must be a number, such as code:30003.",
  country:
    "A country must be two letters or its English name, such as country:DE or country:germany.",
  to: `A recipient must be a whole number, its start with a plus sign, at least its last ${LAST_DIGITS_MIN} digits, or the start of a name or user ID.`,
  from: `A sender must be a whole number, its start with a plus sign, at least its last ${LAST_DIGITS_MIN} digits, or the start of a name.`,
  sid: "A message SID must be SM or MM and up to 32 characters from 0-9 and a-f.",
  account: "An account must be AC and 32 characters from 0-9 and a-f.",
  service: "A messaging service must be MG and 32 characters from 0-9 and a-f.",
  tag: "A tag is its name, such as tag:campaign, or name and value, such as tag:campaign=spring.",
  after: timeSentence("after"),
  before: timeSentence("before"),
  word: `Type at least ${LAST_DIGITS_MIN} digits of a number, or a plus sign and its beginning.`,
};

function timeSentence(name: "after" | "before"): string {
  return `A time is a day, ${name}:2026-11-01, a day and a time in UTC, ${name}:2026-11-01T10:00, or how long ago, ${name}:24h or ${name}:7d.`;
}

const ACCOUNT = /^AC[0-9a-f]{32}$/i;
const SERVICE = /^MG[0-9a-f]{32}$/i;
const CODE = /^\d{1,9}$/;
const TOO_FEW_DIGITS = new RegExp(`^\\d{1,${LAST_DIGITS_MIN - 1}}$`);

/** What a value means; undefined for none. */
type Reading<T> = (text: string, isQuoted: boolean) => T | undefined;

/** Returns what a term with a name means, or its invalid values. */
export function namedCondition(
  field: FilterName,
  negated: boolean,
  values: readonly TermValue[],
  now: number,
): Condition | readonly WrongValue[] {
  const wrong: WrongValue[] = [];
  /** Reads each value; undefined means invalid. Addresses and tags can contain any character. */
  const each = <T>(read: Reading<T>): T[] =>
    values.flatMap((value) => {
      const { text, isQuoted } = value;
      const isAsTyped = field === "to" || field === "from" || field === "tag";
      const meant = read(isAsTyped ? text : plainText(text).trim(), isQuoted);
      if (meant !== undefined) return [meant];
      wrong.push(new WrongValue(value, SENTENCES[field]));
      return [];
    });
  const condition = conditionOf(field, negated, each, now);
  return wrong.length > 0 || condition === undefined ? wrong : condition;
}

function conditionOf(
  field: FilterName,
  negated: boolean,
  each: <T>(read: Reading<T>) => T[],
  now: number,
): Condition | undefined {
  switch (field) {
    case "status":
      return {
        negated,
        field,
        values: each((text) => {
          const word = text.toLowerCase();
          return isEventStatus(word) ? word : undefined;
        }),
      };
    case "channel":
      return {
        negated,
        field,
        values: each((text) => {
          const word = text.toLowerCase();
          return isChannel(word) ? word : undefined;
        }),
      };
    case "source":
      return {
        negated,
        field,
        values: each((text) => {
          const word = text.toLowerCase();
          return EVENT_SOURCES.find((source) => source === word);
        }),
      };
    case "code":
      return {
        negated,
        field,
        values: each((text) => (CODE.test(text) ? Number(text) : undefined)),
      };
    case "country":
      return { negated, field, values: each(countryCodeOf) };
    case "to":
    case "from":
      return { negated, field, values: each(addressMeant) };
    case "sid":
      return { negated, field, values: each(sidMeant) };
    case "account":
    case "service": {
      const shape = field === "account" ? ACCOUNT : SERVICE;
      return {
        negated,
        field,
        values: each((text) =>
          shape.test(text) ? canonicalSid(text) : undefined,
        ),
      };
    }
    case "tag": {
      const [tag] = each(readTag);
      return tag && { negated, field, ...tag };
    }
    case "after":
    case "before": {
      const [at] = each((text) => readTime(text, now));
      return at === undefined ? undefined : { negated, field, at };
    }
  }
}

/** Returns what a bare word means. */
export function wordCondition(
  negated: boolean,
  value: TermValue,
): Condition | WrongValue {
  const sid = sidMeant(plainText(value.text).trim());
  const text = sid ?? addressMeant(value.text, value.isQuoted);
  return text === undefined
    ? new WrongValue(value, SENTENCES.word)
    : { negated, field: "word", text };
}

function sidMeant(text: string): string | undefined {
  return isMessageSidStart(text) ? canonicalSid(text) : undefined;
}

function addressMeant(text: string, isQuoted: boolean): string | undefined {
  if (isQuoted && isLiteralNumber(text)) return text;
  const number = numberMeant(text);
  if (number !== undefined)
    return TOO_FEW_DIGITS.test(number) ? undefined : number;
  const plain = plainText(text).trim();
  const name = withoutPrefix(plain);
  return (name === plain ? text : name) || undefined;
}

type Tag = { readonly name: string; readonly value: string | undefined };

/**
 * `name` or `name=value`. An equals sign in a name is written `%3D`, and a literal
 * `%3D` as `%253D`, like in a URL.
 */
function readTag(text: string): Tag | undefined {
  const at = text.indexOf("=");
  const name = (at < 0 ? text : text.slice(0, at)).replace(
    /%(25|3D)/gi,
    (_, hex: string) => (hex === "25" ? "%" : "="),
  );
  return { name, value: at < 0 ? undefined : text.slice(at + 1) };
}

/** Returns a tag in the form of `tag:`. */
export function tagText(name: string, value?: string): string {
  const written = name.replace(/%(?=25|3D)/gi, "%25").replaceAll("=", "%3D");
  return value === undefined ? written : `${written}=${value}`;
}
