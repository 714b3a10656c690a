import { fc } from "../support/fast-check.ts";
import type { Condition, MessageFilter } from "../../src/store/filter.ts";
import type { NewEvent } from "../../src/store/store.ts";
import {
  CHANNELS,
  EVENT_STATUSES,
  recordedStatus,
} from "../../src/twilio/status.ts";
import { eventOf } from "./events.ts";

const HOUR_MS = 3_600_000;
export const START = Date.UTC(2026, 10, 1);

const ADDRESSES =
  "+14155550123 +14155550199 +1415555 +442071838750 +4915123456789 4155 40404 0123 123 ACME Acme24 1abc brand_0123 US.13491208655302741918 whatsapp:+4915123456789 rcs:brand_0123 messenger:123".split(
    " ",
  );
const ERROR_CODES = [30003, 30005, 63016];
const SERVICES = ["MGa", "MGb"];
const ACCOUNTS = ["ACa", "ACb"];
const TAGS: readonly (readonly [string, string])[] = [
  ["campaign", "spring"],
  ["campaign", "autumn sale"],
  ["campaign", ""],
  ["Campaign", "spring"],
  ["order", "1"],
  ["phone", " 1415"],
  ["a b", "c d"],
  ["ä=b", "&"],
];
/** SID prefixes that many messages share, and some that none has. */
const SID_STARTS = ["SM00", "SM0a", "SMab", "MM00", "MMff"];

/** What people type to find a message, and what they shouldn't. */
const WORDS = [
  "+1 1 +14155550123 14155550123 4155550123 0123 00123 123 23 +0123 +123 155550123 9999",
  "404 40404 0404 + +44 44 SM SM0 sm0A SM00 MM MM0 mmff SMg S SM0%",
  "ACME acme ACM 1abc 1ab brand_0123 BRAND us.134 US.13491208655302741918 0123x % _ %0123 ____ whatsapp:+14155550123",
  `' " \\ ä😀 NULL -1 1e3 ~1 ~2 ~3 ~7 ~999 ~ ${"9".repeat(60)}`,
].flatMap((line) => line.split(" "));

const mostly = <const T>(usual: T, ...others: readonly T[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(usual) },
    fc.constantFrom(...others),
  );
const values = <const T>(...among: readonly T[]) =>
  fc.array(fc.constantFrom(...among), { minLength: 1, maxLength: 3 });
const time = fc
  .integer({ min: -2 * HOUR_MS, max: 30 * HOUR_MS })
  .map((ms) => START + ms);

/**
 * Callbacks of up to 150 messages: most are similar, so that some values are rare and far
 * apart.
 */
export const arbitraryEvents: fc.Arbitrary<readonly NewEvent[]> = fc
  .array(
    fc.record({
      sidStart: fc.constantFrom(...SID_STARTS),
      number: fc.integer({ min: 0, max: 400 }),
      MessageStatus: mostly("delivered", ...EVENT_STATUSES),
      To: mostly("+14155550123", ...ADDRESSES, ""),
      From: mostly("ACME", ...ADDRESSES, ""),
      ErrorCode: mostly("", ...ERROR_CODES.map(String)),
      MessagingServiceSid: mostly("MGa", ...SERVICES, ""),
      AccountSid: mostly("ACa", ...ACCOUNTS),
      tags: fc.oneof(
        { weight: 9, arbitrary: fc.constant<(typeof TAGS)[number][]>([]) },
        fc.subarray([...TAGS], { maxLength: 3 }),
      ),
      isWhatsapp: mostly(false, true),
      /** Mostly later than the previous one, like a clock. */
      laterMs: fc.oneof(
        fc.integer({ min: 0, max: HOUR_MS }),
        fc.integer({ min: -3 * HOUR_MS, max: 3 * HOUR_MS }),
      ),
    }),
    { minLength: 1, maxLength: 150, size: "max" },
  )
  .map((callbacks) => {
    let receivedAt = START;
    return callbacks.flatMap(
      ({ sidStart, number, tags, isWhatsapp, laterMs, ...params }) => {
        receivedAt += laterMs;
        const channel = isWhatsapp ? "whatsapp" : "sms";
        if (!recordedStatus(channel, params.MessageStatus)) return [];
        return eventOf(
          {
            ...params,
            MessageSid:
              sidStart +
              number.toString(16).padStart(30, isWhatsapp ? "0" : "c"),
          },
          {
            channel,
            receivedAt,
            query: new URLSearchParams(
              tags.map(([name, value]) => [name, value]),
            ).toString(),
          },
        );
      },
    );
  });

