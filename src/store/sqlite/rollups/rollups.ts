import {
  addMessage,
  changeOfAll,
  dimensionAndCode,
  longer,
  type Buckets,
  type Counted,
  type Key,
} from "../../core/rollup-changes.ts";
import {
  DAYS_PER_WEEK,
  GRAINS,
  HOURS_PER_DAY,
  MINUTES_PER_HOUR,
} from "../../core/rollup-table.ts";
import type { Transactions } from "../connection/transactions.ts";
import { createCountedRows } from "./counted-rows.ts";
import { createRollupClock } from "./rollup-clock.ts";

/**
 * Counts of messages: the tables `rollups`, see rollup-table.ts, and `message_minutes`, the
 * messages first seen in each minute since 1970 by status, kept as long as the messages
 * are, so that any two times can be compared to the minute. Changes are collected while a
 * batch is recorded and written once at its end, so that what a message leaves and what
 * it joins is one write where it's one row.
 */
export function createRollups(transactions: Transactions) {
  const { db } = transactions;
  const clock = createRollupClock(transactions);
  const addToRow = createCountedRows<[number, number, number, number, Key]>(
    db,
    "rollups",
    ["grain", "bucket", "dimension", "error_code", "key"],
  );
  const addToMinute = createCountedRows<[number]>(db, "message_minutes", [
    "minute",
  ]);
  const minutes: Buckets = new Map();
  transactions.onStale(() => minutes.clear());

  const writeRows = (grain: number, buckets: Buckets, from = 0): void => {
    for (const [at, bucket] of buckets) {
      if (at < from) continue;
      for (const [group, changes] of bucket) {
        const [dimension, errorCode] = dimensionAndCode(group);
        for (const [key, change] of changes)
          addToRow(change, grain, at, dimension, errorCode, key);
      }
    }
  };
  return {
    /** Adds a message, or removes it: `by` is 1 or -1. */
    add: (message: Counted, by: 1 | -1) => addMessage(minutes, message, by),
    write(): void {
      if (minutes.size === 0) return;
      const { minutesFrom, hoursUntil, daysUntil, weeksUntil } =
        clock.borders();
      for (const [minute, bucket] of minutes) {
        const change = changeOfAll(bucket);
        if (change) addToMinute(change, minute);
      }
      const hours = longer(minutes, MINUTES_PER_HOUR, hoursUntil);
      const days = longer(hours, HOURS_PER_DAY, daysUntil);
      const weeks = longer(days, DAYS_PER_WEEK, weeksUntil);
      writeRows(GRAINS.minute, minutes, minutesFrom);
      writeRows(GRAINS.hour, hours);
      writeRows(GRAINS.day, days);
      writeRows(GRAINS.week, weeks);
      minutes.clear();
    },
    received: (at: number) => clock.received(at),
    nextStep: () => clock.nextStep(),
  };
}
