import { parseForm, type FormParams } from "./form.ts";

/**
 * The signed text has no delimiters: whoever captures a callback can move the boundary
 * between a name, a value and the query, and the signature still fits. So every field
 * we rely on has a strict format, which no part of a neighbor fits, and where a value has
 * room for anything (a text, a parameter we don't know yet, a tag), it must not contain
 * what looks like one of those fields.
 */

/** Starts with no digit, so that no value can give one up to the name after it. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

const HEX = "[0-9a-fA-F]";
const STATUS_WORDS =
  "accepted|scheduled|queued|sending|sent|receiving|received|delivered|undelivered|failed|read|canceled|partially_delivered";
/** A status with something of the next field at its end, such as `sentTo`. */
const STATUS_AND_MORE = new RegExp(`^(?:${STATUS_WORDS})[A-Z]`);
const STATUS = /^[A-Za-z][A-Za-z_-]{0,39}$/;

/** A number, perhaps with a channel's prefix, spaces, direction marks, or X where Twilio masks it. */
const NUMBER = /^(?:[a-z]{2,20}:)?\+?[^\p{L}\p{Cc}]{1,64}X{0,8}$/u;
/** Any other address: an alphanumeric sender, an RCS agent, a WhatsApp user ID. */
const NAMED_ADDRESS =
  /^(?:[a-z]{2,20}:(?!\+)[^\s\p{Cc}]{1,128}|(?!\+)[^\p{Cc}]{1,32})$/u;
/** One as Twilio writes it, which may have been cut in two. */
const WHOLE_NAMED_ADDRESS =
  /^(?:[a-z]{2,20}:[a-z0-9._+-]{1,128}|(?:[a-z]{2,20}:)?[A-Z]{2}\.\d+|[\p{L}\d &+_.-]{1,11})$/u;

type Format = {
  /** What a value that isn't empty looks like. */
  readonly value: RegExp;
  /** Completes “ErrorCode is not …”. */
  readonly words: string;
  /** How a value begins, where the field is missing and its name is found elsewhere. */
  readonly start: string;
  /** The same where the field is there too: only what is unmistakably a value. */
  readonly sure: string;
};

function sid(prefix: string, letters: string): Format {
  return {
    value: new RegExp(`^${letters}${HEX}{32}$`),
    words: `${prefix} followed by 32 hexadecimal digits`,
    start: letters + HEX,
    sure: `${letters}${HEX}{32}`,
  };
}

function digits(min: number, max: number): Format {
  const count = min === 1 ? `up to ${max}` : `${min} to ${max}`;
  return {
    value: new RegExp(`^\\d{${min},${max}}$`),
    words: `${count} digits`,
    start: "\\d",
    sure: `\\d{${Math.max(min, 4)}}`,
  };
}

const messageSid = sid("SM or MM", "(?:SM|MM)");
const status: Format = {
  value: STATUS,
  words: "a word",
  start: "[a-z]",
  sure: `(?:${STATUS_WORDS})(?![a-z])`,
};
const sureAddress = "(?:[a-z]{2,20}:)?\\+\\d{6}|[A-Z]{2}\\.\\d{8}";
const address = (start: string): Format => ({
  value: NAMED_ADDRESS,
  words: "an address",
  start,
  sure: sureAddress,
});

/** The fields we rely on. An empty value says nothing, as if the field weren't there. */
const FORMATS: ReadonlyMap<string, Format> = new Map([
  ["AccountSid", sid("AC", "AC")],
  [
    "ApiVersion",
    {
      value: /^\d{4}-\d{2}-\d{2}$/,
      words: "a date",
      start: "\\d{4}-",
      sure: "\\d{4}-\\d{2}-\\d{2}",
    },
  ],
  ["ErrorCode", digits(1, 6)],
  ["From", address("[\\p{L}\\d+]")],
  ["MessageSid", messageSid],
  ["MessageStatus", status],
  ["MessagingServiceSid", sid("MG", "MG")],
  ["NumSegments", digits(1, 4)],
  ["RawDlrDoneDate", digits(10, 14)],
  ["SmsSid", messageSid],
  ["SmsStatus", status],
  ["To", address("\\+\\d|\\d{3}|[a-z]{2,20}:|[A-Z]{2}\\.\\d")],
]);

/** Texts we show but don't rely on: how a value begins where the field is missing. */
const TEXT_STARTS: ReadonlyMap<string, string> = new Map([
  ["ChannelInstallSid", `XE${HEX}`],
  ["ChannelPrefix", "[a-z]"],
  ["ChannelToAddress", "[+\\d]"],
  ["ErrorMessage", "[\\p{L}\\d]"],
  ["EventType", "[A-Z]"],
]);

/** Other names that Twilio posts, also for messages that come in; some contain one of the above. */
const OTHER_NAMES =
  "AddOns Body ButtonPayload ButtonText ChannelMetadata ChannelStatusMessage Forwarded FromCity FromCountry FromState FromZip " +
  "MessageType NumMedia OptOutType OriginalRepliedMessageSender OriginalRepliedMessageSid ProfileName RawFloatInderDate " +
  "ReferralNumMedia SmsMessageSid StructuredMessage ToCity ToCountry ToState ToZip WaId";

const KNOWN_NAMES: ReadonlySet<string> = new Set([
  ...FORMATS.keys(),
  ...TEXT_STARTS.keys(),
  ...OTHER_NAMES.split(" "),
]);

