import { expect, test } from "bun:test";
import { callbackStream } from "../../src/simulation/callback-stream.ts";
import { planHistory } from "../../src/simulation/history.ts";
import { percentile } from "../../src/simulation/load.ts";
import { planMessage } from "../../src/simulation/message-plan.ts";
import { seededRandom } from "../../src/simulation/random.ts";
import { parseTarget } from "../../src/simulation/target.ts";
import { countryOf } from "../../src/phone/country.ts";
import { knownErrorCodes } from "../../src/twilio/error-codes/error-codes.ts";
import { parseCallback } from "../../src/twilio/callback.ts";

const ACCOUNT = `AC${"1".repeat(32)}`;
const NOON = Date.UTC(2026, 10, 23, 12);

function messages(count: number) {
  const random = seededRandom([1, 2, 3]);
  return Array.from({ length: count }, () =>
    planMessage(random, { accountSid: ACCOUNT, sentAt: NOON }),
  );
}

test("the same seed gives the same messages, and another seed gives others", () => {
  const plan = (seed: number) =>
    planMessage(seededRandom([seed, 2, 3]), {
      accountSid: ACCOUNT,
      sentAt: NOON,
    });
  expect(plan(1)).toEqual(plan(1));
  expect(plan(2)).not.toEqual(plan(1));
});

test("the receiver records every callback", () => {
  for (const callback of messages(2_000).flat()) {
    const parsed = parseCallback(callback.route, callback.params);
    expect(parsed).not.toHaveProperty("fault");
    expect(parsed).toMatchObject({ accountSid: ACCOUNT });
    expect(callback.delayMs).toBeGreaterThan(0);
  }
});

test("every recipient has a country, and every failure a known error code", () => {
  for (const { route, params } of messages(2_000).flat()) {
    const parsed = parseCallback(route, params);
    if ("fault" in parsed) throw new Error(parsed.fault);
    if (parsed.channel !== "messenger")
      expect(countryOf(parsed.to ?? "")).toMatch(/^[A-Z]{2}$/);
    const isFailure = ["failed", "undelivered"].includes(parsed.messageStatus);
    expect(parsed.errorCode !== null).toBe(isFailure);
    if (parsed.errorCode !== null)
      expect(knownErrorCodes()).toContain(parsed.errorCode);
  }
});

test("callbacks are in time order, some repeated, some overtaken", () => {
  const statuses = messages(3_000).map((plan) => {
    const delays = plan.map((each) => each.delayMs);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    return plan.map(({ params }) => new Map(params).get("MessageStatus"));
  });
  expect(statuses.some((each) => new Set(each).size < each.length)).toBe(true);
  expect(statuses.some((each) => each[0] === "delivered")).toBe(true);
  expect(statuses.some((each) => each.join() === "sent")).toBe(true);
});

test("no two messages share a SID", () => {
  const sids = messages(5_000).map(([first]) =>
    new Map(first?.params).get("MessageSid"),
  );
  expect(new Set(sids).size).toBe(5_000);
});

test("a history is in time order, within its range, with quiet nights", () => {
  const from = NOON - 7 * 86_400_000;
  const history = planHistory(seededRandom([4, 5, 6]), {
    accountSid: ACCOUNT,
    from,
    to: NOON,
    messages: 3_000,
  });
  const times = history.map((each) => each.at);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times[0]).toBeGreaterThanOrEqual(from);
  const inHours = (first: number, last: number): number =>
    times.filter((at) => {
      const hour = new Date(at).getUTCHours();
      return hour >= first && hour <= last;
    }).length;
  expect(inHours(9, 11)).toBeGreaterThan(3 * inHours(1, 3));
});

test("a stream keeps to the chosen channel and statuses", () => {
  const stream = callbackStream(
    seededRandom([7, 8, 9]),
    {
      accountSid: ACCOUNT,
      channels: ["whatsapp"],
      outcomes: [{ weight: 1, status: "read" }],
    },
    () => NOON,
  );
  for (let i = 0; i < 500; i++) {
    const { route, params } = stream.next().value;
    expect(route).toBe("whatsapp");
    expect(new Map(params).get("MessageStatus")).toMatch(
      /^(?:sent|delivered|read)$/,
    );
  }
});

test("a callback URL is read as Twilio reads it, and an invalid one is never repeated", () => {
  expect(parseTarget("https://me:p%40ss@Example.com:8443/a?b=c#rc=5")).toEqual({
    url: "https://example.com:8443/a?b=c",
    signedUrl: "https://example.com:8443/a?b=c",
    authorization: `Basic ${btoa("me:p@ss")}`,
  });
  for (const wrong of ["s3cret", "ftp://s3cret/", "http://%zz:s3cret@host/"])
    expect(() => parseTarget(wrong)).toThrow(/^(?:(?!s3cret).)*$/);
});

test("a percentile is the nearest-rank value", () => {
  const values = Float64Array.from({ length: 100 }, (_, index) => index + 1);
  expect(percentile(values, 0.5)).toBe(50);
  expect(percentile(values, 0.99)).toBe(99);
  expect(percentile(values, 1)).toBe(100);
  expect(percentile(new Float64Array(), 0.5)).toBeUndefined();
});
