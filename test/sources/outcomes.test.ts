import { expect, test } from "bun:test";
import {
  countOutcomes,
  likelyCause,
  NO_OUTCOMES,
  type MissedContext,
} from "../../src/sources/outcomes.ts";
import {
  parseApiMessage,
  type ApiMessage,
} from "../../src/twilio/api-message.ts";

const MINUTE_MS = 60_000;
const NOON = Date.UTC(2026, 10, 28, 12);
const SERVICE = `MG${"0".repeat(32)}`;

const message = (fields: Record<string, unknown> = {}): ApiMessage => {
  const parsed = parseApiMessage({
    sid: `SM${"0".repeat(32)}`,
    direction: "outbound-api",
    status: "delivered",
    date_created: "Sat, 28 Nov 2026 12:00:00 +0000",
    date_sent: "Sat, 28 Nov 2026 12:00:00 +0000",
    ...fields,
  });
  if (typeof parsed === "string") throw new Error(parsed);
  return parsed;
};

const context = (given: Partial<MissedContext> = {}): MissedContext => ({
  gaps: [],
  refusals: [],
  servicesElsewhere: new Set(),
  ...given,
});

test("an outcome counts once, by who told it", () => {
  const known = (
    [
      ["callback"],
      ["callback", "api"],
      ["stream"],
      ["callback", "stream", "api"],
      ["api"],
      [],
    ] as const
  ).map((sources) => ({ message: message(), sources }));
  expect(countOutcomes(known, context())).toEqual({
    ...NO_OUTCOMES,
    byCallback: 2,
    byStream: 1,
    byBoth: 1,
    byApi: 1,
  });
});

test("a message that Twilio refused to create has that as its cause, whatever else was wrong", () => {
  const gaps = [{ from: NOON, to: NOON + MINUTE_MS }];
  const rejected = message({ status: "failed", error_code: 21_610 });
  expect(likelyCause(rejected, context({ gaps }))).toBe("rejected");
  const failed = message({ status: "undelivered", error_code: 30_003 });
  expect(likelyCause(failed, context())).toBeUndefined();
});

test("a time without a server, or with refused callbacks, is a cause until five minutes after a message was sent", () => {
  const span = (from: number, to: number) => [
    { from: NOON + from * MINUTE_MS, to: NOON + to * MINUTE_MS },
  ];
  for (const [from, to, is] of [
    [-10, 0, false],
    [-10, 1, true],
    [4, 9, true],
    [5, 9, false],
  ] as const) {
    const during = span(from, to);
    expect([from, likelyCause(message(), context({ gaps: during }))]).toEqual([
      from,
      is ? "away" : undefined,
    ]);
    expect([
      from,
      likelyCause(message(), context({ refusals: during })),
    ]).toEqual([from, is ? "refused" : undefined]);
  }
});

test("a message of a service whose callbacks go elsewhere has that as its cause", () => {
  const servicesElsewhere = new Set([SERVICE]);
  const of = message({ messaging_service_sid: SERVICE });
  expect(likelyCause(of, context({ servicesElsewhere }))).toBe("no-url");
  expect(likelyCause(of, context())).toBeUndefined();
  expect(likelyCause(message(), context({ servicesElsewhere }))).toBe(
    undefined,
  );
});