/** Every place where the name of a field is found, and a value of it seems to follow. */
const SEEMING_FIELD = new RegExp(
  `(?=(${[
    ...[...FORMATS].map(([name, { start }]) => [name, start] as const),
    ...TEXT_STARTS,
  ]
    .map(([name, start]) => `${name}(?=${start})`)
    .join("|")}))`,
  "gu",
);
const SURE_VALUES: ReadonlyMap<string, RegExp> = new Map(
  [...FORMATS].map(([name, { sure }]) => [name, new RegExp(sure, "uy")]),
);

/** Pairs of a query that are read at most; the signature's legacy form ends at the thousandth. */
const QUERY_PAIRS_MAX = 100;

/**
 * Why a form whose signature fits isn't what was signed, or may not be: a sentence that
 * names the field, never a value. Undefined for a callback as Twilio posts it, also with
 * parameters that are new. `query` is that of the address, without its question mark.
 */
export function formFault(
  params: FormParams,
  query: string,
): string | undefined {
  // A value has no room for another field, nor is it a part of one.
  let areClosed = true;
  for (const [name, value] of params) {
    if (!NAME.test(name)) return MALFORMED_NAME;
    const format = FORMATS.get(name);
    if (format === undefined) areClosed = false;
    if (format === undefined || value === "") continue;
    if (format.value === NAMED_ADDRESS) {
      if (NUMBER.test(value)) continue;
      areClosed = false;
    }
    if (format.value === STATUS && STATUS_AND_MORE.test(value))
      return shifted(name);
    if (!format.value.test(value)) return `${name} is not ${format.words}.`;
  }
  if (areClosed && query === "") return undefined;
  // Of closed fields only the first matters, as it comes right after the query.
  const sorted = areClosed
    ? [params.reduce((a, b) => (b[0] < a[0] ? b : a))]
    : params.toSorted((a, b) => (a[0] < b[0] ? -1 : 1));
  return shiftIn(sorted, query, params);
}

const MALFORMED_NAME =
  "A parameter’s name begins with a digit, or has more in it than letters, digits and underscores.";
const SHIFTED = "The form looks shifted";

/** Whether a fault is that the form looks shifted. */
export function looksShifted(fault: string): boolean {
  return fault.startsWith(SHIFTED);
}

function shifted(name: string): string {
  return `${SHIFTED}: ${name} is not where it belongs, although the signature fits.`;
}

/** A parameter's place in the signed text. */
type Place = {
  readonly name: string;
  readonly start: number;
  readonly valueStart: number;
};

function shiftIn(
  sorted: FormParams,
  query: string,
  params: FormParams,
): string | undefined {
  const [first] = sorted;
  if (query !== "") {
    if (query.split("&", QUERY_PAIRS_MAX + 1).length > QUERY_PAIRS_MAX)
      return `The query has over ${QUERY_PAIRS_MAX} pairs.`;
    // It may be the end of a tag. Nothing that Twilio posts comes before AccountSid.
    if (first !== undefined && !KNOWN_NAMES.has(first[0]))
      return `${SHIFTED}: a parameter comes where the query ends, and may be a part of it.`;
  }
  for (const [index, [name, value]] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next !== undefined && mayBeCut(name, value, next)) return shifted(name);
  }
  // The signature also fits the query as it is decoded and escaped anew.
  const found =
    misplacedField(query, sorted, params) ??
    (/[%+]/.test(query)
      ? misplacedField(decoded(query), sorted, params)
      : undefined);
  return found && shifted(found);
}

/** Whether the parameter after an address may be the rest of it. */
function mayBeCut(
  name: string,
  value: string,
  [nextName, nextValue]: FormParams[number],
): boolean {
  if (FORMATS.get(name)?.value !== NAMED_ADDRESS || KNOWN_NAMES.has(nextName))
    return false;
  const rest = nextName + nextValue;
  if (NUMBER.test(value)) return /^X+$/.test(rest);
  const whole = value + rest;
  return NUMBER.test(whole) || WHOLE_NAMED_ADDRESS.test(whole);
}

/** The first field that is found in the signed text where no such parameter begins. */
function misplacedField(
  query: string,
  sorted: FormParams,
  params: FormParams,
): string | undefined {
  let text = query;
  const places = sorted.map(([name, value]): Place => {
    const start = text.length;
    text += name + value;
    return { name, start, valueStart: start + name.length };
  });
  for (const { 1: name = "", index } of text.matchAll(SEEMING_FIELD)) {
    const around = places.findLast(({ start }) => start <= index);
    const isInName = around !== undefined && index < around.valueStart;
    // That of the field itself, or within another that Twilio posts, such as SmsMessageSid.
    if (isInName && around.name === name && around.start === index) continue;
    if (isInName && KNOWN_NAMES.has(around.name) && around.start < index)
      continue;
    const end = index + name.length;
    const reachesKnown = places.some(
      (each) =>
        each.start > index && each.start < end && KNOWN_NAMES.has(each.name),
    );
    if (reachesKnown) continue;
    if (!params.some((param) => param[0] === name)) return name;
    if (!isInName && startsAt(SURE_VALUES.get(name), text, end)) return name;
  }
  return undefined;
}

function startsAt(
  pattern: RegExp | undefined,
  text: string,
  place: number,
): boolean {
  if (pattern === undefined) return false;
  pattern.lastIndex = place;
  return pattern.test(text);
}

function decoded(query: string): string {
  return parseForm(query)
    .params.map(([name, value]) => `${name}=${value}`)
    .join("&");
}
