import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import type { OutboxSaved, OutboxStore } from "../store/outbox.ts";
import { StoreUnavailable } from "../store/store.ts";
import { merged, type Changes } from "./changes.ts";
import type { Clock } from "./clock.ts";

/** How long to rest after a save, so that more goes into the next one: callbacks wait for each. */
const REST_MS = 20;
/** How long to wait after a save that failed. */
const AGAIN_AFTER_MS = 1_000;

export type SaverDeps = {
  readonly outbox: Pick<OutboxStore, "save">;
  readonly clock: Clock;
  readonly log: Log;
  /** What is to be saved now, of all targets. */
  readonly take: () => readonly Changes[];
  readonly onSaved: (saved: OutboxSaved) => void;
  readonly stopping: AbortSignal;
  readonly restMs?: number | undefined;
};

/**
 * Saves what happens to all targets, one write at a time: what happens meanwhile goes into the
 * next one. While saving fails, nothing is sent, as more and more would be sent twice after a
 * crash.
 */
export class Saver {
  readonly #deps: SaverDeps;
  #failed: readonly Changes[] = [];
  #running: Promise<void> | undefined;
  #isLogged = false;

  constructor(deps: SaverDeps) {
    this.#deps = deps;
  }

  /** Whether what was done last isn't saved. */
  get isHalted(): boolean {
    return this.#failed.length > 0;
  }

  /** Saves what there is; resolves once there's nothing left, or saving failed. */
  save(): Promise<void> {
    this.#running ??= this.#saveAll().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #saveAll(): Promise<void> {
    const { take, clock, stopping, restMs = REST_MS } = this.#deps;
    for (;;) {
      // Whatever else happens in this turn goes with it.
      await new Promise((turn) => setImmediate(turn));
      const taken = [...this.#failed, ...take()];
      if (taken.length === 0) return;
      if (await this.#write(taken)) {
        if (restMs > 0 && !stopping.aborted) await Bun.sleep(restMs);
        continue;
      }
      if (stopping.aborted) return;
      await clock.wait(AGAIN_AFTER_MS, stopping);
    }
  }

  /** Returns whether it's saved. */
  async #write(taken: readonly Changes[]): Promise<boolean> {
    const { outbox, clock, log, onSaved } = this.#deps;
    try {
      const saved = await outbox.save({ ...merged(taken), now: clock.now() });
      this.#failed = [];
      this.#isLogged = false;
      onSaved(saved);
      return true;
    } catch (error) {
      this.#failed = taken;
      // A locked or full disk is reported where callbacks meet it.
      if (!(error instanceof StoreUnavailable) && !this.#isLogged) {
        this.#isLogged = true;
        log.error(
          failureOf(error),
          "the progress of forwarding can't be saved; nothing is forwarded until it can",
        );
      }
      return false;
    }
  }
}
