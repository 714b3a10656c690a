import type { Requester } from "../account/viewer.ts";
import type { Config } from "../config/config.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import type { Refused } from "../receiver/refusal-answer.ts";
import {
  refusalKey,
  type NewRefusal,
  type RefusalCheck,
  type RefusalStore,
} from "../store/refusals.ts";
import { StoreUnavailable, type Store } from "../store/store.ts";
import { claimedKey } from "./claimed-key.ts";
import { KnownAccounts } from "./known-accounts.ts";
import { LookQueue, type Look } from "./look-queue.ts";
import { FixableCount, NOTICE_MINUTES } from "./fixable-count.ts";
import { isFixable, lookAt } from "./refusal-look.ts";

/** Different refusals that wait for the disk. */
const UNWRITTEN_MAX = 200;
/** Between two batches; longer after a failed write, as callbacks need the disk more. */
const BATCH_EVERY_MS = 1_000;
const WRITE_AGAIN_MS = 15_000;
/** By then the response is on its way. */
const AFTER_RESPONSE_MS = 20;
/** Batches that are still examined when the server stops. */
const LAST_BATCHES = 8;
/** How old what other nodes stored may be on a page. */
const RECALL_EVERY_MS = 5_000;
/** How often old refusals are dropped if no new one arrives. */
const TIDY_EVERY_MS = 6 * 3_600_000;

export type RefusalLogDeps = {
  readonly store: Pick<Store, "suggest"> & { readonly refusals: RefusalStore };
  readonly config: Pick<
    Config,
    "authTokens" | "sharedKeys" | "publicUrl" | "trustedProxies" | "port"
  >;
  readonly log: Log;
  readonly now: () => number;
  readonly stopping: AbortSignal;
};

/**
 * Records and explains refused callbacks. Noting one costs next to nothing: a few are
 * examined each second, after their responses were sent, and the rest are counted, so a
 * flood of forged posts is reported without being stored.
 */
export class RefusalLog {
  readonly #deps: RefusalLogDeps;
  readonly #accounts: KnownAccounts;
  readonly #fixable = new FixableCount();
  readonly #queue = new LookQueue();
  /** By what makes refusals equal. */
  #unwritten = new Map<string, NewRefusal>();
  #unlisted = 0;
  #nextWorkAt = 0;
  #timer: Timer | undefined;
  #isWorking = false;
  #recalledAt = performance.now();