const field = <F extends string>(name: F) => fc.constant(name);

/** A condition that the rollups count; see `keptTally`. */
export const arbitraryGroup = fc.oneof(
  fc.record({
    field: field("country"),
    values: values("US", "GB", "DE", "FR"),
  }),
  fc.record({ field: field("from"), values: values(...ADDRESSES, "~3") }),
  fc.record({ field: field("channel"), values: values(...CHANNELS) }),
  fc.record({ field: field("service"), values: values(...SERVICES, "MGc") }),
);

const condition: fc.Arbitrary<Condition> = fc
  .tuple(
    mostly(false, true, false),
    fc.oneof(
      fc.record({ field: field("status"), values: values(...EVENT_STATUSES) }),
      fc.record({ field: field("channel"), values: values(...CHANNELS) }),
      fc.record({
        field: field("code"),
        values: values(...ERROR_CODES, 99_999),
      }),
      fc.record({
        field: field("country"),
        values: values("US", "GB", "DE", "FR"),
      }),
      fc.record({
        field: fc.constantFrom("to", "from"),
        values: values(...ADDRESSES, ...WORDS),
      }),
      fc.record({
        field: field("sid"),
        values: values(...SID_STARTS, ...WORDS),
      }),
      fc.record({
        field: field("account"),
        values: values(...ACCOUNTS, "ACc"),
      }),
      fc.record({
        field: field("service"),
        values: values(...SERVICES, "MGc"),
      }),
      fc.record({
        field: field("tag"),
        name: fc.constantFrom(
          "campaign",
          "Campaign",
          "order",
          "ä=b",
          "phone",
          "a+b",
          "none",
        ),
        value: fc.constantFrom(
          undefined,
          ...TAGS.map(([, value]) => value),
          "+1415",
          "c+d",
          "none",
        ),
      }),
      fc.record({ field: fc.constantFrom("after", "before"), at: time }),
      fc.record({ field: field("word"), text: fc.constantFrom(...WORDS) }),
    ),
  )
  .map(([negated, rest]) => ({ negated, ...rest }));

export const arbitraryFilter: fc.Arbitrary<MessageFilter> = fc.array(
  condition,
  {
    maxLength: 3,
  },
);

const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined });
const hours = fc.integer({ min: -2, max: 160 });

/** Filters whose messages rollups count: see `exactCount`. */
export const arbitraryCountedFilter: fc.Arbitrary<MessageFilter> = fc
  .record({
    status: optional(values(...EVENT_STATUSES)),
    negated: fc.boolean(),
    code: optional(values(...ERROR_CODES, 99_999)),
    group: optional(arbitraryGroup),
    after: optional(hours),
    before: optional(hours),
    minute: fc.integer({ min: 0, max: 59 }),
  })
  .map(({ status, negated, code, group, after, before, minute }) => {
    // Only the count of all messages is kept by the minute forever.
    const minutes = code || group ? 0 : minute;
    const timeOf = (hour: number) => START + hour * HOUR_MS + minutes * 60_000;
    const filter: Condition[] = [];
    if (status) filter.push({ field: "status", values: status, negated });
    if (code) filter.push({ field: "code", values: code, negated: false });
    if (group) filter.push({ ...group, negated: false });
    if (after !== undefined)
      filter.push({ field: "after", at: timeOf(after), negated: false });
    if (before !== undefined)
      filter.push({ field: "before", at: timeOf(before), negated: false });
    return filter;
  });
