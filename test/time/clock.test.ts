import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import {
  afterReading,
  seenBefore,
  wasSetBack,
  type ClockRecord,
} from "../../src/time/clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const BEGIN = Date.UTC(2026, 10, 23);
const EMPTY: ClockRecord = { seenAt: BEGIN, gaps: [] };

const after = (...days: number[]): ClockRecord =>
  days.reduce(
    (record, day) => afterReading(record, BEGIN + day * DAY_MS),
    EMPTY,
  );
/** Returns the day since which `days` have passed, by a clock that says `now`. */
const since = (record: ClockRecord, now: number, days: number): number =>
  (seenBefore(record, BEGIN + now * DAY_MS, days * DAY_MS) - BEGIN) / DAY_MS;

test("time that is read at least once a day counts in full", () => {
  expect(since(after(0.5, 1.5, 2, 3), 3, 2)).toBe(1);
  expect(since(EMPTY, 0, 30)).toBe(-30);
});

test("a clock jump makes nothing older", () => {
  const jumped = after(1, 701, 702);
  expect(since(jumped, 702, 1)).toBe(701);
  expect(since(jumped, 702, 3)).toBe(-1);
});

test("a jump that is undone leaves no trace", () => {
  expect(after(1, 701, 702, 2, 3).gaps).toEqual(after(1, 2, 3).gaps);
});

test("a clock that starts in the past after each boot, as without a battery, loses no time", () => {
  expect(after(1, -20_000, 2, -20_000, 3)).toEqual(after(1, 2, 3));
});

test("events recorded while the clock was behind aren't old until that much time has passed", () => {
  const day = (at: number) => BEGIN + at * DAY_MS;
  let record = afterReading(EMPTY, day(0), { id: 1, receivedAt: day(0) });
  // A month behind: an event is recorded, and the clock is corrected.
  record = afterReading(record, day(-30), { id: 2, receivedAt: day(-30) });
  const kept = (now: number): number => {
    record = afterReading(record, day(now), {
      id: 2 + now,
      receivedAt: day(now),
    });
    return since(record, now, 3);
  };
  for (const now of [1, 2, 3]) expect(kept(now)).toBe(-30);
  expect(kept(4)).toBe(1);
  // A weekend without events is normal.
  for (const now of [5, 6, 7, 8])
    record = afterReading(record, day(now), { id: 6, receivedAt: day(4) });
  expect(since(record, 8, 3)).toBe(5);
});

test("a clock that was ahead from the start and is corrected counts as right after a day", () => {
  let record: ClockRecord = { ...EMPTY, eventId: 0 };
  const read = (day: number): void => {
    const now = BEGIN + day * DAY_MS;
    record = afterReading(record, now, { id: day + 1_000, receivedAt: now });
  };
  for (const day of [0, 1, 2]) read(day);
  const ahead = record;
  expect(wasSetBack(ahead, BEGIN - 700 * DAY_MS)).toBe(true);
  for (let day = -700; day <= -690; day++) read(day);
  expect(wasSetBack(record, BEGIN - 690 * DAY_MS)).toBe(false);
  expect(record.seenAt).toBe(BEGIN - 690 * DAY_MS);
  expect(since(record, -690, 3)).toBe(-693);
});

test("whatever the clock does, nothing is old until it has been there that long", () => {
  const step = fc.record({
    passesMs: fc.integer({ min: 0, max: DAY_MS }),
    clock: fc.option(
      fc.oneof(
        fc.integer({ min: -800, max: -2 }),
        fc.integer({ min: 2, max: 800 }),
      ),
      { freq: 6 },
    ),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 200, size: "max" }),
      fc.integer({ min: 1, max: 30 }),
      (steps, days) => {
        let real = BEGIN;
        /** How far the clock is ahead. */
        let ahead = 0;
        let record: ClockRecord = { ...EMPTY, eventId: 0 };
        let events = 0;
        const written: { real: number; at: number }[] = [];
        for (const { passesMs, clock } of steps) {
          real += passesMs;
          // Something was recorded since the previous reading.
          events++;
          // From right to wrong, and back to right.
          if (clock !== null) ahead = ahead === 0 ? clock * DAY_MS : 0;
          const at = real + ahead;
          record = afterReading(record, at, { id: events, receivedAt: at });
          const before = seenBefore(record, at, days * DAY_MS);
          // A day's clock jump can pass for a day when the server was off.
          for (const each of written)
            if (each.at < before)
              expect(real - each.real).toBeGreaterThanOrEqual(
                (days - 1) * DAY_MS,
              );
          written.push({ real, at });
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

test("the record stays small", () => {
  let record = EMPTY;
  for (let week = 1; week < 500; week++)
    record = afterReading(record, BEGIN + week * 7 * DAY_MS);
  expect(record.gaps.length).toBeLessThanOrEqual(100);
  expect(since(record, 499 * 7, 1)).toBe(-1);
});
