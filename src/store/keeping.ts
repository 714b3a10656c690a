import { duration, boundedCount } from "../words/amounts.ts";
import { StoreUnavailable } from "./store.ts";
import type { BoundedCount } from "./tally.ts";

/**
 * How the keeper is doing: the node that records what all nodes received. Durations are
 * measured by the database server's clock, so a node's own can't make them wrong.
 */
export type Keeping = {
  /** Names the node to people; undefined while no node is the keeper. */
  readonly node: string | undefined;
  readonly isThisNode: boolean;
  /** Since when it's the keeper, or since when there is none; milliseconds since 1970. */
  readonly since: number;
  /** For how long there has been no keeper; 0 while there is one. */
  readonly vacantMs: number;
  /** How long the callback has waited that is recorded next; 0 when none waits. */
  readonly behindMs: number;
  /** Callbacks that were received and aren't recorded yet. */
  readonly waiting: BoundedCount;
  /** Callbacks that couldn't be recorded because of an error of the program. */
  readonly setAside: BoundedCount;
};

/** Another node becomes the keeper within this time, unless something is wrong. */
const VACANT_MS_MAX = 10_000;
/** A keeper is behind by less than a second, unless it can't keep up. */
const BEHIND_MS_MAX = 60_000;

/** What is wrong with recording, in a sentence; undefined if nothing is. */
export function keepingProblem({
  vacantMs,
  behindMs,
  waiting,
  node,
}: Keeping): string | undefined {
  const are = `${boundedCount(waiting)} ${waiting.count === 1 ? "callback is" : "callbacks are"} waiting to be recorded`;
  if (vacantMs > VACANT_MS_MAX)
    return `No node has recorded callbacks for ${duration(vacantMs)}; ${are}.`;
  if (behindMs > BEHIND_MS_MAX)
    return `The keeper${node === undefined ? "" : ` (${node})`} is ${duration(behindMs)} behind: ${are}.`;
  return undefined;
}

/** Whether events of the last minutes may be missing, as they wait to be recorded. */
export function isRecordingLate({
  vacantMs,
  behindMs,
  waiting,
}: Keeping): boolean {
  return waiting.count > 0 && Math.max(vacantMs, behindMs) > BEHIND_MS_MAX;
}

/** How the keeper is doing; undefined if the database doesn't say in time. */
export async function keepingIfKnown(
  keeping: () => Promise<Keeping>,
): Promise<Keeping | undefined> {
  try {
    return await keeping();
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
}
