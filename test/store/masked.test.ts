import { afterAll, expect, test } from "bun:test";
import { join } from "node:path";
import { fc } from "../support/fast-check.ts";
import { maskNumber } from "../../src/phone/mask-numbers.ts";
import { maskedStore } from "../../src/store/masked.ts";
import { openStore } from "../support/open-store.ts";
import { parseForm } from "../../src/twilio/form.ts";
import { tempDir } from "../support/temp-dir.ts";
import { ACCOUNT_SID, newMessageSid } from "../support/twilio-client.ts";
import { eventOf } from "./events.ts";
import { eventsIn, messagesIn } from "../support/rows.ts";

const folder = tempDir();
const plain = await openStore(join(folder.path, "smsledger.db"));
const store = maskedStore(plain);
afterAll(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

test("a method that masking doesn't know isn't passed on", () => {
  const unknown = { ...plain, recipients: () => ["+14155550123"] };
  expect(Object.keys(maskedStore(unknown)).toSorted()).toEqual(
    Object.keys(plain).toSorted(),
  );
});

const HOUR_MS = 3_600_000;

/** A phone number's digits, unless they end as they begin, because the beginning is shown. */
const number = fc
  .stringMatching(/^[1-9]\d{6,14}$/)
  .filter((digits) => !maskNumber(digits).includes(digits.slice(-6)));

type Writing = (digits: string) => string;

/** Ways people write a number that can hardly mean anything else. */
const formatted: readonly Writing[] = [
  (digits) => `+${digits}`,
  (digits) => `whatsapp:+${digits}`,
  (digits) => `Cannot reach +${digits}, which was called.`,
  (digits) => `+${digits.slice(0, 2)} ${digits.slice(2, 5)} ${digits.slice(5)}`,
  (digits) => `tel-${digits.slice(0, -4)}-${digits.slice(-4)}x`,
  (digits) =>
    `(${digits.slice(0, -7)}) ${digits.slice(-7, -4)}-${digits.slice(-4)}`,
  (digits) => digits.replaceAll(/(\d\d)(?=\d)/g, "$1."),
];
/** A message's own numbers are recognized in any form. */
const ownWriting = fc.constantFrom<Writing>(
  ...formatted,
  (digits) => digits,
  (digits) => `${digits}${digits}`,
  (digits) => `99${digits}88`,
  (digits) => `x_${digits}y`,
  (digits) => digits.slice(-7),
  (digits) => `{"to":"${digits}"}`,
);
/** Others' numbers in what Twilio posts are also recognized if they stand alone. */
const otherWriting = fc.constantFrom<Writing>(
  ...formatted,
  (digits) => digits,
  (digits) => `no. ${digits}!`,
);
/** Others' numbers in tags are also recognized if they're long and next to letters. */
const tagWriting = fc.constantFrom<Writing>(
  ...formatted,
  (digits) => (digits.length < 10 ? `+${digits}` : digits),
  (digits) => (digits.length < 10 ? `+${digits}` : `tel${digits}x`),
);

test("no returned text contains a posted number in full", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ to: number, from: number, other: number }),
      fc.boolean(),
      fc.array(
        fc.tuple(
          fc.constantFrom(
            "Body",
            "ErrorMessage",
            "AccountSid",
            "RawDlrDoneDate",
            "Note",
            "MessagingServiceSid",
          ),
          fc.constantFrom("to", "from"),
          ownWriting,
        ),
      ),
      fc.array(
        fc.tuple(fc.constantFrom("to", "from"), ownWriting, fc.boolean()),
      ),
      fc.record({
        posted: otherWriting,
        message: otherWriting,
        tag: tagWriting,
        tagName: tagWriting,
      }),
      async (numbers, hasPlus, own, tags, other) => {
        const plus = hasPlus ? "+" : "";
        const MessageSid = newMessageSid();
        const query = new URLSearchParams([
          ...tags.map(([of, write, isName]) =>
            isName
              ? [write(numbers[of]), "1"]
              : ["customer", write(numbers[of])],
          ),
          ["other", other.tag(numbers.other)],
          ["mySid", other.tag(numbers.other)],
          [other.tagName(numbers.other), ""],
        ]).toString();
        await store.recordEvent(
          eventOf(
            {
              MessageSid,
              To: plus + numbers.to,
              From: plus + numbers.from,
              [numbers.to]: "",
              ErrorMessage: other.message(numbers.other),
              ...Object.fromEntries(
                own.map(([name, of, write]) => [name, write(numbers[of])]),
              ),
              Other: other.posted(numbers.other),
            },
            { query },
          ),
        );
        const returned = [
          await store.messageBySid(MessageSid),
          await store.timeline(MessageSid),
        ];
        const [event] = await store.timeline(MessageSid);
        const texts = textsIn([returned, parseForm(event?.query ?? "").params])
          .filter((text) => text !== MessageSid)
          .flatMap((text) => [text, text.replaceAll(/[ ().-]/g, "")]);
        for (const digits of Object.values(numbers))
          expect(
            texts.filter((text) => text.includes(digits.slice(-6))),
          ).toEqual([]);
      },
    ),
    { numRuns: 200 },
  );
});

