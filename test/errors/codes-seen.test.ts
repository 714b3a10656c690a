import { expect, test } from "bun:test";
import { codesSeen } from "../../src/errors/codes-seen.ts";
import { lost } from "../../src/overview/outcomes.ts";
import { namedPeriod } from "../../src/time/time-range.ts";

const HOUR_MS = 3_600_000;
const period = namedPeriod("24h", Date.parse("2026-11-23T10:05:00Z"));
const { from } = period.range;

const row = (
  key: number | null,
  hour: number,
  undelivered: number,
  delivered = 1,
) => ({
  key,
  at: from + hour * HOUR_MS,
  counts: { sent: 0, failed: 0, undelivered, delivered, read: 0 },
});

test("a code's messages add up across the periods, and the most frequent code comes first", () => {
  const seen = codesSeen(
    [row(30005, 0, 2), row(30003, 1, 4), row(null, 1, 9), row(30005, 23, 7)],
    period,
  );
  expect(
    seen.map(({ errorCode, outcomes }) => [
      errorCode,
      outcomes.messages,
      outcomes.undelivered,
    ]),
  ).toEqual([
    [30005, 11, 9],
    [30003, 5, 4],
  ]);
  expect(seen[0]?.trend).toEqual([
    3,
    ...Array.from({ length: 22 }, () => 0),
    8,
    0,
  ]);
});

test("undelivered messages can be counted alone, which leaves out codes of messages that were all delivered", () => {
  const seen = codesSeen(
    [row(63018, 0, 0, 40), row(30005, 0, 2, 50), row(30003, 1, 4, 0)],
    period,
    lost,
  );
  expect(seen.map(({ errorCode }) => errorCode)).toEqual([30003, 30005]);
  expect(seen[1]?.trend[0]).toBe(2);
});
