import { expect, test } from "bun:test";
import {
  EVENT_STATUSES,
  eventType,
  isEventStatus,
  isFailure,
  recordedStatus,
  statusOfRank,
  statusRank,
} from "../../src/twilio/status.ts";

test.each([
  ["sent", "sms_sent", "whatsapp_sent"],
  ["delivered", "sms_delivered", "whatsapp_delivered"],
  ["read", null, "whatsapp_read"],
  ["failed", "sms_failed", "whatsapp_failed"],
  ["undelivered", "sms_undelivered", "whatsapp_failed"],
  ["queued", null, null],
  ["sending", null, null],
  ["receiving", null, null],
  ["received", null, null],
  ["accepted", null, null],
  ["scheduled", null, null],
  ["canceled", null, null],
  ["partially_delivered", null, null],
  ["a-word-nobody-knows-yet", null, null],
  ["Delivered", null, null],
  ["constructor", null, null],
  ["__proto__", null, null],
  ["", null, null],
])("%s is %s on SMS and %s on WhatsApp", (word, sms, whatsapp) => {
  for (const [channel, expected] of [
    ["sms", sms],
    ["whatsapp", whatsapp],
  ] as const) {
    const status = recordedStatus(channel, word);
    expect(status ? eventType(channel, status) : null).toBe(expected);
  }
});

test("a later status outranks an earlier one: sent, failed, undelivered, delivered, read", () => {
  expect(
    EVENT_STATUSES.toSorted((a, b) => statusRank(a) - statusRank(b)),
  ).toEqual(["sent", "failed", "undelivered", "delivered", "read"]);
});

test("a rank stands for the status it was made from, as databases hold it", () => {
  expect(EVENT_STATUSES.map(statusRank)).toEqual([1, 2, 3, 4, 5]);
  for (const status of EVENT_STATUSES)
    expect(statusOfRank(statusRank(status))).toBe(status);
  for (const rank of [0, 6, -1, 1.5, Number.NaN])
    expect(() => statusOfRank(rank)).toThrow(RangeError);
});

test("a message that failed or was undelivered did not arrive", () => {
  expect(EVENT_STATUSES.filter(isFailure)).toEqual(["failed", "undelivered"]);
});

test("a status is told from other words", () => {
  expect(EVENT_STATUSES.every(isEventStatus)).toBe(true);
  for (const word of ["", "queued", "Sent", "constructor", "sms_sent"])
    expect(isEventStatus(word)).toBe(false);
});