test("anything but a phone number is returned as posted", async () => {
  const MessageSid = "SM14155550199".padEnd(34, "7");
  const event = eventOf(
    {
      MessageSid,
      MessageStatus: "failed",
      To: "+14155550123",
      From: "ACME",
      ErrorCode: "30003",
      NumSegments: "2",
      RawDlrDoneDate: "2611231230",
      MessagingServiceSid: "MG".padEnd(34, "9"),
      Sender: "40404",
    },
    {
      query:
        "campaign=spring%20sale&order=4711&a=%C3%A4&b&day=20261123&on=2026-11-23",
    },
  );
  await store.recordEvent(event);
  const unmasked = await plain.messageBySid(MessageSid);
  expect(await store.messageBySid(MessageSid)).toEqual(
    unmasked && { ...unmasked, to: "+141••••••23" },
  );
  const [recorded] = await store.timeline(MessageSid);
  const [asPosted] = await plain.timeline(MessageSid);
  expect(recorded).toEqual(
    asPosted && {
      ...asPosted,
      to: "+141••••••23",
      params: event.params.map(([name, value]) => [
        name,
        name === "To" ? "+141••••••23" : value,
      ]),
    },
  );
  expect(recorded?.accountSid).toBe(ACCOUNT_SID);
});

test("a recipient without a number is masked too, everywhere, but a sender's name isn't", async () => {
  for (const [To, shown] of [
    ["US.13491208655302741918", "US.••••••18"],
    ["eve@example.com", "ev••••••om"],
    ["1234567890123456", "••••••56"],
    ["rcs:+14155559876", "rcs:+141••••••76"],
  ] as const) {
    const event = eventOf(
      { To, From: "my_agent", ErrorMessage: `Cannot reach ${To}.` },
      { query: new URLSearchParams({ user: To, [To]: "1" }).toString() },
    );
    await store.recordEvent(event);
    const message = await store.messageBySid(event.messageSid);
    const address = shown.replace("rcs:", "");
    expect([message?.to, message?.from]).toEqual([address, "my_agent"]);
    const id = message?.recipientId ?? 0;
    expect(await store.addressById(id)).toBe(address);
    const texts = textsIn([message, await store.timeline(event.messageSid)]);
    expect(texts.filter((text) => text.includes(To.slice(3)))).toEqual([]);
    expect(texts).toContain(`Cannot reach ${shown}.`);
  }
});

test("every list, count and suggestion is masked, and filters still find numbers", async () => {
  const To = "+442071838750";
  const events = [1, 2].map(() =>
    eventOf(
      { To, From: "+15595551269", MessageStatus: "failed" },
      { query: `customer=${To.slice(1)}` },
    ),
  );
  for (const event of events) await store.recordEvent(event);
  const filter = [{ negated: false, field: "to", values: [To] }] as const;
  const { messages } = await store.listMessages(filter, { size: 10 });
  expect(messages.map(({ to, from, tags }) => [to, from, tags])).toEqual(
    events.map(() => [
      "+4420••••••50",
      "+155••••••69",
      [["customer", "4420••••••50"]],
    ]),
  );
  const { page } = await store.listAndCount(filter, 10);
  expect(page.messages).toEqual(messages);
  const [message] = messages;
  const id = message?.recipientId ?? 0;
  expect(await store.addressById(id)).toBe("+4420••••••50");
  expect(await store.addressById(999_999)).toBeUndefined();
  const hour = Math.floor((message?.firstEventAt ?? 0) / HOUR_MS) * HOUR_MS;
  const range = { from: hour, to: hour + HOUR_MS };
  const returned = [
    await store.changedMessages([message?.id ?? 0], await store.feedStart()),
    await messagesIn(store),
    await eventsIn(store),
    (await store.feedAfter(await store.feedStart(), 1_000)).events,
    await store.tally({ range, by: "sender" }),
    await store.failingRecipients({ size: 10 }),
    await store.suggest("from", "", 10),
    await store.suggest("tag", "campaign", 10),
  ];
  for (const each of returned) {
    expect(each.length).toBeGreaterThan(0);
    for (const end of ["838750", "551269"])
      expect(textsIn(each).filter((text) => text.includes(end))).toEqual([]);
  }
});

/** Returns all strings in a value, at any depth. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
