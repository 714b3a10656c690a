import { Mistake } from "../../../log/failure.ts";
import { MINUTES_KEPT } from "../../tally.ts";
import {
  MINUTES_PER_HOUR,
  type RollupBorders,
} from "../../core/rollup-table.ts";
import type { Transactions } from "../connection/transactions.ts";
import { createRollupSums, SUMS } from "./rollup-sums.ts";

const MINUTE_MS = 60_000;

/** The clock can go back by this many minutes without any row being summed up again. */
const BACK_MAX = 60;

/** Work for one transaction, which no callback waits for when it starts. */
export type Step = () => void;

/**
 * Moves the borders of the rollups along with the clock, which is the time of the latest
 * event. Hours, days and weeks get their rows once they're over, and minutes lose theirs
 * when they're no longer kept. All of it is done in small steps; between any two, every
 * message is counted, so it never matters how late they come.
 *
 * A clock can be wrong. Minutes are only removed once it has run for as long as they are
 * kept: until then, when the clock goes back, the borders of hours, days and weeks go back
 * too. Later they stay, and until time has caught up with them, messages are counted by the hour.
 */
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
  /** Undoes sums of the hour that is under way again, and of later ones, where minutes tell what was summed up. */
  const stepBack = (at: number): Step | undefined => {
    const { minutesFrom, hoursUntil } = borders();
    const hour = startOfHour(at);
    if (at >= hoursUntil - BACK_MAX || hour < minutesFrom) return undefined;
    return () => {
      let from = hour;
      for (const { longer, times, border } of SUMS) {
        const bucket = Math.floor(from / times);
        sums.removeFrom(longer, bucket);
        move({ [border]: Math.min(borders()[border], bucket * times) });
        from = bucket;
      }
    };
  };
  const sumUp = (at: number): Step | undefined => {
    let over = at;
    for (const sum of SUMS) {
      const until = borders()[sum.border];
      const target = over - (over % sum.times);
      if (until < target)
        return () => move({ [sum.border]: sums.add(sum, until, target) });
      over = Math.floor(until / sum.times);
    }
    return undefined;
  };
  const hasRun = (at: number): boolean =>
    findHour.get(
      Math.floor((at - 2 * MINUTES_KEPT) / MINUTES_PER_HOUR),
      Math.floor((at - MINUTES_KEPT) / MINUTES_PER_HOUR),
    ) !== null;
  const removeMinutes = (at: number): Step | undefined => {
    const { minutesFrom, hoursUntil } = borders();
    const kept = Math.min(at - MINUTES_KEPT + 1, startOfHour(hoursUntil));
    const from = kept > minutesFrom && hasRun(at) ? kept : minutesFrom;
    if (removedUntil >= from) return undefined;
    return () => {
      removedUntil = sums.removeMinutes(from);
      if (minutesFrom < from) move({ minutesFrom: from });
    };
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
      return now === undefined
        ? undefined
        : (stepBack(now) ?? sumUp(now) ?? removeMinutes(now));
    },
  };
}

function minuteOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.floor(ms / MINUTE_MS);
}

function startOfHour(minute: number): number {
  return minute - (minute % MINUTES_PER_HOUR);
}
