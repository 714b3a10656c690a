import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import { maskRecipient } from "../phone/mask-numbers.ts";
import { ACTIONS, type AuditStore } from "../store/audit.ts";
import type { Requester } from "../account/viewer.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Erased, UpkeepStore } from "../store/upkeep.ts";
import {
  addressToErase,
  isNumber,
  type ErasedAddress,
} from "../phone/erased-number.ts";

/** How long the page shows the result of a search or an erasure. */
const SHOWN_MS = 3_600_000;

export type ErasuresDeps = {
  readonly store: {
    readonly upkeep: Pick<UpkeepStore, "erase" | "exclusively" | "findNumber">;
    readonly audit: Pick<AuditStore, "add">;
  };
  readonly log: Log;
  readonly now: () => number;
  /** Aborted when the server is about to stop. */
  readonly stopping: AbortSignal;
};

/** The erasure of one address: search, result, confirmation, deletion. */
export type Erasure = {
  readonly id: string;
  /** Undefined once it's erased: then not even this page knows it. */
  readonly address: ErasedAddress | undefined;
  /** As shown in the audit list and, with MASK_NUMBERS, on the page. */
  readonly masked: string;
  readonly state:
    /** `done` of `total` events, counted by their IDs; more may arrive in the meantime. */
    | {
        readonly step: "searching" | "erasing";
        readonly done: number;
        readonly total: number;
      }
    | { readonly step: "found" | "erased"; readonly found: Erased }
    | {
        readonly step: "failed";
        readonly wasErasing: boolean;
        readonly reason: string;
      };
};

/**
 * Erases addresses in sequence for the settings page. The work belongs to the server,
 * not to a request: a reload or a second click shows its progress.
 */
export class Erasures {
  readonly #deps: ErasuresDeps;
  #current: Erasure | undefined;
  #search = new AbortController();
  #expiry: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: ErasuresDeps) {
    this.#deps = deps;
  }

  get current(): Erasure | undefined {
    return this.#current;
  }

  /** Searches for an address. Ends a search for another one; a running erasure continues. */
  search(address: ErasedAddress): void {
    const known = this.#current;
    if (known?.state.step === "erasing") return;
    if (known?.address === address && known.state.step === "searching") return;
    this.#search.abort();
    this.#search = new AbortController();
    const shown = isNumber(address) ? `+${address}` : address;
    const id = crypto.randomUUID();
    this.#current = {
      id,
      address,
      masked: maskRecipient(shown),
      state: { step: "searching", done: 0, total: 0 },
    };
    void this.#run(id, this.#search.signal);
  }

  /**
   * Erases what a search found, if `typed` means the same address. Returns what is
   * wrong with the confirmation; undefined if the address is being erased or already
   * was.
   */
  async confirm(
    id: string,
    typed: string,
    requester: Requester,
  ): Promise<string | undefined> {
    const erasure = this.#current;
    if (erasure?.id !== id)
      return "A newer search replaced this one. Nothing was erased. Search again.";
    const { step } = erasure.state;
    if (step === "erasing" || step === "erased") return undefined;
    if (step !== "found") return "The search isn’t over. Nothing was erased.";
    if (addressToErase(typed)?.toLowerCase() !== erasure.address?.toLowerCase())
      return "That isn’t the address you searched for. Nothing was erased.";
    this.#set(id, { step: "erasing", done: 0, total: 0 });
    try {
      // First, so that an interrupted erasure is in the list, too.
      await this.#note(requester, ACTIONS.beganToErase, erasure.masked);
    } catch (error) {
      this.#fail(id, true, error);
      return undefined;
    }
    void this.#run(id, this.#deps.stopping, requester);
    return undefined;
  }

  /** Forgets what is shown, unless it's being erased. */
  forget(): void {
    if (this.#current?.state.step === "erasing") return;
    this.#search.abort();
    this.#current = undefined;
  }

  async #run(id: string, signal: AbortSignal, requester?: Requester) {
    const { stopping } = this.#deps;
    const { upkeep } = this.#deps.store;
    const erasure = this.#current;
    if (erasure?.address === undefined) return;
    const { address, masked } = erasure;
    const step = requester === undefined ? "searching" : "erasing";
    try {
      const work = {
        signal: AbortSignal.any([signal, stopping]),
        onProgress: (done: number, total = done) =>
          this.#set(id, { step, done, total }),
      };
      const found =
        requester === undefined
          ? await upkeep.findNumber(address, work)
          : await upkeep.exclusively("erasure", (held) =>
              upkeep.erase(address, {
                ...work,
                signal: AbortSignal.any([work.signal, held]),
              }),
            );
      if (work.signal.aborted) return;
      if (requester !== undefined)
        await this.#note(requester, ACTIONS.erased, masked);
      this.#set(id, {
        step: requester === undefined ? "found" : "erased",
        found,
      });
    } catch (error) {
      this.#fail(id, requester !== undefined, error);
    }
    clearTimeout(this.#expiry);
    this.#expiry = setTimeout(() => this.forget(), SHOWN_MS);
    this.#expiry.unref();
  }

  #note({ actor, address }: Requester, action: string, subject: string) {
    const at = this.#deps.now();
    const entry = {
      kind: "change" as const,
      at,
      actor,
      action,
      subject,
      address,
    };
    return this.#deps.store.audit.add(entry);
  }

  #fail(id: string, wasErasing: boolean, error: unknown): void {
    const { log, stopping } = this.#deps;
    if (stopping.aborted) return;
    if (!(error instanceof StoreUnavailable))
      log.error(failureOf(error), "erasing failed");
    const reason =
      error instanceof StoreUnavailable
        ? error.message
        : "The error is in the server’s log.";
    this.#set(id, { step: "failed", wasErasing, reason });
  }

  /** A late end says nothing about the next search. */
  #set(id: string, state: Erasure["state"]): void {
    const current = this.#current;
    if (current?.id !== id) return;
    const address = state.step === "erased" ? undefined : current.address;
    this.#current = { ...current, address, state };
  }
}
