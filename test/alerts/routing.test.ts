import { expect, test } from "bun:test";
import { endOfQuietHours, routesOf } from "../../src/alerts/routing.ts";
import type { AlertChannel } from "../../src/store/alert-channels.ts";
import { fc } from "../support/fast-check.ts";

const MINUTE_MS = 60_000;
const AT = Date.UTC(2026, 10, 24, 9);
const NIGHT = { from: 22 * 60, to: 7 * 60, timeZone: "Europe/Berlin" };

function channelOf(
  id: number,
  given: Partial<AlertChannel> = {},
): AlertChannel {
  return {
    id,
    kind: "slack",
    name: `channel ${id}`,
    severities: ["critical", "warning", "info"],
    quietHours: null,
    isOn: true,
    createdBy: "ana",
    createdAt: 0,
    ...given,
  };
}

const ids = (routes: readonly { readonly channelId: number }[]): number[] =>
  routes.map(({ channelId }) => channelId);

test("a notice goes to the channels that take its severity", () => {
  const channels = [
    channelOf(1, { severities: ["critical"] }),
    channelOf(2, { severities: ["warning", "info"] }),
    channelOf(3, { isOn: false }),
  ];
  const notice = { kind: "firing", at: AT } as const;
  const rule = { channelIds: null };
  expect(
    ids(routesOf({ ...notice, severity: "critical" }, rule, channels)),
  ).toEqual([1]);
  expect(
    ids(routesOf({ ...notice, severity: "info" }, rule, channels)),
  ).toEqual([2]);
});

test("a rule that names channels notifies only these, whatever they take", () => {
  const channels = [
    channelOf(1),
    channelOf(2, { severities: [] }),
    channelOf(3),
  ];
  const notice = { kind: "firing", severity: "warning", at: AT } as const;
  expect(ids(routesOf(notice, { channelIds: [2, 4] }, channels))).toEqual([2]);
});

test("only channels that follow alerts are told of acknowledgments", () => {
  const channels = [channelOf(1), channelOf(2, { kind: "pagerduty" })];
  const notice = { kind: "acknowledged", severity: "warning", at: AT } as const;
  expect(ids(routesOf(notice, { channelIds: null }, channels))).toEqual([2]);
});

test("in quiet hours, only critical notices are sent, and the others when they end", () => {
  const night = Date.UTC(2026, 10, 24, 23, 30, 30);
  const channels = [channelOf(1, { quietHours: NIGHT })];
  const notice = { kind: "firing", at: night } as const;
  const rule = { channelIds: null };
  expect(routesOf({ ...notice, severity: "critical" }, rule, channels)).toEqual(
    [{ channelId: 1, sendAt: night }],
  );
  expect(routesOf({ ...notice, severity: "warning" }, rule, channels)).toEqual([
    // Seven in the morning in Berlin.
    { channelId: 1, sendAt: Date.UTC(2026, 10, 25, 6) },
  ]);
});

test("quiet hours end at the right time of the day when the clocks are changed", () => {
  for (const [at, end] of [
    // Back to winter time at 3:00 on October 25; forward to summer time at 2:00 on March 28.
    [Date.UTC(2026, 9, 24, 21), Date.UTC(2026, 9, 25, 6)],
    [Date.UTC(2027, 2, 27, 22), Date.UTC(2027, 2, 28, 5)],
  ] as const)
    expect(endOfQuietHours(NIGHT, at)).toBe(end);
});

/** By Intl, minute by minute. */
function firstMinuteOutside(
  { from, to, timeZone }: typeof NIGHT,
  at: number,
): number {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
  });
  for (let time = at; ; time = (Math.floor(time / MINUTE_MS) + 1) * MINUTE_MS) {
    const [hours = 0, minutes = 0] = format.format(time).split(":").map(Number);
    const minute = hours * 60 + minutes;
    const isAfter = minute >= from;
    const isBefore = minute < to;
    if (from < to ? !(isAfter && isBefore) : !(isAfter || isBefore))
      return time;
  }
}

/** When clocks are next set forward, and back. */
const CHANGES: Readonly<Record<string, readonly number[]>> = {
  "Europe/Berlin": [Date.UTC(2027, 2, 28, 1), Date.UTC(2026, 9, 25, 1)],
  "America/New_York": [Date.UTC(2027, 2, 14, 7), Date.UTC(2026, 10, 1, 6)],
  "America/St_Johns": [
    Date.UTC(2027, 2, 14, 5, 30),
    Date.UTC(2026, 10, 1, 4, 30),
  ],
  // By half an hour.
  "Australia/Lord_Howe": [
    Date.UTC(2026, 9, 3, 15, 30),
    Date.UTC(2027, 3, 3, 15),
  ],
  // At midnight.
  "Africa/Cairo": [Date.UTC(2027, 3, 29, 22), Date.UTC(2026, 9, 29, 21)],
};

test("quiet hours end when clocks first show a time outside of them, whenever clocks are set forward or back", () => {
  const minute = fc.integer({ min: 0, max: 24 * 60 - 1 });
  // Most changes are between midnight and four.
  const near = fc.oneof(minute, fc.integer({ min: 0, max: 240 }));
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.entries(CHANGES)),
      fc.boolean(),
      near,
      near,
      fc.integer({ min: -30 * 3_600, max: 4 * 3_600 }),
      ([timeZone, [forward = 0, back = 0]], isBack, from, to, seconds) => {
        fc.pre(from !== to);
        const hours = { from, to, timeZone };
        const at = (isBack ? back : forward) + seconds * 1_000;
        expect(endOfQuietHours(hours, at)).toBe(firstMinuteOutside(hours, at));
      },
    ),
    { numRuns: 300 },
  );
});

test.each([
  // 2:30 is skipped: clocks show 3:00 instead.
  [150, Date.UTC(2027, 2, 27, 23), Date.UTC(2027, 2, 28, 1)],
  // 2:30 comes twice, and quiet hours that have begun again end again.
  [150, Date.UTC(2026, 9, 24, 23), Date.UTC(2026, 9, 25, 0, 30)],
  [150, Date.UTC(2026, 9, 25, 1, 10), Date.UTC(2026, 9, 25, 1, 30)],
])(
  "quiet hours until minute %d of the day that begin before %d end at %d",
  (to, at, end) => {
    expect(endOfQuietHours({ ...NIGHT, to }, at)).toBe(end);
  },
);

test("quiet hours of one day, and their ends", () => {
  const lunch = { from: 12 * 60, to: 13 * 60, timeZone: "UTC" };
  const at = (hour: number, minute = 0) => Date.UTC(2026, 10, 24, hour, minute);
  expect(endOfQuietHours(lunch, at(11, 59))).toBe(at(11, 59));
  expect(endOfQuietHours(lunch, at(12))).toBe(at(13));
  expect(endOfQuietHours(lunch, at(12, 59))).toBe(at(13));
  expect(endOfQuietHours(lunch, at(13))).toBe(at(13));
});
