import { expect, test } from "bun:test";
import { gapSentences, gapsOf } from "../../src/overview/gaps.ts";
import { NO_OUTCOMES } from "../../src/overview/outcomes.ts";
import { namedPeriod } from "../../src/time/time-range.ts";

const NOW = Date.parse("2026-11-23T10:05:30Z");
const HOUR_MS = 3_600_000;
const hours = (from: number, to: number) => ({
  from: NOW - from * HOUR_MS,
  to: NOW - to * HOUR_MS,
});

test("hours without a server are named for each of the periods that they fall into", () => {
  const period = namedPeriod("24h", NOW);
  const gaps = [
    { from: 0, to: NOW - 90 * HOUR_MS },
    hours(60, 40),
    hours(5, 3),
  ];
  const found = gapsOf(gaps, { period, before: NO_OUTCOMES });
  expect(found.now).toEqual([hours(5, 3)]);
  const [now, before] = gapSentences(found);
  expect(now).toStartWith("smsledger was off for 2 h of this period:");
  // From the beginning of the earlier period on.
  expect(before).toStartWith("smsledger was off for 8 h of the period that");
  expect(gapSentences(gapsOf(gaps, { period, before: undefined }))).toEqual(
    now === undefined ? [] : [now],
  );
});

test("the time before the first start isn't a gap", () => {
  const period = namedPeriod("24h", NOW);
  const found = gapsOf([{ from: 0, to: NOW }], { period, before: NO_OUTCOMES });
  expect(gapSentences(found)).toEqual([]);
});
