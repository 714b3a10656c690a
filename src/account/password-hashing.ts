import { Worker } from "node:worker_threads";
import type { HasherReply, HasherRequest } from "./hasher.ts";

/** Requests waiting for the hasher at most: the last one waits about a second. */
const WAITING_MAX = 30;
/** The hasher stops after this much idle time, because it takes some memory. */
const IDLE_MS = 60_000;

/** The hasher's module, addressed as the writer's is; see `WRITER`. */
const HASHER = new URL(
  import.meta.url.endsWith("/password-hashing.ts")
    ? "./hasher.ts"
    : "./account/hasher.ts",
  import.meta.url,
);

/** Too many passwords are being checked at once. */
export class TooManyAtOnce extends Error {
  override readonly name = "TooManyAtOnce";
}

/** Computes hashes; use it only in a turn. */
export type Hasher = {
  readonly hashOf: (password: string) => Promise<string>;
  readonly isPassword: (password: string, hash: string) => Promise<boolean>;
};

/**
 * Computes hashes one at a time, in a thread that runs only when no other needs the
 * cores: a hash keeps one busy for about 30 ms, and callbacks come first.
 */
export class PasswordHashing {
  #isTaken = false;
  readonly #waiting: (() => void)[] = [];
  #worker: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  readonly #hasher: Hasher = {
    hashOf: async (password) => String(await this.#ask({ password })),
    isPassword: async (password, hash) =>
      (await this.#ask({ password, hash })) === true,
  };

  /** Returns the hash to store for a password, when its turn comes. Rejects like `inTurn`. */
  hash(password: string): Promise<string> {
    return this.inTurn(({ hashOf }) => hashOf(password));
  }

  /** Throws TooManyAtOnce if the maximum is already waiting, before anything is read for one more. */
  requireRoom(): void {
    if (this.#waiting.length >= WAITING_MAX) throw new TooManyAtOnce();
  }

  /** Does `work` when its turn comes. Rejects with TooManyAtOnce if the maximum is already waiting. */
  async inTurn<T>(work: (hasher: Hasher) => Promise<T>): Promise<T> {
    if (this.#isTaken) {
      this.requireRoom();
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
    this.#isTaken = true;
    try {
      return await work(this.#hasher);
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#isTaken = false;
    }
  }

  async #ask(request: HasherRequest): Promise<HasherReply> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    const { promise, resolve, reject } = Promise.withResolvers<HasherReply>();
    worker.once("message", resolve).once("error", reject);
    worker.postMessage(request);
    try {
      return await promise;
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      worker.off("message", resolve).off("error", reject);
      this.#idle = setTimeout(() => this.#end(), IDLE_MS);
      this.#idle.unref();
    }
  }

  #start(): Worker {
    const worker = new Worker(HASHER);
    worker.unref();
    return worker;
  }

  #end(): void {
    void this.#worker?.terminate();
    this.#worker = undefined;
  }
}
