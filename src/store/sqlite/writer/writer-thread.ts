import { Worker } from "node:worker_threads";
import { failureOf, Mistake } from "../../../log/failure.ts";
import { createRepeatedFaults } from "../../core/repeated-faults.ts";
import { StoreFault, type OnFault } from "../../store-fault.ts";
import { StoreUnusable } from "../../store.ts";
import {
  OPEN_AGAIN_AFTER_MS,
  OPEN_AGAIN_MAX,
} from "../connection/sqlite-errors.ts";
import type { WriterReply, WriterRequest } from "./protocol.ts";

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

/** What to do beside the thread when it reopens the database. */
export type Reopening = {
  /** Stops this process from reading, so that nothing keeps the old files open. */
  readonly before: () => void;
  readonly after: () => void;
};

/**
 * The writing thread, as the other thread sees it. It starts at once, which can take long,
 * and does nothing before `open`. If it ends by a program error, what was asked is answered
 * as unavailable and it's restarted, as it is when the database has to be reopened because
 * its files were changed.
 */
export function createWriterThread(onFault: OnFault, module = WRITER) {
  const reportMistake = createRepeatedFaults(
    onFault,
    () => "work that no callback waits for failed; it is tried again",
  );
  /** In the order of the requests. */
  let waiting: OnReply[] = [];
  let file: string | undefined;
  /** Why nothing can be asked now; undefined when it can. */
  let down: string | undefined;
  let isEnded = false;
  let reopening: Reopening = {
    before: () => undefined,
    after: () => undefined,
  };

  const post = (request: WriterRequest): Promise<WriterReply> =>
    new Promise((resolve) => {
      waiting.push(resolve);
      worker.postMessage(request);
    });
  const ask = (request: WriterRequest): Promise<WriterReply> =>
    down === undefined
      ? post(request)
      : Promise.resolve({ kind: "unavailable", reason: down });
  const askToOpen = (path: string): Promise<WriterReply> =>
    post({ kind: "open", file: path, busyTimeoutMs: BUSY_TIMEOUT_MS });
  const later = (work: () => Promise<void>): void => {
    setTimeout(() => void work(), AGAIN_AFTER_MS).unref();
  };

  const start = (): Worker => {
    const started = new Worker(module);
    started.on("message", received);
    started.on("error", (error) => crashed(started, error));
    started.on("exit", () =>
      crashed(started, new Mistake("The thread ended by itself.")),
    );
    return started;
  };
  const received = (reply: WriterReply): void => {
    if (reply.kind === "mistake") reportMistake(1, reply.failure);
    else if (reply.kind !== "files-changed") waiting.shift()?.(reply);
    if ("canReopen" in reply && reply.canReopen) reopen(reply.reason);
  };
  const crashed = (crashedWorker: Worker, error: unknown): void => {
    if (isEnded || worker !== crashedWorker) return;
    const isRestarting = down !== undefined;
    down = DOWN;
    const unanswered = waiting;
    waiting = [];
    for (const onReply of unanswered)
      onReply({ kind: "unavailable", reason: DOWN });
    if (isRestarting) return;
    onFault(
      new StoreFault(
        "the writing thread ended unexpectedly; callbacks are answered 503 until it runs again",
        failureOf(error),
      ),
    );
    later(restart);
  };

  /** Until the database is open again, requests are answered as unavailable. */
  const reopen = (reason: string): void => {
    if (down !== undefined || isEnded || file === undefined) return;
    down = reason;
    onFault(new StoreFault(reason, { error: "FilesChanged", at: [] }));
    reopening.before();
    void prepareAndRestart();
  };
  const prepareAndRestart = async (): Promise<void> => {
    const reply = await post({ kind: "prepare-to-reopen" });
    if (isEnded) return;
    if (reply.kind === "done" || down === DOWN) return restart();
    if ("reason" in reply) down = reply.reason;
    later(prepareAndRestart);
  };
  const restart = async (): Promise<void> => {
    if (isEnded || file === undefined) return;
    const ended = worker;
    worker = start();
    await ended.terminate();
    const reply = await askToOpen(file);
    if (isEnded) return;
    if (reply.kind === "done") {
      down = undefined;
      reopening.after();
      return;
    }
    if ("reason" in reply) down = reply.reason;
    later(restart);
  };
  const end = async (): Promise<void> => {
    isEnded = true;
    await worker.terminate();
  };
  let worker = start();

  return {
    down: (): string | undefined => down,
    /** Opens the database, creating or upgrading it. Rejects with StoreUnusable when that isn't possible. */
    async open(path: string, whenReopening = reopening): Promise<void> {
      reopening = whenReopening;
      let reply = await askToOpen(path);
      for (let again = 0; again < OPEN_AGAIN_MAX; again++) {
        if (reply.kind !== "unusable" || !reply.mayPass) break;
        await Bun.sleep(OPEN_AGAIN_AFTER_MS);
        reply = await askToOpen(path);
      }
      if (reply.kind === "done") {
        file = path;
        return;
      }
      await end();
      if (reply.kind === "failed")
        throw new StoreUnusable(
          `The database could not be opened: ${reply.failure.code ?? reply.failure.error}. Restore a backup, or report this.`,
        );
      throw new StoreUnusable(
        "reason" in reply ? reply.reason : "The database could not be opened.",
      );
    },
    /** Resolves to the reply, at once when the thread is down. */
    ask,
    end,
  };
}
