import { expect, test } from "bun:test";
import {
  channelOfPlace,
  channelPlace,
  CHANNELS,
  EVENT_STATUSES,
  eventType,
  isEventStatus,
  isFailure,
  recordedStatus,
  statusOfRank,
  statusRank,
} from "../../src/twilio/status.ts";

test.each([
  ["sent", "sms_sent", "whatsapp_sent", "rcs_sent", "messenger_sent"],
  [
    "delivered",
    "sms_delivered",
    "whatsapp_delivered",
    "rcs_delivered",
    "messenger_delivered",
  ],
  ["read", null, "whatsapp_read", "rcs_read", "messenger_read"],
  ["failed", "sms_failed", "whatsapp_failed", "rcs_failed", "messenger_failed"],
  [
    "undelivered",
    "sms_undelivered",
    "whatsapp_failed",
    "rcs_undelivered",
    "messenger_undelivered",
  ],
  ["queued", null, null, null, null],
  ["sending", null, null, null, null],
  ["receiving", null, null, null, null],
  ["received", null, null, null, null],
  ["accepted", null, null, null, null],
  ["scheduled", null, null, null, null],
  ["canceled", null, null, null, null],
  ["partially_delivered", null, null, null, null],
  ["a-word-nobody-knows-yet", null, null, null, null],
  ["Delivered", null, null, null, null],
  ["constructor", null, null, null, null],
  ["__proto__", null, null, null, null],
  ["", null, null, null, null],
])(
  "%s is %s on SMS, %s on WhatsApp, %s on RCS and %s on Messenger",
  (word, sms, whatsapp, rcs, messenger) => {
    expect(
      CHANNELS.map((channel) => {
        const status = recordedStatus(channel, word);
        return status ? eventType(channel, status) : null;
      }),
    ).toEqual([sms, whatsapp, rcs, messenger]);
  },
);

test("a position stands for the channel it was made from, as databases store it", () => {
  expect(CHANNELS.map(channelPlace)).toEqual([0, 1, 2, 3]);
  for (const channel of CHANNELS)
    expect(channelOfPlace(channelPlace(channel))).toBe(channel);
  for (const place of [-1, 4, 0.5, Number.NaN])
    expect(() => channelOfPlace(place)).toThrow(RangeError);
});

test("a later status outranks an earlier one: sent, failed, undelivered, delivered, read", () => {
  expect(
    EVENT_STATUSES.toSorted((a, b) => statusRank(a) - statusRank(b)),
  ).toEqual(["sent", "failed", "undelivered", "delivered", "read"]);
});

test("a rank stands for the status it was made from, as databases store it", () => {
  expect(EVENT_STATUSES.map(statusRank)).toEqual([1, 2, 3, 4, 5]);
  for (const status of EVENT_STATUSES)
    expect(statusOfRank(statusRank(status))).toBe(status);
  for (const rank of [0, 6, -1, 1.5, Number.NaN])
    expect(() => statusOfRank(rank)).toThrow(RangeError);
});

test("a message that failed or was undelivered didn't arrive", () => {
  expect(EVENT_STATUSES.filter(isFailure)).toEqual(["failed", "undelivered"]);
});

test("statuses are distinguished from other words", () => {
  expect(EVENT_STATUSES.every(isEventStatus)).toBe(true);
  for (const word of ["", "queued", "Sent", "constructor", "sms_sent"])
    expect(isEventStatus(word)).toBe(false);
});
