/**
 * Loaded before the tests by `bun run test`, because nearly every test opens a database.
 * Threads run the bundles that it has made of their modules, as those of the compiled
 * program do: loading the writer's hundred modules for each takes 90 ms of a core, the
 * bundle 20 ms. A writer that has closed its database opens the next one: a new thread
 * takes another 30 ms. A new database is a copy of an empty one: the migrations take 15 ms.
 */
import { Database } from "bun:sqlite";
import { mock } from "bun:test";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import * as threads from "node:worker_threads";
import { prepareForWriting } from "../../src/store/sqlite/connection/writing-connection.ts";
import type {
  WriterReply,
  WriterRequest,
} from "../../src/store/sqlite/writer/protocol.ts";

const ROOT = join(import.meta.dir, "../..");
const bundles = process.env["SMSLEDGER_THREADS"];
const WRITER = join(bundles ?? "", "test/support/writer.js");

/** Returns the bundle of a thread's module, or the module if it has none. */
function bundleOf(module: string | URL): string | URL {
  if (bundles === undefined || !(module instanceof URL)) return module;
  const path = relative(ROOT, Bun.fileURLToPath(module));
  if (path === "src/store/sqlite/writer/writer.ts") return WRITER;
  const bundle = join(bundles, path.replace(/\.ts$/, ".js"));
  return !path.startsWith("..") && existsSync(bundle) ? bundle : module;
}

if (bundles !== undefined) {
  const empty = new Database(":memory:");
  prepareForWriting(empty);
  const create = (file: string): void => {
    // Locking has created it.
    if (statSync(file, { throwIfNoEntry: false })?.size !== 0) return;
    empty.run("UPDATE ledger SET id = lower(hex(randomblob(8)))");
    writeFileSync(file, empty.serialize());
  };

  /** Writers without a database. */
  const idle: Worker[] = [];

  class Worker extends threads.Worker {
    readonly #isWriter: boolean = false;
    /** Requests without a reply. */
    #unanswered = 0;
    #isClosing = false;
    #isClosed = false;

    constructor(module: string | URL, options?: threads.WorkerOptions) {
      const bundle = bundleOf(module);
      const isWriter = bundle === WRITER;
      const waiting = isWriter ? idle.pop() : undefined;
      if (waiting !== undefined) return waiting.#reused();
      super(bundle, options);
      this.#isWriter = isWriter;
      if (isWriter) this.#reused();
    }

    #reused(): this {
      this.#isClosing = this.#isClosed = false;
      this.ref();
      return this.on("message", ({ kind }: WriterReply) => {
        if (kind === "mistake" || kind === "files-changed") return;
        this.#unanswered--;
        this.#isClosed =
          this.#isClosing && this.#unanswered === 0 && kind === "done";
      });
    }

    override postMessage(request: WriterRequest): void {
      this.#unanswered++;
      this.#isClosing = request.kind === "close";
      if (request.kind === "open") create(request.file);
      super.postMessage(request);
    }

    /** Ends the thread, unless it's a writer that has closed its database. */
    override async terminate(): Promise<number> {
      if (!this.#isWriter || !this.#isClosed) return super.terminate();
      this.removeAllListeners();
      this.unref();
      idle.push(this);
      return 0;
    }
  }
  await mock.module("node:worker_threads", () => ({ ...threads, Worker }));
}
