import { suppressionCodes } from "../errors/verdict.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { pause } from "../time/pause.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import type { Followed } from "../store/suppressions.ts";

/** How often the feed is checked for new events. */
const CHECK_EVERY_MS = 1_000;
/** How long to rest after a step when more is left, in times of the step: pages and callbacks go first. */
const REST_STEPS = 4;
const AGAIN_AFTER_FAULT_MS = 30_000;

export type ListFollower = {
  readonly store: Pick<Stores, "suppressions" | "upkeep">;
  readonly log: Log;
  readonly now: () => number;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
};

/**
 * Keeps the "do not send" list up to date until the server stops. On the first start with an
 * existing ledger, this also checks the messages that were recorded before.
 */
export async function followList(follower: ListFollower): Promise<void> {
  const { store, log, stopping } = follower;
  await pause(CHECK_EVERY_MS, stopping);
  while (!stopping.aborted) {
    let rest = CHECK_EVERY_MS;
    try {
      const begun = performance.now();
      const { isMore } = await store.upkeep.exclusively(
        "suppressions",
        () => followStep(follower),
        stopping,
      );
      if (isMore) rest = (performance.now() - begun) * REST_STEPS;
    } catch (error) {
      if (stopping.aborted) return;
      // The store says so elsewhere.
      if (!(error instanceof StoreUnavailable)) {
        log.error(failureOf(error), "can't update the Do not send list");
        rest = AGAIN_AFTER_FAULT_MS;
      }
    }
    await pause(rest, stopping);
  }
}

function followStep({ store, now }: ListFollower): Promise<Followed> {
  return store.suppressions.follow(suppressionCodes(), now());
}
