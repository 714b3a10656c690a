import { localDay, localMinutes } from "../time/time-zones.ts";

/**
 * Returns a time zone whose clocks show what all clocks in a country show at that time;
 * undefined where they differ, as in the United States, or where it isn't known.
 */
export function zoneOfCountry(country: string, at: number): string | undefined {
  const [first, ...others] = zonesOf(country);
  if (first === undefined) return undefined;
  const shown = clockOf(first, at);
  return others.every((zone) => clockOf(zone, at) === shown)
    ? first
    : undefined;
}

const known = new Map<string, readonly string[]>();

function zonesOf(country: string): readonly string[] {
  const zones =
    known.get(country) ??
    new Intl.Locale(`und-${country}`).getTimeZones?.() ??
    [];
  known.set(country, zones);
  return zones;
}

function clockOf(zone: string, at: number): string {
  return `${localDay(zone, at)} ${localMinutes(zone, at)}`;
}
