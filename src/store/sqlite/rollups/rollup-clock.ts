import { Mistake } from "../../../log/failure.ts";
import {
  hoursRun,
  nextClockStep,
  type ClockStep,
} from "../../core/rollup-clock.ts";
import type { RollupBorders } from "../../core/rollup-table.ts";
import type { Transactions } from "../connection/transactions.ts";
import { createRollupSums } from "./rollup-sums.ts";

const MINUTE_MS = 60_000;

/** Work for one transaction, which no callback waits for when it starts. */
export type Step = () => void;

/** Moves the borders of the rollups along with the clock; see `nextClockStep`. */
export function createRollupClock({ db, onStale }: Transactions) {
  const find = db.prepare<RollupBorders, []>(
    `SELECT minutes_from AS minutesFrom, hours_until AS hoursUntil, days_until AS daysUntil,
       weeks_until AS weeksUntil FROM rollup_clock`,
  );
  const put = db.prepare<unknown, [number, number, number, number]>(
    "UPDATE rollup_clock SET minutes_from = ?, hours_until = ?, days_until = ?, weeks_until = ?",
  );
  const findLatest = db.prepare<{ receivedAt: number }, []>(
    "SELECT received_at AS receivedAt FROM events ORDER BY id DESC LIMIT 1",
  );
  const findHour = db.prepare<unknown, [number, number]>(
    "SELECT 1 FROM message_hours WHERE hour >= ? AND hour < ? LIMIT 1",
  );
  const sums = createRollupSums(db);
  let known: RollupBorders | undefined;
  /** The minute at which the latest event was received. */
  let now: number | undefined;
  /** Rows of minutes before this one have been removed. */
  let removedUntil = 0;
  onStale(() => {
    known = now = undefined;
    removedUntil = 0;
  });

  const borders = (): RollupBorders => {
    known ??= find.get() ?? undefined;
    if (known === undefined) throw new Mistake("rollup_clock has no row.");
    return known;
  };
  const move = (to: Partial<RollupBorders>): void => {
    known = { ...borders(), ...to };
    const { minutesFrom, hoursUntil, daysUntil, weeksUntil } = known;
    put.run(minutesFrom, hoursUntil, daysUntil, weeksUntil);
  };
  const take = (step: ClockStep): void => {
    switch (step.kind) {
      case "go back":
        for (const { longer, bucket } of step.removals)
          sums.removeFrom(longer, bucket);
        return move(step.borders);
      case "sum up": {
        const { sum, from, until } = step;
        return move({ [sum.border]: sums.add(sum, from, until) });
      }
      case "remove minutes":
        removedUntil = sums.removeMinutes(step.until);
        if (borders().minutesFrom < step.until)
          move({ minutesFrom: step.until });
    }
  };

  return {
    borders,
    /** Call this when an event has been recorded, with the time it was received at. */
    received(at: number): void {
      now = minuteOf(at);
    },
    /** The next step, for a transaction of its own; undefined when nothing is left. */
    nextStep(): Step | undefined {
      now ??= minuteOf(findLatest.get()?.receivedAt);
      if (now === undefined) return undefined;
      const hours = hoursRun(now);
      const step = nextClockStep({
        borders: borders(),
        now,
        removedUntil,
        hasRun: () => findHour.get(...hours) !== null,
      });
      return step && (() => take(step));
    },
  };
}

function minuteOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms / MINUTE_MS);
}
