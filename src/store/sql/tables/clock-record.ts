import {
  afterReading,
  seenBefore,
  wasSetBack,
  type ClockRecord,
} from "../../../time/clock.ts";
import type { ClockReading } from "../../upkeep.ts";
import type { Db } from "../dialect.ts";
import { lastEventAt } from "../reading/event-reader.ts";
import { keepNote, noteOf } from "./upkeep-notes.ts";

const NAME = "clock";

/** Keeps what the clock says now, and returns what is known of it. */
export async function readClock(db: Db, now: number): Promise<ClockReading> {
  const reading = await clockReading(db, now);
  await keepNote(db, NAME, reading.record);
  return reading;
}

/** The same without keeping it. */
export async function clockReading(db: Db, now: number): Promise<ClockReading> {
  const latestEventAt = await lastEventAt(db, now);
  const note = await noteOf(db, NAME);
  // A database without a reading was last written when its latest event came.
  const known: ClockRecord =
    note === undefined
      ? { seenAt: latestEventAt ?? now, gaps: [] }
      : JSON.parse(note);
  const last = await db
    .selectFrom("events")
    .select(["id", "received_at as receivedAt"])
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return {
    now,
    record: afterReading(known, now, last),
    wasSetBack: wasSetBack(known, now),
    latestEventAt,
  };
}

/** See `seenBefore`. */
export async function seenBeforeIn(
  db: Db,
  now: number,
  ms: number,
): Promise<number> {
  return seenBefore((await clockReading(db, now)).record, now, ms);
}
