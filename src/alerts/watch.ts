import type { Config } from "../config/config.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { createUrls } from "../site/urls.ts";
import { maskedReading } from "../store/masked.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import { pause } from "../time/pause.ts";
import { evaluate } from "./evaluator.ts";
import { MINUTE_MS } from "./rules/rule.ts";

/** How long after a minute it's evaluated: what arrived in its last moment is recorded by then. */
const SETTLED_MS = 2_000;

export type Watching = {
  readonly config: Pick<Config, "backupFolder" | "masksNumbers" | "publicUrl">;
  readonly store: Stores;
  readonly log: Log;
  readonly now: () => number;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
};

/** Evaluates the alert rules every minute until the server stops; resolves then. */
export async function watchRules(watching: Watching): Promise<void> {
  const { config, store, log, now, stopping } = watching;
  const senders = config.masksNumbers ? maskedReading(store) : store;
  const evaluation = {
    store: { ...store, isBackupScheduled: config.backupFolder !== undefined },
    urls: createUrls(config.publicUrl),
    publicUrl: config.publicUrl,
    addressById: (id: number) => senders.addressById(id),
    onMistake: (error: unknown) =>
      log.error(failureOf(error), "an alert rule couldn't be evaluated"),
  };
  let isStart = true;
  let isFailing = false;
  while (!stopping.aborted) {
    await pause(untilNext(now()), stopping);
    if (stopping.aborted) return;
    try {
      await store.upkeep.exclusively(
        "alerts",
        () => evaluate(evaluation, now(), isStart),
        stopping,
      );
      isStart = false;
      isFailing = false;
    } catch (error) {
      if (stopping.aborted) return;
      if (!isFailing) logFailure(log, error);
      isFailing = true;
    }
  }
}

function untilNext(now: number): number {
  return MINUTE_MS - ((now - SETTLED_MS) % MINUTE_MS);
}

function logFailure(log: Log, error: unknown): void {
  if (error instanceof StoreUnavailable)
    log.warn(
      { reason: error.message },
      "the alert rules can't be evaluated now; trying again every minute",
    );
  else log.error(failureOf(error), "the alert rules couldn't be evaluated");
}
