import type { Config } from "../config/config.ts";
import { keepingIfKnown, type Keeping } from "../store/keeping.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import type { CallbackCounts } from "../receiver/callback-counts.ts";
import type { Metrics } from "./metric-kinds.ts";
import type { RequestCounts } from "./request-counts.ts";

export type OperationsDeps = {
  readonly store: Pick<
    Stores,
    | "alerts"
    | "checkWritable"
    | "database"
    | "endpoints"
    | "keeping"
    | "lastEventAt"
    | "outbox"
    | "restriction"
    | "upkeep"
    | "writing"
  >;
  readonly config: Pick<Config, "backupFolder" | "retentionDays">;
  readonly version: string;
  readonly now: () => number;
  readonly stopping: AbortSignal;
  readonly callbacks: CallbackCounts;
  readonly requests: RequestCounts;
  /** How many pages are listening, and how many exports are running. */
  readonly listeners: () => number;
  readonly exports: () => number;
};

/** What a server reports to monitoring. */
export class Operations {
  readonly #deps: OperationsDeps;
  #check: Promise<void> | undefined;
  #metrics: Promise<Metrics> | undefined;
  readonly #startedAt: number;

  constructor(deps: OperationsDeps) {
    this.#deps = deps;
    this.#startedAt = deps.now();
  }

  /** Undefined if writes currently reach the disk. Concurrent callers share one check. */
  async whyNotReady(): Promise<string | undefined> {
    this.#check ??= this.#deps.store
      .checkWritable()
      .finally(() => (this.#check = undefined));
    try {
      await this.#check;
      return undefined;
    } catch (error) {
      if (error instanceof StoreUnavailable) return error.message;
      throw error;
    }
  }

  /** When this server got the latest post of Event Streams; undefined if none since its start. */
  lastStreamAt(): number | undefined {
    const { lastStreamAt } = this.#deps.callbacks;
    return lastStreamAt > 0 ? lastStreamAt : undefined;
  }

  /**
   * When the latest verified callback arrived, milliseconds since 1970: in this run, or
   * when the latest event was recorded, which another node may have received. Undefined
   * before the first, or if the database doesn't respond. Never after now: a clock that
   * ran ahead must not hide a silence.
   */
  async lastCallbackAt(): Promise<number | undefined> {
    const { callbacks, store } = this.#deps;
    const now = this.#deps.now();
    const { lastAt, lastTick } = callbacks;
    const own =
      lastAt > 0
        ? Math.min(lastAt, now - Math.floor(performance.now() - lastTick))
        : undefined;
    try {
      const recorded = await store.lastEventAt(now);
      return own === undefined ? recorded : Math.max(own, recorded ?? 0);
    } catch (error) {
      if (error instanceof StoreUnavailable) return own;
      throw error;
    }
  }

  /**
   * For how many milliseconds the alert rules haven't been checked, which happens every minute
   * while the server runs. Undefined if the database doesn't respond.
   */
  async rulesUncheckedMs(): Promise<number | undefined> {
    const now = this.#deps.now();
    try {
      const record = await this.#deps.store.alerts.evaluatorRecord();
      // A later time is of a clock that was ahead.
      const since = [this.#startedAt, record?.ranAt ?? 0].filter(
        (at) => at > 0 && at <= now,
      );
      return since.length === 0 ? 0 : now - Math.max(...since);
    } catch (error) {
      if (error instanceof StoreUnavailable) return undefined;
      throw error;
    }
  }

  /** Why only callbacks can be received for now; undefined if everything works. */
  restriction(): string | undefined {
    return this.#deps.store.restriction();
  }

  /**
   * How the keeper is doing: undefined with an engine that has none, null if the database
   * doesn't respond.
   */
  async keeping(): Promise<Keeping | null | undefined> {
    const { keeping } = this.#deps.store;
    return keeping && ((await keepingIfKnown(keeping)) ?? null);
  }

  /** Loaded on first use, to keep the start fast and idle memory small. */
  metrics(): Promise<Metrics> {
    this.#metrics ??= this.#loadMetrics();
    return this.#metrics;
  }

  async #loadMetrics(): Promise<Metrics> {
    const { createMetrics } = await import("./metrics.ts");
    return createMetrics({
      ...this.#deps,
      database: this.#deps.store.database,
      writing: () => this.#deps.store.writing(),
      upkeep: () => this.#deps.store.upkeep.state(),
      whyNotReady: () => this.whyNotReady(),
      lastCallbackAt: () => this.lastCallbackAt(),
      rulesUncheckedMs: () => this.rulesUncheckedMs(),
    });
  }
}
