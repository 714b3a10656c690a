import { expect, test } from "bun:test";
import {
  boundaryAfter,
  boundaryUpTo,
  duePeriod,
  firstPeriod,
} from "../../src/digest/periods.ts";
import { fc } from "../support/fast-check.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BERLIN = {
  frequency: "daily",
  timeZone: "Europe/Berlin",
  hour: 8,
} as const;

const at = (text: string) => Date.parse(text);

test("a daily digest is due at the same local time, also across daylight saving time", () => {
  const due: string[] = [];
  let next = at("2026-03-27T12:00:00Z");
  for (let i = 0; i < 3; i++) {
    next = boundaryAfter(BERLIN, next);
    due.push(new Date(next).toISOString());
  }
  expect(due).toEqual([
    "2026-03-28T07:00:00.000Z",
    "2026-03-29T06:00:00.000Z",
    "2026-03-30T06:00:00.000Z",
  ]);
  const autumn = boundaryAfter(BERLIN, at("2026-10-24T06:00:00Z"));
  expect((autumn - at("2026-10-24T06:00:00Z")) / HOUR_MS).toBe(25);
});

test("a weekly digest is due on Mondays", () => {
  const weekly = { ...BERLIN, frequency: "weekly" } as const;
  const next = boundaryAfter(weekly, at("2026-11-24T12:00:00Z"));
  expect(new Date(next).toISOString()).toBe("2026-11-30T07:00:00.000Z");
  expect(boundaryAfter(weekly, next) - next).toBe(7 * DAY_MS);
  expect(boundaryUpTo(weekly, next)).toBe(next);
  expect(boundaryUpTo(weekly, next - 1)).toBe(next - 7 * DAY_MS);
});

test("periods follow each other without a gap, in every time zone, and end at whole hours", () => {
  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Pacific/Apia",
  ];
  fc.assert(
    fc.property(
      fc.record({
        timeZone: fc.constantFrom(...zones),
        hour: fc.nat({ max: 23 }),
        frequency: fc.constantFrom("daily" as const, "weekly" as const),
        start: fc.integer({
          min: at("2025-01-01T00:00:00Z"),
          max: at("2028-01-01T00:00:00Z"),
        }),
      }),
      ({ start, ...when }) => {
        const first = firstPeriod(when, start);
        expect(first.dueAt).toBeGreaterThan(start);
        expect(first.from).toBeLessThan(first.dueAt);
        let from = first.dueAt;
        for (let i = 0; i < 4; i++) {
          const dueAt = boundaryAfter(when, from);
          const days = when.frequency === "daily" ? 1 : 7;
          expect(Math.abs(dueAt - from - days * DAY_MS)).toBeLessThanOrEqual(
            HOUR_MS,
          );
          expect(dueAt % HOUR_MS).toBe(0);
          expect(boundaryUpTo(when, dueAt)).toBe(dueAt);
          expect(boundaryUpTo(when, dueAt - 1)).toBe(from);
          from = dueAt;
        }
      },
    ),
    { numRuns: 200 },
  );
});

test("after new settings, the next digest begins where the last one ended", () => {
  const now = at("2026-11-24T12:00:00Z");
  const lastEnd = at("2026-11-24T07:00:00Z");
  const later = { ...BERLIN, timeZone: "America/New_York", hour: 9 };
  expect(firstPeriod(later, now, lastEnd)).toEqual({
    from: lastEnd,
    dueAt: at("2026-11-24T14:00:00Z"),
  });
  // One that ended long ago isn't continued.
  expect(firstPeriod(BERLIN, now, at("2026-01-01T00:00:00Z")).from).toBe(
    lastEnd,
  );
});

test("a digest that is late covers what was missed, up to a month", () => {
  const digest = {
    ...BERLIN,
    from: at("2026-11-23T07:00:00Z"),
    dueAt: at("2026-11-24T07:00:00Z"),
  };
  expect(duePeriod(digest, at("2026-11-27T10:00:00Z"))).toEqual({
    from: digest.from,
    to: at("2026-11-27T07:00:00Z"),
  });
  const { from, to } = duePeriod(digest, at("2027-06-01T10:00:00Z"));
  expect(to - from).toBe(31 * DAY_MS);
});
