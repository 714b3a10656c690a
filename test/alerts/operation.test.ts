import { expect, test } from "bun:test";
import {
  afterEvaluation,
  operatingSince,
  wasSetBack,
} from "../../src/alerts/operation.ts";
import type { EvaluatorRecord } from "../../src/store/alerts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const T0 = Date.UTC(2026, 10, 24, 9);

/** Evaluates every minute up to and including a time. */
function runUntil(record: EvaluatorRecord, until: number): EvaluatorRecord {
  let next = record;
  for (let at = record.ranAt + MINUTE_MS; at <= until; at += MINUTE_MS)
    next = afterEvaluation(next, at, false);
  return next;
}

const started: EvaluatorRecord = { ranAt: T0, startedAt: T0, gaps: [] };

test("a late evaluation is no gap, and a restart within two minutes isn't one either", () => {
  const late = afterEvaluation(started, T0 + 2 * MINUTE_MS, false);
  expect(late).toEqual({ ...started, ranAt: T0 + 2 * MINUTE_MS });
  const again = afterEvaluation(late, T0 + 4 * MINUTE_MS, true);
  expect(again).toMatchObject({ startedAt: T0 + 4 * MINUTE_MS, gaps: [] });
});

test("time in which the server was off doesn't count as operation", () => {
  const off = runUntil(started, T0 + HOUR_MS);
  const back = afterEvaluation(off, T0 + 5 * HOUR_MS, true);
  const now = T0 + 5 * HOUR_MS + 10 * MINUTE_MS;
  const record = runUntil(back, now);
  expect(operatingSince(record, now, 10 * MINUTE_MS)).toBe(T0 + 5 * HOUR_MS);
  expect(operatingSince(record, now, 30 * MINUTE_MS)).toBe(
    T0 + HOUR_MS - 20 * MINUTE_MS,
  );
});

test("a clock that was ahead leaves a gap until it was right again", () => {
  const right = runUntil(started, T0 + HOUR_MS);
  const ahead = runUntil(
    afterEvaluation(right, T0 + 9 * HOUR_MS, false),
    T0 + 9 * HOUR_MS + 20 * MINUTE_MS,
  );
  const now = T0 + HOUR_MS + 21 * MINUTE_MS;
  expect(wasSetBack(ahead, now)).toBe(true);
  const record = afterEvaluation(ahead, now, false);
  expect(record.gaps).toEqual([{ from: T0 + HOUR_MS, to: now }]);
  expect(record.startedAt).toBe(now);
  const later = runUntil(record, now + 5 * MINUTE_MS);
  expect(operatingSince(later, now + 5 * MINUTE_MS, 15 * MINUTE_MS)).toBe(
    T0 + HOUR_MS - 10 * MINUTE_MS,
  );
});

test("before the first evaluation, nothing is known", () => {
  const first = afterEvaluation(undefined, T0, true);
  expect(operatingSince(first, T0, MINUTE_MS)).toBeLessThan(0);
  const later = runUntil(first, T0 + HOUR_MS);
  expect(operatingSince(later, T0 + HOUR_MS, HOUR_MS)).toBe(T0);
});

test("the number of gaps is limited, and what was forgotten counts as a gap", () => {
  let record = started;
  for (let n = 1; n <= 80; n++)
    record = afterEvaluation(record, T0 + n * HOUR_MS, true);
  expect(record.gaps).toHaveLength(50);
  expect(record.gaps[0]).toEqual({ from: T0, to: T0 + 31 * HOUR_MS });
});
