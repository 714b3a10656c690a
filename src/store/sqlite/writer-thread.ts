import { Worker } from "node:worker_threads";
import { failureOf, Mistake } from "../../failure.ts";
import { StoreUnusable } from "../store.ts";
import { StoreFault, type OnFault } from "../store-fault.ts";
import type { WriterReply, WriterRequest } from "./protocol.ts";
import { RepeatedFaults } from "./repeated-faults.ts";

/** How long a commit waits for a lock that another process holds: less than a callback waits. */
const BUSY_TIMEOUT_MS = 4_000;
const RESTART_AFTER_MS = 1_000;
const DOWN =
  "The writing thread ended unexpectedly and is being started again; the server's log says why.";

/**
 * The writer's module. In a compiled program every module has the address of the
 * program itself, and the writer is embedded beside it under its path below src/.
 */
const WRITER = new URL(
  import.meta.url.endsWith("/writer-thread.ts")
    ? "./writer.ts"
    : "./store/sqlite/writer.ts",
  import.meta.url,
);

type OnReply = (reply: WriterReply) => void;

/**
 * The writing thread, as the other thread sees it. Should it end by a mistake, what was
 * asked is answered as unavailable, and it is started again.
 */
export class WriterThread {
  readonly #onFault: OnFault;
  readonly #module: URL;
  readonly #mistakes: RepeatedFaults;
  /** Who waits for an answer, in the order of asking. */
  #waiting: OnReply[] = [];
  #worker: Worker | undefined;
  #file: string | undefined;
  #isEnded = false;

  /** Starts the thread, which may take long; it does nothing before `open`. */
  constructor(onFault: OnFault, module = WRITER) {
    this.#onFault = onFault;
    this.#module = module;
    this.#mistakes = new RepeatedFaults(
      onFault,
      () => "work that no callback waits for failed; it is tried again",
    );
    this.#start();
  }

  /** Opens the database, making or upgrading it. Rejects with StoreUnusable when that cannot be. */
  async open(file: string): Promise<void> {
    const reply = await this.#askToOpen(file);
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
    if (this.#worker === undefined)
      return onReply({ kind: "unavailable", reason: DOWN });
    this.#waiting.push(onReply);
    this.#worker.postMessage(request);
  }

  ask(request: WriterRequest): Promise<WriterReply> {
    return new Promise((resolve) => this.send(request, resolve));
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.#worker?.terminate();
  }

  #askToOpen(file: string): Promise<WriterReply> {
    return this.ask({ kind: "open", file, busyTimeoutMs: BUSY_TIMEOUT_MS });
  }

  #start(): void {
    const worker = new Worker(this.#module);
    this.#worker = worker;
    worker.on("message", (reply: WriterReply) => {
      if (reply.kind === "mistake") this.#mistakes.add(1, reply.failure);
      else this.#waiting.shift()?.(reply);
    });
    worker.on("error", (error) => this.#ended(worker, error));
    worker.on("exit", () =>
      this.#ended(worker, new Mistake("The thread ended by itself.")),
    );
  }

  #ended(worker: Worker, error: unknown): void {
    if (this.#isEnded || this.#worker !== worker) return;
    this.#worker = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#onFault(
      new StoreFault(
        "the writing thread ended unexpectedly; callbacks are answered 503 until it runs again",
        failureOf(error),
      ),
    );
    for (const onReply of waiting)
      onReply({ kind: "unavailable", reason: DOWN });
    if (this.#file !== undefined) this.#restartSoon(this.#file);
  }

  #restartSoon(file: string): void {
    setTimeout(() => void this.#restart(file), RESTART_AFTER_MS).unref();
  }

  async #restart(file: string): Promise<void> {
    if (this.#isEnded) return;
    this.#start();
    const worker = this.#worker;
    const reply = await this.#askToOpen(file);
    if (reply.kind === "done" || this.#worker !== worker) return;
    this.#worker = undefined;
    await worker?.terminate();
    this.#restartSoon(file);
  }
}
