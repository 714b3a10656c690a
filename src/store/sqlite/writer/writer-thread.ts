import { Worker } from "node:worker_threads";
import { failureOf, Mistake } from "../../../log/failure.ts";
import { StoreUnusable } from "../../store.ts";
import { StoreFault, type OnFault } from "../../store-fault.ts";
import type { WriterReply, WriterRequest } from "./protocol.ts";
import { RepeatedFaults } from "../../core/repeated-faults.ts";
import {
  OPEN_AGAIN_AFTER_MS,
  OPEN_AGAIN_MAX,
} from "../connection/sqlite-errors.ts";

/** How long a commit waits for a lock that another process holds: less than a callback waits. */
const BUSY_TIMEOUT_MS = 4_000;
const AGAIN_AFTER_MS = 1_000;
const DOWN =
  "The writing thread ended unexpectedly and is being started again; the server's log says why.";

/**
 * The writer's module. In a compiled program every module has the address of the
 * program itself, and the writer is embedded beside it under its path below src/.
 */
const WRITER = new URL(
  import.meta.url.endsWith("/writer-thread.ts")
    ? "./writer.ts"
    : "./store/sqlite/writer/writer.ts",
  import.meta.url,
);

type OnReply = (reply: WriterReply) => void;

/** What is done beside the thread when it opens the database again. */
export type Reopening = {
  /** Ends what this process reads, so that nothing keeps the old files open. */
  readonly before: () => void;
  readonly after: () => void;
};

/**
 * The writing thread, as the other thread sees it. Should it end by a mistake, what was
 * asked is answered as unavailable, and it is started again; so it is when the database's
 * files were changed and are to be opened anew.
 */
export class WriterThread {
  readonly #onFault: OnFault;
  readonly #module: URL;
  readonly #mistakes: RepeatedFaults;
  /** Who waits for an answer, in the order of asking. */
  #waiting: OnReply[] = [];
  #worker: Worker;
  #file: string | undefined;
  #down: string | undefined;
  #isEnded = false;
  #reopening: Reopening = { before: () => undefined, after: () => undefined };

  /** Starts the thread, which may take long; it does nothing before `open`. */
  constructor(onFault: OnFault, module = WRITER) {
    this.#onFault = onFault;
    this.#module = module;
    this.#mistakes = new RepeatedFaults(
      onFault,
      () => "work that no callback waits for failed; it is tried again",
    );
    this.#worker = this.#start();
  }

  /** Why nothing can be asked now; undefined when it can. */
  get down(): string | undefined {
    return this.#down;
  }

  /** Opens the database, making or upgrading it. Rejects with StoreUnusable when that cannot be. */
  async open(file: string, reopening = this.#reopening): Promise<void> {
    this.#reopening = reopening;
    let reply = await this.#askToOpen(file);
    for (let again = 0; again < OPEN_AGAIN_MAX; again++) {
      if (reply.kind !== "unusable" || !reply.mayPass) break;
      await Bun.sleep(OPEN_AGAIN_AFTER_MS);
      reply = await this.#askToOpen(file);
    }
    if (reply.kind === "done") {
      this.#file = file;
      return;
    }
    await this.end();
    if (reply.kind === "failed")
      throw new StoreUnusable(
        `The database could not be opened: ${reply.failure.code ?? reply.failure.error}. Restore a backup, or report this.`,
      );
    throw new StoreUnusable(
      "reason" in reply ? reply.reason : "The database could not be opened.",
    );
  }

  /** `onReply` is called with the answer, at once when the thread is down. */
  send(request: WriterRequest, onReply: OnReply): void {
    if (this.#down !== undefined)
      return onReply({ kind: "unavailable", reason: this.#down });
    this.#post(request, onReply);
  }

  ask(request: WriterRequest): Promise<WriterReply> {
    return new Promise((resolve) => this.send(request, resolve));
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#worker.terminate();
  }

  #post(request: WriterRequest, onReply: OnReply): void {
    this.#waiting.push(onReply);
    this.#worker.postMessage(request);
  }

  #askToOpen(file: string): Promise<WriterReply> {
    return new Promise((resolve) =>
      this.#post(
        { kind: "open", file, busyTimeoutMs: BUSY_TIMEOUT_MS },
        resolve,
      ),
    );
  }

  #start(): Worker {
    const worker = new Worker(this.#module);
    worker.on("message", (reply: WriterReply) => this.#answered(reply));
    worker.on("error", (error) => this.#crashed(worker, error));
    worker.on("exit", () =>
      this.#crashed(worker, new Mistake("The thread ended by itself.")),
    );
    return worker;
  }

  #answered(reply: WriterReply): void {
    if (reply.kind === "mistake") this.#mistakes.add(1, reply.failure);
    else if (reply.kind !== "files-changed") this.#waiting.shift()?.(reply);
    if ("canReopen" in reply && reply.canReopen) this.#reopen(reply.reason);
  }

  /** What is asked after this is answered as unavailable until the database is open again. */
  #reopen(reason: string): void {
    if (this.#down !== undefined || this.#isEnded || this.#file === undefined)
      return;
    this.#down = reason;
    this.#onFault(new StoreFault(reason, { error: "FilesChanged", at: [] }));
    this.#reopening.before();
    void this.#prepareAndRestart();
  }

  async #prepareAndRestart(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<WriterReply>();
    this.#post({ kind: "prepare-to-reopen" }, resolve);
    const reply = await promise;
    if (this.#isEnded) return;
    if (reply.kind === "done" || this.#down === DOWN) return this.#restart();
    if ("reason" in reply) this.#down = reply.reason;
    this.#later(() => this.#prepareAndRestart());
  }

  #crashed(worker: Worker, error: unknown): void {
    if (this.#isEnded || this.#worker !== worker) return;
    const wasDown = this.#down !== undefined;
    this.#down = DOWN;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const onReply of waiting)
      onReply({ kind: "unavailable", reason: DOWN });
    // Then one of those goes on.
    if (wasDown) return;
    this.#onFault(
      new StoreFault(
        "the writing thread ended unexpectedly; callbacks are answered 503 until it runs again",
        failureOf(error),
      ),
    );
    this.#later(() => this.#restart());
  }

  #later(work: () => Promise<void>): void {
    setTimeout(() => void work(), AGAIN_AFTER_MS).unref();
  }

  async #restart(): Promise<void> {
    const file = this.#file;
    if (this.#isEnded || file === undefined) return;
    const ended = this.#worker;
    this.#worker = this.#start();
    await ended.terminate();
    const reply = await this.#askToOpen(file);
    if (this.#isEnded) return;
    if (reply.kind === "done") {
      this.#down = undefined;
      this.#reopening.after();
      return;
    }
    if ("reason" in reply) this.#down = reply.reason;
    this.#later(() => this.#restart());
  }
}
