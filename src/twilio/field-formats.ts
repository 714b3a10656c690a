/** Starts with no digit, so that no value can give one up to the name after it. */
export const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;

const HEX = "[0-9a-fA-F]";
const STATUS_WORDS =
  "accepted|scheduled|queued|sending|sent|receiving|received|delivered|undelivered|failed|read|canceled|partially_delivered";

/** A number, perhaps with a channel's prefix, spaces, direction marks, or X where Twilio masks it. */
export const NUMBER = /^(?:[a-z]{2,20}:)?\+?[^\p{L}\p{Cc}]{1,64}X{0,8}$/u;
/** Any address; one that isn't a number is an alphanumeric sender, an RCS agent or a WhatsApp user ID. */
const ADDRESS =
  /^(?:[a-z]{2,20}:(?!\+)[^\s\p{Cc}]{1,128}|(?!\+)[^\p{Cc}]{1,32})$/u;
/** An address that isn't a number, as Twilio writes it; it may have been cut in two. */
export const WHOLE_NAMED_ADDRESS =
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
  /** Values that have no room for another field; without it all values are so. */
  readonly closed?: RegExp;
  /** A value with something of the next field at its end. */
  readonly shifted?: RegExp;
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
  value: /^[A-Za-z][A-Za-z_-]{0,39}$/,
  words: "a word",
  start: "[a-z]",
  sure: `(?:${STATUS_WORDS})(?![a-z])`,
  // Such as `sentTo`.
  shifted: new RegExp(`^(?:${STATUS_WORDS})[A-Z]`),
};
const sureAddress = "(?:[a-z]{2,20}:)?\\+\\d{6}|[A-Z]{2}\\.\\d{8}";
const address = (start: string): Format => ({
  value: ADDRESS,
  words: "an address",
  start,
  sure: sureAddress,
  closed: NUMBER,
});

/** The fields we rely on. An empty value says nothing, as if the field weren't there. */
export const FORMATS: ReadonlyMap<string, Format> = new Map([
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
  [
    "RawDlrDoneDate",
    {
      // Passed on as the carrier writes it, usually YYMMDDhhmm.
      value: /^\d[\d :+./-]{0,31}$/,
      words: "a date in digits",
      start: "\\d",
      sure: "\\d{10}",
    },
  ],
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

export const KNOWN_NAMES: ReadonlySet<string> = new Set([
  ...FORMATS.keys(),
  ...TEXT_STARTS.keys(),
  ...OTHER_NAMES.split(" "),
]);
/** What parameters without a value leave in the signed text. */
export const ONLY_KNOWN_NAMES = new RegExp(
  `^(?:${[...KNOWN_NAMES].join("|")})+$`,
);

/** Every place where the name of a field is found, and a value of it seems to follow. */
export const SEEMING_FIELD = new RegExp(
  `(?=(${[
    ...[...FORMATS].map(([name, { start }]) => [name, start] as const),
    ...TEXT_STARTS,
  ]
    .map(([name, start]) => `${name}(?=${start})`)
    .join("|")}))`,
  "gu",
);
export const SURE_VALUES: ReadonlyMap<string, RegExp> = new Map(
  [...FORMATS].map(([name, { sure }]) => [name, new RegExp(sure, "uy")]),
);
