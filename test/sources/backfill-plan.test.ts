import { expect, test } from "bun:test";
import { backfillDays } from "../../src/cli/backfill.ts";
import { ConfigError } from "../../src/config/config.ts";
import { plannedDays } from "../../src/sources/backfill-plan.ts";
import { askedAgainAt } from "../../src/sources/reconcile.ts";
import type { BackfillNote } from "../../src/store/twilio-reading.ts";

const HOUR_MS = 3_600_000;
const at = (text: string) => Date.parse(`${text}Z`);
const noteOf = (aliveAt: string, dailyThrough: string): BackfillNote => ({
  aliveAt: at(aliveAt),
  dailyThrough,
  failure: null,
});

test.each([
  [
    "the first server reads nothing that was before it",
    undefined,
    "2026-12-01T12:00",
    [],
    "2026-11-30",
  ],
  [
    "a day is read an hour after its end",
    noteOf("2026-12-02T00:59", "2026-11-30"),
    "2026-12-02T00:59",
    [],
    "2026-11-30",
  ],
  [
    "a day is read an hour after its end",
    noteOf("2026-12-02T00:59", "2026-11-30"),
    "2026-12-02T01:00",
    ["2026-12-01"],
    "2026-12-01",
  ],
  [
    "a restart changes nothing",
    noteOf("2026-12-01T11:51", "2026-11-30"),
    "2026-12-01T12:00",
    [],
    "2026-11-30",
  ],
  [
    "hours without a server are read at once",
    noteOf("2026-12-01T11:00", "2026-11-30"),
    "2026-12-01T12:00",
    ["2026-12-01"],
    "2026-11-30",
  ],
  [
    "days without a server are read too, each once",
    noteOf("2026-11-28T11:00", "2026-11-27"),
    "2026-12-01T12:00",
    ["2026-11-28", "2026-11-29", "2026-11-30", "2026-12-01"],
    "2026-11-30",
  ],
  [
    "after a clock that was ahead, days are read from the last one that is over",
    noteOf("2027-12-01T11:00", "2027-11-30"),
    "2026-12-01T12:00",
    ["2026-11-30"],
    "2026-11-30",
  ],
] as const)("%s", (_, note, now, days, dailyThrough) => {
  expect(plannedDays(note, at(now))).toMatchObject({
    days: [...days],
    note: { aliveAt: at(now), dailyThrough, failure: null },
  });
});

test("a day is read again for its prices after one, three and seven days", () => {
  const note = noteOf("2026-12-02T00:59", "2026-11-30");
  expect(plannedDays(note, at("2026-12-02T00:59")).again).toEqual([]);
  expect(plannedDays(note, at("2026-12-02T01:00")).again).toEqual([
    "2026-11-30",
    "2026-11-28",
    "2026-11-24",
  ]);
});

test("days past retention aren't read", () => {
  const note = noteOf("2026-11-28T12:00", "2026-11-27");
  const planned = plannedDays(note, at("2026-12-01T12:00"), "2026-11-29");
  expect(planned.days).toEqual(["2026-11-29", "2026-11-30", "2026-12-01"]);
  expect(planned.again).toEqual([]);
});

test("after years without a server, the last 400 days are read", () => {
  const note = noteOf("2020-01-01T00:00", "2019-12-31");
  const { days } = plannedDays(note, at("2026-12-01T12:00"));
  expect(days).toHaveLength(400);
  expect(days.at(-1)).toBe("2026-12-01");
});

test("Twilio is asked again at growing intervals, up to three days", () => {
  const ages: number[] = [];
  let now: number | undefined = 0.25 * HOUR_MS;
  while (now !== undefined) {
    ages.push(now / HOUR_MS);
    now = askedAgainAt(0, now);
  }
  expect(ages).toEqual([0.25, 1, 4, 12, 24, 48, 72]);
});

const NOW = at("2026-12-01T12:00");

test("the command reads from a day to another, or to today", () => {
  expect(backfillDays({ from: "2026-11-29" }, NOW)).toEqual([
    "2026-11-29",
    "2026-11-30",
    "2026-12-01",
  ]);
  const range = { from: "2026-11-29", to: "2026-11-29" };
  expect(backfillDays(range, NOW)).toEqual(["2026-11-29"]);
  const ahead = { from: "2026-12-01", to: "2027-11-29" };
  expect(backfillDays(ahead, NOW)).toEqual(["2026-12-01"]);
});

test.each([
  [{}, "--from: is missing"],
  [{ from: "2026-02-30" }, "--from: must be a day, such as 2026-11-01"],
  [{ from: "yesterday" }, "--from: must be a day"],
  [{ from: "2026-12-02" }, "--from: must not be after today (2026-12-01)"],
  [{ from: "2026-11-02", to: "2026-11-01" }, "--to: must not be before --from"],
  [{ from: "2020-11-02" }, "--from: must be at most 1000 days before --to"],
])("%j is wrong usage", (flags, words) => {
  expect(() => backfillDays(flags, NOW)).toThrow(ConfigError);
  expect(() => backfillDays(flags, NOW)).toThrow(words);
});
