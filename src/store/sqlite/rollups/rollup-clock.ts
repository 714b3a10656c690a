import type { Database } from "bun:sqlite";
import { MINUTES_KEPT } from "../../tally.ts";
import { createMinutesAnew } from "./rollup-minutes.ts";
import { createRollupSums } from "./rollup-sums.ts";
import {
  DAYS_PER_WEEK,
  HOURS_PER_DAY,
  MINUTES_PER_HOUR,
  type RollupBorders,
} from "../../core/rollup-table.ts";

const MINUTE_MS = 60_000;
const MINUTES_PER_DAY = HOURS_PER_DAY * MINUTES_PER_HOUR;

/** Minutes that the clock may go back by without a row being counted anew. */
const BACK_MAX = 60;

/** What is done in one transaction, with no callback waiting for it when it begins. */
export type Step = () => void;

/**
 * Moves the borders of the rollups along with the clock, which says when the latest
 * event was received. The hours, days and weeks that are over get their rows, and minutes that
 * are no longer kept lose theirs. Where the clock goes back, as one does that had run
 * ahead, so do the borders. All of this is done in small steps, after each of which
 * every message is counted; how late they come changes no count.
 */
export function createRollupClock(db: Database) {
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
  const sums = createRollupSums(db);
  const minutesAnew = createMinutesAnew(db);
  let known: RollupBorders | undefined;
  /** The minute at which the latest event was received. */
  let now: number | undefined;
  /** Rows of minutes before this one have been removed. */
  let removedUntil = 0;
  /** An hour back to which the clock went, but the borders do not go. */
  let tooFarBack: number | undefined;

  const borders = (): RollupBorders =>
    (known ??= find.get() ?? {
      minutesFrom: 0,
      hoursUntil: 0,
      daysUntil: 0,
      weeksUntil: 0,
    });
  const move = (to: Partial<RollupBorders>): void => {
    known = { ...borders(), ...to };
    const { minutesFrom, hoursUntil, daysUntil, weeksUntil } = known;
    put.run(minutesFrom, hoursUntil, daysUntil, weeksUntil);
  };
  const stepBack = (at: number): Step | undefined => {
    const { minutesFrom, hoursUntil, daysUntil, weeksUntil } = borders();
    const hour = hourOf(at);
    if (at >= hoursUntil - BACK_MAX || hour === tooFarBack) return undefined;
    const from = Math.max(0, hourOf(at - MINUTES_KEPT + 1));
    if (minutesFrom <= from)
      return () => {
        const day = Math.floor(hour / MINUTES_PER_DAY);
        const week = Math.floor(day / DAYS_PER_WEEK);
        sums.remove(hour / MINUTES_PER_HOUR, day, week);
        move({
          hoursUntil: hour,
          daysUntil: Math.min(daysUntil, day * HOURS_PER_DAY),
          weeksUntil: Math.min(weeksUntil, week * DAYS_PER_WEEK),
        });
      };
    if (minutesAnew.areFew(from, minutesFrom))
      return () => {
        const to = minutesAnew.count(from, minutesFrom);
        removedUntil = Math.min(removedUntil, to);
        move({ minutesFrom: to });
      };
    tooFarBack = hour;
    return undefined;
  };
  const stepOn = (at: number): Step | undefined => {
    const { minutesFrom, hoursUntil, daysUntil, weeksUntil } = borders();
    const hour = hourOf(at);
    if (hoursUntil < hour)
      return () => move({ hoursUntil: sums.addHours(hoursUntil, hour) });
    const day = Math.floor(hoursUntil / MINUTES_PER_DAY);
    const daysOver = day * HOURS_PER_DAY;
    if (daysUntil < daysOver)
      return () => move({ daysUntil: sums.addDays(daysUntil, daysOver) });
    const weeksOver = day - (day % DAYS_PER_WEEK);
    if (weeksUntil < weeksOver)
      return () => move({ weeksUntil: sums.addWeeks(weeksUntil, weeksOver) });
    const kept = Math.max(
      minutesFrom,
      Math.min(at - MINUTES_KEPT + 1, hourOf(hoursUntil)),
    );
    if (removedUntil < kept)
      return () => {
        removedUntil = sums.removeMinutes(kept);
        if (minutesFrom < kept) move({ minutesFrom: kept });
      };
    return undefined;
  };

  return {
    borders,
    /** To be called when an event was recorded: when it was received, milliseconds since 1970. */
    heard(receivedAt: number): void {
      now = minuteOf(receivedAt);
    },
    /** What to do next, in a transaction of its own; undefined when nothing is left. */
    nextStep(): Step | undefined {
      now ??= minuteOf(findLatest.get()?.receivedAt);
      return now === undefined ? undefined : (stepBack(now) ?? stepOn(now));
    },
    /** To be called when the transaction is rolled back, or another process wrote. */
    forget(): void {
      known = undefined;
      now = undefined;
      removedUntil = 0;
    },
  };
}

function minuteOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms / MINUTE_MS);
}

/** The first minute of the hour that this minute is in. */
function hourOf(minute: number): number {
  return minute - (minute % MINUTES_PER_HOUR);
}
