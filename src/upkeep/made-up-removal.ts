import type { Requester } from "../account/viewer.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { ACTIONS, type AuditStore } from "../store/audit.ts";
import { StoreUnavailable, type Store } from "../store/store.ts";
import type { BoundedCount } from "../store/tally.ts";
import type { Pruned, UpkeepStore } from "../store/upkeep.ts";
import { MADE_UP_MESSAGES } from "../store/filter.ts";
import { counted } from "../words/amounts.ts";

export type MadeUpRemovalDeps = {
  readonly store: Pick<Store, "countMessages"> & {
    readonly upkeep: Pick<UpkeepStore, "pruneMadeUp" | "exclusively">;
    readonly audit: Pick<AuditStore, "add">;
  };
  readonly log: Log;
  readonly now: () => number;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
};

/** How the latest removal went. */
export type RemovalState =
  | { readonly step: "removing"; readonly done: number }
  | { readonly step: "removed"; readonly removed: Pruned }
  | { readonly step: "failed"; readonly reason: string };

/**
 * Removes made-up messages for the settings page. The work belongs to the server, not to
 * a request: a reload or a second click shows how far it is.
 */
export class MadeUpRemoval {
  readonly #deps: MadeUpRemovalDeps;
  /** Undefined before the first removal. */
  state: RemovalState | undefined;

  constructor(deps: MadeUpRemovalDeps) {
    this.#deps = deps;
  }

  count(): Promise<BoundedCount> {
    return this.#deps.store.countMessages(MADE_UP_MESSAGES);
  }

  /** Starts a removal, unless one is running. Resolves once it's in the audit list. */
  async begin(requester: Requester): Promise<void> {
    if (this.state?.step === "removing") return;
    this.state = { step: "removing", done: 0 };
    try {
      await this.#note(requester, ACTIONS.beganToDeleteMadeUp, "");
    } catch (error) {
      this.#fail(error);
      return;
    }
    void this.#run(requester);
  }

  async #run(requester: Requester): Promise<void> {
    const { upkeep } = this.#deps.store;
    const { stopping: signal } = this.#deps;
    const onProgress = (done: number): void => {
      this.state = { step: "removing", done };
    };
    try {
      const removed = await upkeep.exclusively("retention", (held) =>
        upkeep.pruneMadeUp({
          signal: AbortSignal.any([signal, held]),
          onProgress,
        }),
      );
      if (signal.aborted) return;
      const { messages, events } = removed;
      const subject = `${counted(messages, "message")} with ${counted(events, "event")}`;
      await this.#note(requester, ACTIONS.deletedMadeUp, subject);
      this.state = { step: "removed", removed };
    } catch (error) {
      this.#fail(error);
    }
  }

  #note(
    { actor, address }: Requester,
    action: string,
    subject: string,
  ): Promise<void> {
    const at = this.#deps.now();
    const entry = { kind: "change" as const, at, actor, action, subject };
    return this.#deps.store.audit.add({ ...entry, address });
  }

  #fail(error: unknown): void {
    const { log, stopping } = this.#deps;
    if (stopping.aborted) return;
    const isKnown = error instanceof StoreUnavailable;
    if (!isKnown)
      log.error(failureOf(error), "deleting made-up messages failed");
    const reason = isKnown
      ? error.message
      : "The error is in the server’s log.";
    this.state = { step: "failed", reason };
  }
}
