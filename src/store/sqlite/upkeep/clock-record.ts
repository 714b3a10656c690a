import type { Database } from "bun:sqlite";
import {
  afterReading,
  seenBefore,
  wasSetBack,
  type ClockRecord,
  type LastEvent,
} from "../../../time/clock.ts";
import type { ClockReading } from "../../upkeep.ts";

const HOUR_MS = 3_600_000;
/** Of the row in `upkeep_notes`. */
const NAME = "clock";

/**
 * The latest event up to the parameter, a time. Events that a clock dated after it say
 * nothing about now; when the last one recorded is such, the beginning of the latest
 * hour before it with a message.
 */
export const LATEST_EVENT = `
  SELECT max(at) AS latestAt FROM (
    SELECT at FROM (SELECT received_at AS at FROM events ORDER BY id DESC LIMIT 1) WHERE at <= ?1
    UNION ALL
    SELECT at FROM (SELECT hour * ${HOUR_MS} AS at FROM message_hours
      WHERE hour <= ?1 / ${HOUR_MS} ORDER BY hour DESC LIMIT 1)
  )`;
export type LatestEvent = { readonly latestAt: number | null };

/** Keeps what the clock says now, and returns what is known of it. */
export function readClock(db: Database, now: number): ClockReading {
  const reading = clockReading(db, now);
  db.query("INSERT OR REPLACE INTO upkeep_notes VALUES (?, ?)").run(
    NAME,
    JSON.stringify(reading.record),
  );
  return reading;
}

/** The same without keeping it. */
export function clockReading(db: Database, now: number): ClockReading {
  const { latestAt } =
    db.query<LatestEvent, [number]>(LATEST_EVENT).get(now) ?? {};
  const latestEventAt = latestAt ?? undefined;
  const { note } =
    db
      .query<{ note: string }, [string]>(
        "SELECT note FROM upkeep_notes WHERE name = ?",
      )
      .get(NAME) ?? {};
  // A database that has no reading yet was last written when its latest event came.
  const known: ClockRecord =
    note === undefined
      ? { seenAt: latestEventAt ?? now, gaps: [] }
      : JSON.parse(note);
  const last = db
    .query<LastEvent, []>(
      "SELECT id, received_at AS receivedAt FROM events ORDER BY id DESC LIMIT 1",
    )
    .get();
  return {
    now,
    record: afterReading(known, now, last ?? undefined),
    wasSetBack: wasSetBack(known, now),
    latestEventAt,
  };
}

/** See `seenBefore`. */
export function seenBeforeIn(db: Database, now: number, ms: number): number {
  return seenBefore(clockReading(db, now).record, now, ms);
}
