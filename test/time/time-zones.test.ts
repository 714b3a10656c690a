import { expect, test } from "bun:test";
import {
  instantIn,
  isTimeZone,
  localDay,
  localMinutes,
} from "../../src/time/time-zones.ts";

const instant = (zone: string, day: string, minutes: number): string =>
  new Date(instantIn(zone, day, minutes)).toISOString();

test("a local time is found in any time zone, on both sides of a change of daylight saving time", () => {
  expect(instant("UTC", "2026-07-01", 540)).toBe("2026-07-01T09:00:00.000Z");
  expect(instant("Europe/Berlin", "2026-07-01", 540)).toBe(
    "2026-07-01T07:00:00.000Z",
  );
  expect(instant("Asia/Kolkata", "2026-10-25", 540)).toBe(
    "2026-10-25T03:30:00.000Z",
  );
  // Clocks skip from 2:00 to 3:00, and the first 2:30 of two counts.
  expect(instant("Europe/Berlin", "2026-03-29", 150)).toBe(
    "2026-03-29T01:30:00.000Z",
  );
  expect(instant("Europe/Berlin", "2026-10-25", 150)).toBe(
    "2026-10-25T00:30:00.000Z",
  );
  expect(instant("Europe/Berlin", "2026-10-25", 540)).toBe(
    "2026-10-25T08:00:00.000Z",
  );
});

test("the local day and time of an instant are those of its time zone", () => {
  const at = Date.UTC(2026, 0, 1, 3);
  expect(localDay("America/Los_Angeles", at)).toBe("2025-12-31");
  expect(localMinutes("America/Los_Angeles", at)).toBe(19 * 60);
  expect(localMinutes("Asia/Kolkata", at)).toBe(8 * 60 + 30);
});

test("only names of time zones are accepted", () => {
  for (const name of ["UTC", "Europe/Berlin", "America/New_York"])
    expect([name, isTimeZone(name)]).toEqual([name, true]);
  for (const name of [
    "",
    "Mars/Base",
    "+02:00",
    "Europe/Berlin\n",
    "x".repeat(999),
  ])
    expect([name, isTimeZone(name)]).toEqual([name, false]);
});
