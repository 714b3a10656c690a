import { eventTime } from "../store/event-time.ts";
import { sourcePlace } from "../store/event-sources.ts";
import type { EventRow } from "../store/store.ts";

/**
 * When an event happened by Twilio's clock, of its entries (itself and its supplements) and
 * what confirmed them; null if no source says.
 */
export function occurredAt(entries: readonly EventRow[]): number | null {
  return eventTime(
    entries
      .flatMap((entry) => [entry, ...entry.confirmations])
      .map((report) => ({ ...report, source: sourcePlace(report.source) })),
  );
}
