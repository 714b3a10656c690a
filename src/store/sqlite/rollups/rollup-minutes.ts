import type { Database } from "bun:sqlite";
import { statusRank, type EventStatus } from "../../../twilio/status.ts";
import {
  addMessage,
  type Buckets,
  type Counted,
} from "../../core/rollup-changes.ts";
import { createRollupRows } from "./rollup-rows.ts";
import {
  deliveryPlace,
  GRAINS,
  MINUTES_PER_HOUR,
} from "../../core/rollup-table.ts";

/** Hours whose messages are counted anew at most. */
const HOURS_MAX = 72;
/** Messages that one hour has at most for that: they are all read in each step. */
const MESSAGES_OF_HOUR_MAX = 250_000;
/** Minutes of one step, as callbacks wait for it. */
const STEP_MINUTES = 5;

const MINUTE_MS = 60_000;

type Row = Omit<Counted, "deliveryPlace"> & {
  readonly sentAt: number | null;
  readonly deliveredAt: number | null;
};

/** Makes rows of minutes that were removed, or never written, from the messages themselves. */
export function createMinutesAnew(db: Database) {
  const findExtent = db.prepare<
    { hours: number; messagesOfHour: number | null },
    [number, number]
  >(
    `SELECT count(*) AS hours, max(last_id - first_id) AS messagesOfHour
       FROM message_hours WHERE hour >= ? AND hour < ?`,
  );
  const findLatestHour = db.prepare<
    { hour: number; firstId: number; lastId: number },
    [number, number]
  >(
    `SELECT hour, first_id AS firstId, last_id AS lastId FROM message_hours
       WHERE hour >= ? AND hour < ? ORDER BY hour DESC LIMIT 1`,
  );
  const findMessages = db.prepare<Row, [number, number, number, number]>(
    `SELECT first_event_at / ${MINUTE_MS} AS minute, channel, status, error_code AS errorCode,
       country, from_id AS senderId, service_id AS serviceId,
       ${firstReceived("sent")} AS sentAt, ${firstReceived("delivered")} AS deliveredAt FROM messages
       WHERE id >= ? AND id <= ? AND first_event_at >= ? AND first_event_at < ?`,
  );
  const remove = db.prepare<unknown, [number, number]>(
    `DELETE FROM rollups WHERE grain = ${GRAINS.minute} AND bucket >= ? AND bucket < ?`,
  );
  const writeBucket = createRollupRows(db);

  return {
    /** Whether the messages of these minutes, from the first of an hour on, are so few that they can be counted anew. */
    areFew(from: number, until: number): boolean {
      const extent = findExtent.get(
        from / MINUTES_PER_HOUR,
        Math.ceil(until / MINUTES_PER_HOUR),
      );
      if (!extent) return true;
      const { hours, messagesOfHour } = extent;
      return (
        hours <= HOURS_MAX && (messagesOfHour ?? 0) <= MESSAGES_OF_HOUR_MAX
      );
    },
    /**
     * Counts the messages of the latest minutes of these, of the latest hour that has any.
     * Returns the minute from which on there are rows now.
     */
    count(from: number, until: number): number {
      const latest = findLatestHour.get(
        from / MINUTES_PER_HOUR,
        Math.ceil(until / MINUTES_PER_HOUR),
      );
      const first = latest ? firstOfStep(latest.hour, until) : from;
      // Some may be left, but no longer true.
      remove.run(first, until);
      if (!latest) return first;
      const minutes: Buckets = new Map();
      for (const { sentAt, deliveredAt, ...message } of findMessages.iterate(
        latest.firstId,
        latest.lastId,
        first * MINUTE_MS,
        until * MINUTE_MS,
      )) {
        const place =
          sentAt === null || deliveredAt === null
            ? null
            : deliveryPlace(Math.max(0, deliveredAt - sentAt));
        addMessage(minutes, { ...message, deliveryPlace: place }, 1);
      }
      for (const [minute, bucket] of minutes)
        writeBucket(GRAINS.minute, minute, bucket);
      return first;
    },
  };
}

/** When a message's first callback of this status was received, supplements included. */
function firstReceived(status: EventStatus): string {
  return `(SELECT min(received_at) FROM events
    WHERE message_id = messages.id AND status = ${statusRank(status)})`;
}

/** The first of the minutes before `until` that one step counts, in this hour. */
function firstOfStep(hour: number, until: number): number {
  const begin = hour * MINUTES_PER_HOUR;
  const end = Math.min(until, begin + MINUTES_PER_HOUR);
  return Math.max(begin, end - STEP_MINUTES);
}
