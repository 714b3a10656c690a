import type { Database } from "bun:sqlite";
import { afterReading, seenBefore, type ClockRecord } from "../../clock.ts";
import type { ClockReading } from "../upkeep.ts";

const HOUR_MS = 3_600_000;
/** Of the row in `upkeep_notes`. */
const NAME = "clock";

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
  const latestEventAt = latestUntil(db, now);
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
  return { now, record: afterReading(known, now), latestEventAt };
}

/** See `seenBefore`. */
export function seenBeforeIn(db: Database, now: number, ms: number): number {
  return seenBefore(clockReading(db, now).record, now, ms);
}

/** Events received while the clock ran ahead are not looked at; they say nothing about now. */
function latestUntil(db: Database, now: number): number | undefined {
  const row = db
    .query<{ latest: number | null }, [number, number]>(
      `SELECT max(at) AS latest FROM (
         SELECT received_at AS at FROM (SELECT received_at FROM events ORDER BY id DESC LIMIT 1)
           WHERE received_at <= ?
         UNION ALL SELECT at FROM (SELECT hour * ${HOUR_MS} AS at FROM message_hours
           WHERE hour <= ? ORDER BY hour DESC LIMIT 1)
       )`,
    )
    .get(now, Math.floor(now / HOUR_MS));
  return row?.latest ?? undefined;
}
