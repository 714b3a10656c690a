import type { AlertChannel, QuietHours } from "../store/alert-channels.ts";
import type { AlertFacts, AlertSeverity } from "../store/alerts.ts";
import { clockChange, localMinutes } from "../time/time-zones.ts";
import { CHANNEL_KINDS } from "./channels/channels.ts";
import type { Notice } from "./notice.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/** A channel that takes a notice, and when it's sent. */
export type Route = { readonly channelId: number; readonly sendAt: number };

/**
 * Returns which channels take a notice, and when: those that its rule names, or otherwise all
 * that take its severity. In its quiet hours, a channel gets only what is critical; the rest
 * is sent when they end.
 */
export function routesOf(
  { kind, severity, at }: Pick<Notice, "kind" | "severity" | "at">,
  { channelIds: named }: Pick<AlertFacts, "channelIds">,
  channels: readonly AlertChannel[],
): Route[] {
  return channels.flatMap((channel) => {
    const takes =
      channel.isOn &&
      (named === null
        ? channel.severities.includes(severity)
        : named.includes(channel.id)) &&
      (kind !== "acknowledged" || CHANNEL_KINDS[channel.kind].followsAlerts);
    return takes
      ? [{ channelId: channel.id, sendAt: sendAt(channel, severity, at) }]
      : [];
  });
}

function sendAt(
  { quietHours }: AlertChannel,
  severity: AlertSeverity,
  at: number,
): number {
  return quietHours === null || severity === "critical"
    ? at
    : endOfQuietHours(quietHours, at);
}

/**
 * Returns when quiet hours end that have begun: the first time at which clocks show one outside
 * of them, also where daylight saving time skips or repeats it. `at` itself outside of them.
 */
export function endOfQuietHours(
  { from, to, timeZone }: QuietHours,
  at: number,
): number {
  for (let time = at; ;) {
    const minute = localMinutes(timeZone, time);
    const isQuiet =
      from <= to
        ? minute >= from && minute < to
        : minute >= from || minute < to;
    if (!isQuiet) return time;
    const left = (to - minute + DAY_MINUTES) % DAY_MINUTES;
    const end = (Math.floor(time / MINUTE_MS) + left) * MINUTE_MS;
    time = clockChange(timeZone, time, end) ?? end;
  }
}
