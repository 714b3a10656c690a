import { fc } from "../../support/fast-check.ts";
import type { Notice } from "../../../src/alerts/notice.ts";

export const FIRED_AT = Date.UTC(2026, 10, 3, 14, 0);

export const FIRING: Notice = {
  kind: "firing",
  severity: "critical",
  title: "12.4% of messages failed in the last 15 minutes",
  lines: [
    "148 of 1,190 messages failed since 13:45 UTC; usually 1.8% do.",
    "Most failed with 30007, “Message filtered”: carriers take them for spam.",
    "Check the campaign that started at 13:40, and stop it if it isn’t expected.",
  ],
  facts: [
    { name: "Failed", value: "148 of 1,190 (12.4%)" },
    { name: "Fires at", value: "5% for 10 min" },
    { name: "Most frequent code", value: "30007, Message filtered" },
    { name: "Most affected sender", value: "ACME" },
  ],
  links: [
    { label: "Open the alert", url: "https://sms.example.com/alerts/12" },
    {
      label: "Show these messages",
      url: "https://sms.example.com/messages?q=status%3Afailed+code%3A30007&range=1h",
    },
  ],
  at: FIRED_AT,
  alertKey: "7c1f.12",
};

export const RESOLVED: Notice = {
  ...FIRING,
  kind: "resolved",
  title: "Fewer messages fail: 1.6% in the last 15 minutes",
  lines: ["It lasted 42 min; at its worst, 19.3% of messages failed."],
  at: FIRED_AT + 42 * 60_000,
};

/** What somebody who can choose a name, a tag or a sender might put into it. */
const HOSTILE = [
  "<!channel>",
  "<@U012AB3CD>",
  "<#C024BE7LR|general>",
  "<https://evil.example/|Open the alert>",
  "@everyone",
  "@here",
  "<@&165511591545143296>",
  "[Open the alert](https://evil.example)",
  "https://evil.example/login",
  "www.evil.example",
  "Subject: x\r\nBcc: victim@example.com\r\n\r\n",
  "\u2028",
  "\u202egnp.exe",
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "{{DATE(2017-02-14T06:00:00Z, SHORT)}}",
  "<at>Everybody</at>",
  "${expression}",
  "*bold* _italic_ ~strike~ `code` ||spoiler||",
  "```\n# heading\n> quote\n- list\n1. one",
  ":rotating_light:",
  "&lt;!channel&gt;",
  "\\*",
  "\ud800",
  "👩‍👩‍👧‍👦",
  "e\u0301\u0302\u0303",
  "\0\x1b[31m",
];

export const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.lorem()), {
      minLength: 1,
      maxLength: 12,
    })
    .map((parts) => parts.join(" ")),
  // Longer than any service's limit.
  fc
    .tuple(
      fc.constantFrom(...HOSTILE, "word", "長い"),
      fc.integer({ min: 1, max: 9_000 }),
    )
    .map(([part, times]) => part.repeat(times).slice(0, 40_000)),
);

const anyLink = fc.record({
  label: anyText,
  url: fc
    .tuple(
      fc.webPath(),
      fc.string({ maxLength: 40 }),
      fc.integer({ min: 1, max: 30 }),
    )
    .map(
      ([path, query, times]) =>
        new URL(
          `https://sms.example.com${path}?q=${encodeURIComponent(query.toWellFormed().repeat(times))}`,
        ).href,
    ),
});

export const anyNotice: fc.Arbitrary<Notice> = fc.record({
  kind: fc.constantFrom(
    "firing",
    "reminder",
    "acknowledged",
    "resolved",
    "test",
  ),
  severity: fc.constantFrom("critical", "warning", "info"),
  title: anyText,
  lines: fc.array(anyText, { maxLength: 8 }),
  facts: fc.array(fc.record({ name: anyText, value: anyText }), {
    maxLength: 30,
  }),
  links: fc.array(anyLink, { maxLength: 8 }),
  at: fc.integer({ min: FIRED_AT, max: FIRED_AT + 10 * 86_400_000 }),
  alertKey: fc.oneof(fc.stringMatching(/^[a-z0-9.-]{1,60}$/), anyText),
});

export const MOMENT = { now: FIRED_AT + 20_000, site: "sms.example.com" };
