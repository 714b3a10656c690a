import {
  ATTEMPTS_MAX,
  type Attempt,
  type OutboxStore,
  type Target,
} from "../store/outbox.ts";
import { outcomeOf } from "./attempt-words.ts";

/** Which attempts are listed: all, those that failed, or those that ended with one status or error. */
export type AttemptsQuery = {
  readonly show: string;
  readonly olderThan?: number | undefined;
};

export const ATTEMPTS_PER_PAGE = 30;

/** How many attempts are read at a time. */
const STEP = 200;

export type AttemptsPage = {
  readonly attempts: readonly Attempt[];
  /** Where the next page begins; undefined at the end. */
  readonly older: number | undefined;
};

/** Reads the query of a list of attempts; undefined if it's malformed. */
export function readAttemptsQuery(
  params: URLSearchParams,
): AttemptsQuery | undefined {
  const show = params.get("show") ?? "all";
  const older = params.get("older") ?? "";
  if (!/^[a-z0-9_]{1,40}$/.test(show)) return undefined;
  if (older === "") return { show };
  return /^\d{1,15}$/.test(older)
    ? { show, olderThan: Number(older) }
    : undefined;
}

/** Reads a page of a target's attempts, newest first. There are at most `ATTEMPTS_MAX`. */
export async function findAttempts(
  outbox: Pick<OutboxStore, "attempts">,
  target: Target,
  { show, olderThan }: AttemptsQuery,
  size = ATTEMPTS_PER_PAGE,
): Promise<AttemptsPage> {
  const isByOutcome = show !== "all" && show !== "failed";
  const stepSize = isByOutcome ? STEP : size + 1;
  const found: Attempt[] = [];
  let before = olderThan;
  for (let read = 0; read < ATTEMPTS_MAX; read += stepSize) {
    const step = await outbox.attempts(target, {
      size: stepSize,
      olderThan: before,
      isSuccess: show === "failed" ? false : undefined,
    });
    found.push(
      ...step.filter((each) => !isByOutcome || outcomeOf(each) === show),
    );
    before = step.at(-1)?.id;
    if (found.length > size || step.length < stepSize) break;
  }
  const attempts = found.slice(0, size);
  return {
    attempts,
    older: found.length > size ? attempts.at(-1)?.id : undefined,
  };
}

/** How many failed attempts are searched for ways in which they failed. */
const LATELY = 100;
const OUTCOMES_MAX = 5;

/** Returns an attempt for each way in which a target's latest failed ones failed, the most frequent first. */
export async function latelyFailed(
  outbox: Pick<OutboxStore, "attempts">,
  target: Target,
): Promise<readonly Attempt[]> {
  const failed = await outbox.attempts(target, {
    size: LATELY,
    isSuccess: false,
  });
  return [...Map.groupBy(failed, outcomeOf).values()]
    .toSorted((one, other) => other.length - one.length)
    .slice(0, OUTCOMES_MAX)
    .flatMap(([first]) => first ?? []);
}
