import { expect, test } from "bun:test";
import { outcomesBySpan } from "../../src/overview/by-span.ts";
import { biggestGroups, worstGroups } from "../../src/overview/breakdown.ts";
import {
  deliveryRate,
  ended,
  lost,
  outcomesOf,
} from "../../src/overview/outcomes.ts";
import type { StatusCounts, TallyRow } from "../../src/store/tally.ts";
import { namedPeriod } from "../../src/time/time-range.ts";

const NONE: StatusCounts = {
  sent: 0,
  failed: 0,
  undelivered: 0,
  delivered: 0,
  read: 0,
};

test("read counts as delivered, and in flight counts as neither", () => {
  const outcomes = outcomesOf({
    sent: 5,
    failed: 1,
    undelivered: 2,
    delivered: 6,
    read: 1,
  });
  expect(outcomes).toEqual({
    messages: 15,
    arrived: 7,
    inFlight: 5,
    undelivered: 2,
    failed: 1,
  });
  expect([ended(outcomes), lost(outcomes)]).toEqual([10, 3]);
  expect(deliveryRate(outcomes)).toBe(0.7);
  expect(deliveryRate(outcomesOf({ ...NONE, sent: 3 }))).toBeUndefined();
});

test("every span of a period has its outcomes, even without messages and if the first is partial", () => {
  const now = Date.parse("2026-11-23T10:05:00Z");
  const period = {
    ...namedPeriod("7d", now),
    range: {
      from: Date.parse("2026-11-20T08:00:00Z"),
      to: Date.parse("2026-11-21T08:00:00Z"),
    },
  };
  // The tally's spans are counted from 1970, so the first one begins before the range.
  const spans = outcomesBySpan(
    [
      row("2026-11-20T06:00:00Z", { delivered: 1 }),
      row("2026-11-21T06:00:00Z", { delivered: 1 }),
      // With another error code.
      row("2026-11-21T06:00:00Z", { delivered: 1 }),
    ],
    period,
  );
  expect(
    spans.map(({ span, outcomes }) => [
      new Date(span.from).toISOString().slice(5, 13),
      outcomes.messages,
    ]),
  ).toEqual([
    ["11-20T08", 1],
    ["11-20T12", 0],
    ["11-20T18", 0],
    ["11-21T00", 0],
    ["11-21T06", 2],
  ]);
});

test("groups are ranked by failure rate from 20 finished messages on", () => {
  const rows = [
    group("DE", { delivered: 90, failed: 10 }),
    group("FR", { delivered: 15, undelivered: 5 }),
    group("GB", { delivered: 15, failed: 4, sent: 100 }),
    group(null, { delivered: 40 }),
  ];
  expect(
    worstGroups(rows, 9).map(({ key, failureRate }) => [key, failureRate]),
  ).toEqual([
    ["FR", 0.25],
    ["DE", 0.1],
  ]);
  expect(worstGroups(rows, 1)).toHaveLength(1);
  expect(biggestGroups(rows, 2).map(({ key }) => key)).toEqual(["GB", "DE"]);
});

function row(at: string, counts: Partial<StatusCounts>): TallyRow {
  return { key: null, at: Date.parse(at), counts: { ...NONE, ...counts } };
}

function group(key: string | null, counts: Partial<StatusCounts>): TallyRow {
  return { key, at: 0, counts: { ...NONE, ...counts } };
}
