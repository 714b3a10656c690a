import {
  addMessage,
  changeOfAll,
  eachRollupRow,
  type Buckets,
  type Counted,
  type Key,
} from "../../core/rollup-changes.ts";
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

  return {
    /** Adds a message, or removes it: `by` is 1 or -1. */
    add: (message: Counted, by: 1 | -1) => addMessage(minutes, message, by),
    write(): void {
      if (minutes.size === 0) return;
      for (const [minute, bucket] of minutes) {
        const change = changeOfAll(bucket);
        if (change) addToMinute(change, minute);
      }
      eachRollupRow(minutes, clock.borders(), addToRow);
      minutes.clear();
    },
    received: (at: number) => clock.received(at),
    nextStep: () => clock.nextStep(),
  };
}
