import { expect, test } from "bun:test";
import { endOfQuietHours, routesOf } from "../../src/alerts/routing.ts";
import type { AlertChannel } from "../../src/store/alert-channels.ts";

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

test("quiet hours of one day, and their ends", () => {
  const lunch = { from: 12 * 60, to: 13 * 60, timeZone: "UTC" };
  const at = (hour: number, minute = 0) => Date.UTC(2026, 10, 24, hour, minute);
  expect(endOfQuietHours(lunch, at(11, 59))).toBe(at(11, 59));
  expect(endOfQuietHours(lunch, at(12))).toBe(at(13));
  expect(endOfQuietHours(lunch, at(12, 59))).toBe(at(13));
  expect(endOfQuietHours(lunch, at(13))).toBe(at(13));
});