  constructor(deps: RefusalLogDeps) {
    this.#deps = deps;
    this.#accounts = new KnownAccounts(deps.store, deps.config);
    const tidy = setInterval(
      () => void this.#attempt(() => this.#write(true)),
      TIDY_EVERY_MS,
    );
    tidy.unref();
    deps.stopping.addEventListener("abort", () => {
      clearInterval(tidy);
      this.#finish();
    });
    void this.#attempt(async () => {
      await this.#accounts.refresh(deps.now());
      await this.#recall();
    });
  }

  /** Returns how many refusals of the last hour need action and weren't marked as seen, on any node. */
  fixableLately(): number {
    if (performance.now() - this.#recalledAt > RECALL_EVERY_MS) {
      this.#recalledAt = performance.now();
      // The next page shows it.
      void this.#attempt(() => this.#recall());
    }
    return this.#fixable.lately(this.#deps.now());
  }

  /** Marks all refusals until now as seen. Rejects with StoreUnavailable. */
  async markSeen(requester: Requester): Promise<void> {
    const now = this.#deps.now();
    await this.#deps.store.refusals.markSeen({ ...requester, at: now });
    this.#fixable.markSeen(now);
  }

  /** Notes a refused callback while its response is being made. */
  note(refused: Refused): void {
    const { refusal, request, posted } = refused;
    const at = this.#deps.now();
    const standing = this.#accounts.standingOf(posted?.params);
    const isQueued = this.#queue.add(refused, {
      at,
      signature: signatureToExplain(refused, this.#deps.config),
      isStranger: standing === "strange",
    });
    if (!isQueued) {
      this.#unlisted++;
      if (isFixable(refusal.check, request.headers, standing, null))
        this.#fixable.add(at, 1);
    }
    this.#workLater();
  }

  /** Reads what still needs action: from before the start, and from other nodes. */
  async #recall(): Promise<void> {
    const { store, now } = this.#deps;
    const from = now() - NOTICE_MINUTES * 60_000;
    const seenAt = await store.refusals.seenAt();
    // What a clock that ran ahead marked as seen hides nothing that arrives now.
    const after = seenAt > now() ? from : Math.max(from, seenAt);
    const fixable = await store.refusals.fixableAfter(after);
    this.#fixable.recall(fixable, seenAt > now() ? 0 : seenAt);
  }

  #workLater(): void {
    if (this.#timer !== undefined || this.#isWorking) return;
    const rest = this.#nextWorkAt - performance.now();
    this.#timer = setTimeout(
      () => void this.#work(),
      Math.max(AFTER_RESPONSE_MS, rest),
    );
    this.#timer.unref();
  }

  async #work(): Promise<void> {
    this.#timer = undefined;
    this.#isWorking = true;
    this.#restFor(BATCH_EVERY_MS);
    await this.#attempt(() => this.#accounts.refresh(this.#deps.now()));
    await this.#attempt(async () => {
      for (const look of this.#queue.takeBatch()) {
        const steps = this.#examine(look);
        while (steps.next().done !== true) await nextTurn();
      }
      await this.#write();
    });
    this.#isWorking = false;
    const isDone =
      this.#queue.isEmpty && this.#unwritten.size + this.#unlisted === 0;
    if (!isDone && !this.#deps.stopping.aborted) this.#workLater();
  }

  /** The server stops: a bounded number is still examined, and the rest is counted. */
  #finish(): void {
    clearTimeout(this.#timer);
    for (let batch = 0; batch < LAST_BATCHES; batch++)
      for (const look of this.#queue.takeBatch())
        Array.from(this.#examine(look));
    this.#unlisted += this.#queue.clear();
    void this.#attempt(() => this.#write());
  }

  /** Examines a refusal in short steps, and keeps what was found. */
  *#examine({ captive, counted }: Look): Generator<undefined, void, undefined> {
    const { config } = this.#deps;
    const claim = this.#accounts.claimOf(captive.posted?.params);
    const key = claimedKey(captive.headers, config.sharedKeys);
    const refusal = yield* lookAt(captive, { ...claim, key }, config);
    if (refusal.isFixable) this.#fixable.add(refusal.lastAt, 1 + counted);
    this.#unlisted += counted;
    this.#merge(refusal);
  }

  #merge(refusal: NewRefusal): void {
    const key = refusalKey(refusal);
    const equal = this.#unwritten.get(key);
    if (equal === undefined && this.#unwritten.size >= UNWRITTEN_MAX) {
      this.#unlisted += refusal.times;
      return;
    }
    this.#unwritten.set(key, {
      ...refusal,
      firstAt: Math.min(refusal.firstAt, equal?.firstAt ?? Infinity),
      lastAt: Math.max(refusal.lastAt, equal?.lastAt ?? 0),
      times: refusal.times + (equal?.times ?? 0),
    });
  }

  #restFor(ms: number): void {
    this.#nextWorkAt = Math.max(this.#nextWorkAt, performance.now() + ms);
  }

  async #write(isTidying = false): Promise<void> {
    const refusals = [...this.#unwritten.values()];
    const unlisted = this.#unlisted;
    if (!isTidying && refusals.length === 0 && unlisted === 0) return;
    this.#unwritten = new Map();
    this.#unlisted = 0;
    try {
      const now = this.#deps.now();
      await this.#deps.store.refusals.add({ refusals, unlisted, now });
    } catch (error) {
      this.#restFor(WRITE_AGAIN_MS);
      for (const refusal of refusals) this.#merge(refusal);
      this.#unlisted += unlisted;
      throw error;
    }
  }

  /** Runs `work` so that its failure stops nothing else. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof StoreUnavailable) return;
      this.#deps.log.error(failureOf(error), "can't record refused callbacks");
    }
  }
}

/** Refusals whose signature may still be right for something. */
const PROVABLE: ReadonlySet<RefusalCheck> = new Set([
  "address",
  "method",
  "content-type",
  "signature",
]);

/** Returns the signature to explain; undefined if there is none, or no token or key to compare it with. */
function signatureToExplain(
  { refusal: { check }, request }: Refused,
  { authTokens, sharedKeys }: RefusalLogDeps["config"],
): string | undefined {
  if (!PROVABLE.has(check) || authTokens.length + sharedKeys.length === 0)
    return undefined;
  return request.headers.get("x-twilio-signature") || undefined;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
