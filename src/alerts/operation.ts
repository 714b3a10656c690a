import type { EvaluatorRecord } from "../store/alerts.ts";

/*
 * When this server was running and its clock was right, as far as the evaluator saw. Rules
 * measure time of operation: what happened while the server was off, or the clock was wrong,
 * is unknown, and mustn't look like silence.
 */

/** Evaluations further apart have a gap between them: the server was off, or its clock was set. */
const GAP_MS = 150_000;
/** Rules are checked every minute; if they haven't been for this long, something is wrong. */
export const RULES_LATE_MS = 180_000;
/** Beyond this many gaps, the oldest two are merged, with the time between them. */
const GAPS_MAX = 50;
/** Gaps are forgotten when they are older than any rule looks back. */
const GAPS_KEPT_MS = 32 * 86_400_000;

/** Returns the record after an evaluation; `isStart` for a server's first one. */
export function afterEvaluation(
  record: EvaluatorRecord | undefined,
  now: number,
  isStart: boolean,
): EvaluatorRecord {
  // Nobody knows whether callbacks could arrive before.
  if (record === undefined)
    return { ranAt: now, startedAt: now, gaps: [{ from: 0, to: now }] };
  // A clock that is set back to before the end of a gap was wrong since the gap.
  const gaps = record.gaps
    .filter(({ from, to }) => from < now && now - to < GAPS_KEPT_MS)
    .map(({ from, to }) => ({ from, to: Math.min(to, now) }));
  if (now - record.ranAt > GAP_MS) gaps.push({ from: record.ranAt, to: now });
  const isSet = Math.abs(now - record.ranAt) > GAP_MS;
  return {
    ranAt: now,
    startedAt: isStart || isSet ? now : record.startedAt,
    gaps: atMost(gaps),
  };
}

function atMost(gaps: EvaluatorRecord["gaps"]): EvaluatorRecord["gaps"] {
  const [first, second, ...rest] = gaps;
  if (first === undefined || second === undefined || gaps.length <= GAPS_MAX)
    return gaps;
  return [{ from: first.from, to: second.to }, ...rest];
}

/** Reports whether the clock was set back since the latest evaluation. */
export function wasSetBack({ ranAt }: EvaluatorRecord, now: number): boolean {
  return ranAt - now > GAP_MS;
}

/** Returns when the latest `ms` of operation before `at` began; before 1970 if there weren't as many. */
export function operatingSince(
  { gaps }: Pick<EvaluatorRecord, "gaps">,
  at: number,
  ms: number,
): number {
  let end = at;
  let rest = ms;
  for (const { from, to } of gaps.toReversed()) {
    if (from >= end) continue;
    const ran = Math.max(0, end - to);
    if (ran >= rest) break;
    rest -= ran;
    end = from;
  }
  return end - rest;
}
