import type { Requester } from "../account/viewer.ts";
import type { Config } from "../config/config.ts";
import { failureOf } from "../log/failure.ts";
import type { Log } from "../log/log.ts";
import {
  refusalKey,
  type NewRefusal,
  type RefusalStore,
  type Standing,
} from "../store/refusals.ts";
import { StoreUnavailable, type Store } from "../store/store.ts";
import type { Refused } from "../receiver/refusal-answer.ts";
import type { RefusalCheck } from "../store/refusals.ts";
import { claimedKey } from "./claimed-key.ts";
import { KnownAccounts } from "./known-accounts.ts";
import { LookQueue } from "./look-queue.ts";
import { MendableCount, NOTICE_MINUTES } from "./mendable-count.ts";
import { NamesPerHour } from "./names-per-hour.ts";
import { isMendable, lookAt, type Captured } from "./refusal-look.ts";
import { situationOf } from "./situations.ts";

/** Different refusals that wait for the disk. */
const UNWRITTEN_MAX = 200;
/** Between two writes; longer after one that failed, as callbacks need the disk more. */
const WRITE_EVERY_MS = 1_000;
const WRITE_AGAIN_MS = 15_000;
/** By then the answer is on its way. */
const AFTER_ANSWER_MS = 20;
/** Old refusals are dropped so often, also when no new one comes. */
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
 * Keeps what can be told of refused callbacks. To note one costs next to nothing: the
 * work is done after the answer, in short steps, for a bounded number each second, and
 * for the first of each situation in a later one. The others are only counted, so a
 * flood of forged posts is told without being kept.
 */
export class RefusalLog {
  readonly #deps: RefusalLogDeps;
  readonly #accounts: KnownAccounts;
  /** Shared keys' ids that aren't configured. */
  readonly #keyNames = new NamesPerHour();
  readonly #mendable = new MendableCount();
  readonly #queue = new LookQueue();
  /** By what makes refusals equal. */
  #unwritten = new Map<string, NewRefusal>();
  #unlisted = 0;
  #nextWorkAt = 0;
  #timer: Timer | undefined;
  #isWorking = false;

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
    void this.#attempt(() => this.#recall());
  }

  /** How many that the team can mend came within the last hour and were not marked as seen. */
  mendableLately(): number {
    return this.#mendable.lately(this.#deps.now());
  }

  /** From now on only new ones are told. Rejects with StoreUnavailable. */
  async markSeen(requester: Requester): Promise<void> {
    const now = this.#deps.now();
    await this.#deps.store.refusals.markSeen({ ...requester, at: now });
    this.#mendable.markSeen(now);
  }

  /** Takes note of a refused callback, while its answer is being made. */
  note(refused: Refused): void {
    const now = this.#deps.now();
    const { posted } = refused;
    const standing = this.#accounts.standingOf(posted?.params);
    const situation = situationOf(refused);
    const isQueued = this.#queue.add(refused, {
      at: now,
      signature: signatureToExplain(refused, this.#deps.config),
      situation,
      isStranger: standing === "strange",
    });
    if (!isQueued) this.#unlisted++;
    this.#count(refused, standing, situation, now);
    this.#workLater();
  }

  /** All count that are for the team to mend, also those that are not looked at. */
  #count(
    { refusal: { check }, request: { headers } }: Refused,
    standing: Standing,
    situation: string,
    now: number,
  ): void {
    const { situations } = this.#queue;
    // Of a new account others may have been heard of by the time of the look.
    const isSure =
      standing !== "new" && isMendable(check, headers, standing, null);
    if (isSure || situations.isMendable(situation)) this.#mendable.add(now, 1);
    else situations.addUnjudged(situation);
  }

  /** What is still to be told of the time before the start. */
  async #recall(): Promise<void> {
    const { store, now } = this.#deps;
    await this.#accounts.refresh(now());
    const from = now() - NOTICE_MINUTES * 60_000;
    const seenAt = await store.refusals.seenAt();
    // What a clock that ran ahead marked as seen hides nothing that comes now.
    const after = seenAt > now() ? from : Math.max(from, seenAt);
    const mendable = await store.refusals.mendableAfter(after);
    for (const { lastAt, times } of mendable) this.#mendable.add(lastAt, times);
  }

  #workLater(): void {
    if (this.#timer !== undefined || this.#isWorking) return;
    const rest = this.#nextWorkAt - performance.now();
    this.#timer = setTimeout(
      () => void this.#work(),
      Math.max(AFTER_ANSWER_MS, rest),
    );
    this.#timer.unref();
  }

  async #work(): Promise<void> {
    this.#timer = undefined;
    this.#isWorking = true;
    await this.#attempt(() => this.#accounts.refresh(this.#deps.now()));
    await this.#attempt(async () => {
      this.#queue.advance(this.#deps.now());
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        const look = this.#lookAt(next);
        let step = look.next();
        for (; step.done !== true; step = look.next()) await nextTurn();
        this.#keep(next, step.value);
      }
      await this.#write();
    });
    this.#isWorking = false;
    if (this.#queue.firsts > 0) this.#restFor(WRITE_EVERY_MS);
    const isLeft = this.#queue.size + this.#unwritten.size + this.#unlisted > 0;
    if (isLeft && !this.#deps.stopping.aborted) this.#workLater();
  }

  #lookAt(one: Captured): ReturnType<typeof lookAt> {
    const { config } = this.#deps;
    const claim = this.#accounts.claimOf(one.posted?.params, one.at);
    const key = claimedKey(one.headers, config.sharedKeys, (id) =>
      this.#keyNames.take(id, one.at),
    );
    return lookAt(one, { ...claim, key }, config);
  }

  /** The server stops: those whose second has come are looked at and handed over at once. */
  #finish(): void {
    clearTimeout(this.#timer);
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const look = this.#lookAt(next);
      let step = look.next();
      while (step.done !== true) step = look.next();
      this.#keep(next, step.value);
    }
    this.#unlisted += this.#queue.dropFirsts();
    void this.#attempt(() => this.#write());
  }

  #keep({ situation }: Captured, refusal: NewRefusal): void {
    const { isMendable, lastAt } = refusal;
    const unjudged = this.#queue.situations.judge(situation, isMendable);
    if (isMendable) this.#mendable.add(lastAt, unjudged);
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
      this.#restFor(WRITE_EVERY_MS);
    } catch (error) {
      this.#restFor(WRITE_AGAIN_MS);
      for (const refusal of refusals) this.#merge(refusal);
      this.#unlisted += unlisted;
      throw error;
    }
  }

  /** Refusals are told as well as can be: what goes wrong here stops nothing else. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof StoreUnavailable) return;
      this.#deps.log.error(
        failureOf(error),
        "what is known of refused callbacks could not be kept",
      );
    }
  }
}

/** Refusals after which a signature may still be right for something. */
const PROVABLE: ReadonlySet<RefusalCheck> = new Set([
  "address",
  "method",
  "content-type",
  "signature",
]);

/** The signature whose cause is to be found; undefined when there is none, or no token or key to compare it with. */
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
