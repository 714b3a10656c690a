import { expect, test } from "bun:test";
import { verdictOnMessage } from "../../src/errors/verdict.ts";
import { failedForCustomer } from "../../src/errors/customer-words.ts";
import { supportWords } from "../../src/messages/support-words.ts";
import type { MessageRow } from "../../src/store/store.ts";
import { knownErrorCodes } from "../../src/twilio/error-codes/error-codes.ts";

const SID = `SM${"0".repeat(32)}`;
/** 21:30 in Berlin. */
const NOW = Date.parse("2026-11-30T20:30:00Z");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function messageOf(fields: Partial<MessageRow>): MessageRow {
  return {
    id: 1,
    messageSid: SID,
    channel: "sms",
    status: "delivered",
    to: "+4930901820",
    from: "+15595551269",
    recipientId: 1,
    senderId: 2,
    country: "DE",
    errorCode: null,
    accountSid: null,
    messagingServiceSid: null,
    numSegments: null,
    mcc: null,
    mnc: null,
    sources: ["callback"],
    firstEventAt: NOW - 2 * HOUR_MS,
    lastEventAt: NOW - 2 * HOUR_MS + 4_000,
    tags: [],
    ...fields,
  };
}

function wordsOn(fields: Partial<MessageRow>, isGone = false) {
  const message = messageOf(fields);
  const verdict = verdictOnMessage(message, {
    recent: { messages: 1, failures: 0, lastErrorCode: null },
    listed: null,
    isDeliveredSince: false,
  });
  return supportWords(message, { events: [], verdict, isGone }, NOW);
}

test("a customer hears what happened, by the clock where they are", () => {
  const cases: readonly (readonly [Partial<MessageRow>, string])[] = [
    [
      {},
      "The message we sent you today at 19:30 was delivered: your carrier confirmed it.",
    ],
    [
      { channel: "whatsapp", firstEventAt: NOW - DAY_MS },
      "The message we sent you yesterday at 21:30 was delivered: WhatsApp confirmed it.",
    ],
    [
      { status: "read", channel: "whatsapp", firstEventAt: NOW - 3 * DAY_MS },
      "The message we sent you on 27 November at 21:30 was delivered and opened.",
    ],
    [
      { status: "sent", firstEventAt: NOW - 5 * 60_000 },
      "We sent you a message 5 minutes ago, and it hasn’t been confirmed yet that it reached your phone.",
    ],
    [
      { status: "sent", firstEventAt: NOW + 60_000 },
      "We sent you a message just now, and it hasn’t been confirmed yet that it reached your phone.",
    ],
    [
      { status: "failed", firstEventAt: Date.parse("2025-12-31T23:30:00Z") },
      "The message we sent you on 1 January at 00:30 couldn’t be delivered, and we weren’t told why.",
    ],
    [
      { firstEventAt: Date.parse("2025-12-31T22:30:00Z") },
      "The message we sent you on 31 December 2025 at 23:30 was delivered: your carrier confirmed it.",
    ],
  ];
  for (const [fields, sentence] of cases)
    expect(wordsOn(fields).toCustomer).toBe(sentence);
});

test("where clocks differ within a country, or it isn't known, no clock is read out", () => {
  for (const country of ["US", "AU", null]) {
    const fields = { country, status: "read" } as const;
    expect(wordsOn(fields).toCustomer).toBe(
      "The message we sent you about 2 hours ago was delivered and opened.",
    );
    expect(
      wordsOn({ ...fields, firstEventAt: NOW - 2 * DAY_MS }).toCustomer,
    ).toBe("The message we sent you on 28 November was delivered and opened.");
    expect(wordsOn(fields).toTicket).not.toContain(" in ");
  }
});

test("a ticket has what identifies the message, and its times by both clocks", () => {
  expect(wordsOn({ status: "undelivered", errorCode: 30003 }).toTicket).toBe(
    `SMS ${SID} to +4930901820 from +15595551269 at 2026-11-30 18:30:00 UTC (2026-11-30 19:30 in Germany): not delivered (error 30003: Unreachable destination handset), last update 2026-11-30 18:30:04 UTC.`,
  );
  expect(wordsOn({ to: null, from: null, country: null }).toTicket).toBe(
    `SMS ${SID} at 2026-11-30 18:30:00 UTC: delivered, last update 2026-11-30 18:30:04 UTC.`,
  );
});

test("support waits only for what may still be confirmed", () => {
  const sent = { status: "sent", firstEventAt: NOW - 60_000 } as const;
  expect(wordsOn(sent).whatToDo).toMatch(/^Wait/);
  expect(wordsOn(sent, true).whatToDo).toMatch(/^Ask whether it arrived/);
  expect(
    wordsOn({ ...sent, firstEventAt: NOW - 2 * HOUR_MS }).whatToDo,
  ).toMatch(/^Ask whether it arrived/);
  expect(wordsOn({ status: "failed", errorCode: 30003 }).whatToDo).toBe(
    "Retry later. Send again in a few hours.",
  );
});

test("whatever the code, a customer isn't told of our accounts, settings and providers", () => {
  for (const code of [...knownErrorCodes(), 99_999, null])
    for (const channel of ["sms", "whatsapp"] as const) {
      const said = failedForCustomer(code, channel);
      expect(said).toMatch(/^(?:couldn’t be|wasn’t|was) [^.]+[^.\s]$/);
      expect(said).not.toMatch(/twilio|account|error|code|sender/i);
    }
  expect(failedForCustomer(21610, "sms")).toContain("unsubscribed");
  expect(failedForCustomer(30005, "sms")).toContain("isn’t in service");
  expect(failedForCustomer(63003, "whatsapp")).toContain("on WhatsApp");
  expect(failedForCustomer(30004, "sms")).toContain("blocked");
  expect(failedForCustomer(30007, "sms")).toContain("spam filter");
  expect(failedForCustomer(30001, "sms")).toContain("on our side");
});
