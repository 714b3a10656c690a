import type { AlertChannel, QuietHours } from "../store/alert-channels.ts";
import type { AlertRule, AlertSeverity } from "../store/alerts.ts";
import { CHANNEL_KINDS } from "./channels/channels.ts";
import type { Notice } from "./notice.ts";

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;

/** A channel that takes a notice, and when it's sent. */
export type Route = { readonly channelId: number; readonly sendAt: number };

/**
 * Returns which channels take a notice, and when: those that the rule names, or otherwise all
 * that take its severity. In its quiet hours, a channel gets only what is critical; the rest
 * is sent when they end.
 */
export function routesOf(
  { kind, severity, at }: Pick<Notice, "kind" | "severity" | "at">,
  rule: Pick<AlertRule, "channelIds"> | undefined,
  channels: readonly AlertChannel[],
): Route[] {
  const named = rule?.channelIds ?? null;
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

/** Returns when quiet hours end that have begun; `at` itself outside of them. */
export function endOfQuietHours(
  { from, to, timeZone }: QuietHours,
  at: number,
): number {
  const minute = minuteOfDay(timeZone, at);
  const isQuiet =
    from <= to ? minute >= from && minute < to : minute >= from || minute < to;
  if (!isQuiet) return at;
  const begun = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const left = (to - minute + DAY_MINUTES) % DAY_MINUTES;
  const end = begun + left * MINUTE_MS;
  // Where the clocks are changed meanwhile, the end is an hour earlier or later.
  const off = to - minuteOfDay(timeZone, end);
  const shift =
    ((((off + DAY_MINUTES / 2) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES) -
    DAY_MINUTES / 2;
  return end + shift * MINUTE_MS;
}

function minuteOfDay(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const value = (type: "hour" | "minute"): number =>
    Number(parts.find((part) => part.type === type)?.value);
  return value("hour") * 60 + value("minute");
}
