import type { Database } from "bun:sqlite";
import {
  addMessage,
  longer,
  type Buckets,
  type Counted,
} from "../../core/rollup-changes.ts";
import { createMessageMinutes } from "../recording/message-minutes.ts";
import { createRollupClock } from "./rollup-clock.ts";
import { createRollupRows } from "./rollup-rows.ts";
import {
  DAYS_PER_WEEK,
  GRAINS,
  HOURS_PER_DAY,
  MINUTES_PER_HOUR,
} from "../../core/rollup-table.ts";

/**
 * Counts of messages, see rollup-table.ts. Changes are collected while a batch is
 * recorded and written once at its end, so that what a message leaves and what it
 * comes to meet in one row.
 */
export function createRollups(db: Database) {
  const clock = createRollupClock(db);
  const writeBucket = createRollupRows(db);
  const writeMinutes = createMessageMinutes(db);
  const minutes: Buckets = new Map();
  return {
    /** Adds a message, or takes it out: `by` is 1 or -1. */
    add: (message: Counted, by: 1 | -1) => addMessage(minutes, message, by),
    write(): void {
      if (minutes.size === 0) return;
      const { minutesFrom, hoursUntil, daysUntil, weeksUntil } =
        clock.borders();
      writeMinutes(minutes);
      for (const [minute, bucket] of minutes)
        if (minute >= minutesFrom) writeBucket(GRAINS.minute, minute, bucket);
      const hours = longer(minutes, MINUTES_PER_HOUR, hoursUntil);
      for (const [hour, bucket] of hours)
        writeBucket(GRAINS.hour, hour, bucket);
      const days = longer(hours, HOURS_PER_DAY, daysUntil);
      for (const [day, bucket] of days) writeBucket(GRAINS.day, day, bucket);
      const weeks = longer(days, DAYS_PER_WEEK, weeksUntil);
      for (const [week, bucket] of weeks)
        writeBucket(GRAINS.week, week, bucket);
      minutes.clear();
    },
    heard: (receivedAt: number) => clock.heard(receivedAt),
    nextStep: () => clock.nextStep(),
    forget(): void {
      minutes.clear();
      clock.forget();
    },
  };
}
