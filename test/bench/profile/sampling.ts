/**
 * Imported by each thread of a server that is measured: samples where the thread is,
 * a thousand times a second. Each time the process is signaled, it writes what it has since.
 */
import * as jsc from "bun:jsc";
import { writeFileSync } from "node:fs";
import { BroadcastChannel, isMainThread } from "node:worker_threads";

/** Not among the declared types of Bun 1.4. */
const { samplingProfilerStackTraces: takeSamples } = Object(jsc);
const threads = new BroadcastChannel("profile");
threads.unref();

let round = 0;
function write(): void {
  const name = `${isMainThread ? "http" : "writer"}-${++round}.json`;
  writeFileSync(
    `${process.env["PROFILE_FOLDER"]}/${name}`,
    JSON.stringify(takeSamples()),
  );
}

threads.onmessage = write;
if (isMainThread)
  process.on("SIGUSR2", () => {
    threads.postMessage(undefined);
    write();
  });
jsc.startSamplingProfiler();
