/**
 * Loaded before the tests by `bun run test`: threads run the bundles that it has made of
 * their modules, as those of the compiled program do. Nearly every test opens a database,
 * and loading the writer's hundred modules for each takes 90 ms of a core, the bundle 20 ms.
 */
import { mock } from "bun:test";
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import * as threads from "node:worker_threads";

const SOURCE = join(import.meta.dir, "../../src");
const bundles = process.env["SMSLEDGER_THREADS"];

function bundleOf(module: string | URL, folder: string): string | URL {
  if (!(module instanceof URL)) return module;
  const path = relative(SOURCE, Bun.fileURLToPath(module));
  const bundle = join(folder, path.replace(/\.ts$/, ".js"));
  return !path.startsWith("..") && existsSync(bundle) ? bundle : module;
}

if (bundles !== undefined) {
  class Worker extends threads.Worker {
    constructor(module: string | URL, options?: threads.WorkerOptions) {
      super(bundleOf(module, bundles ?? ""), options);
    }
  }
  await mock.module("node:worker_threads", () => ({ ...threads, Worker }));
}
