/**
 * `bun test/bench/profile.ts [--connections 256] [--seconds 10] [--functions 0] [--json FILE]`
 *
 * Shows where the time of a callback goes: the processor time of each thread of the server,
 * and what the two that run our code do, from a sample a millisecond. A copy of the source
 * is run, in which each thread samples itself. The load comes from wrk (Debian package
 * `wrk`). `--functions 30` also lists that many functions. A sample counts what passes, not
 * what the processor does, so that on a busy machine, or while a disk answers, steps take longer
 * than their thread works; and what Bun does outside of JavaScript, such as reading from
 * sockets, has none.
 */
import { appendFileSync, cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { startProcess } from "../faults/server-process.ts";
import { count, type Sample, type ThreadName } from "./profile/samples.ts";
import { threadTimes } from "./profile/thread-times.ts";
import {
  BENCH_PUBLIC_URL,
  BENCH_TOKEN,
  signedRequests,
} from "./signed-requests.ts";
import { requireWrk, wrk } from "./wrk.ts";

const ROOT = join(import.meta.dir, "../..");
/** More than the server can handle; beyond it, callbacks would repeat. */
const CALLBACKS_PER_SECOND_MAX = 40_000;
const WARM_UP_SECONDS = 3;
/** Threads with less aren't listed. */
const LEAST_MICROSECONDS = 0.3;
const MICROSECONDS_PER_SAMPLE = 1_000;
const THREADS: readonly ThreadName[] = ["http", "writer"];

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "256" },
    seconds: { type: "string", default: "10" },
    functions: { type: "string", default: "0" },
    json: { type: "string" },
  },
});

/** Copies the source, with one more import in each thread's module. Returns the program. */
function copySource(folder: string): string {
  for (const name of ["src", "views", "package.json", "tsconfig.json"])
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const sampling = join(import.meta.dir, "profile/sampling.ts");
  for (const module of ["main.ts", "store/sqlite/writer/writer.ts"]) {
    const file = join(folder, "src", module);
    appendFileSync(file, `\nimport ${JSON.stringify(sampling)};\n`);
  }
  return join(folder, "src/main.ts");
}

/** Makes the callbacks of so many seconds in advance. Returns a function that posts them. */
async function loadOf(seconds: number) {
  const file = join(folder.path, `requests-${seconds}`);
  const requests = signedRequests(CALLBACKS_PER_SECOND_MAX * seconds);
  await Bun.write(file, requests.join("\n"));
  return (origin: string) =>
    wrk(origin, Number(values.connections), seconds, file);
}

/** Signals the server to write what its threads have sampled. Resolves to that. */
async function takeSamples(pid: number, round: number) {
  process.kill(pid, "SIGUSR2");
  return Promise.all(
    THREADS.map((thread) =>
      until(async () => {
        const file = join(folder.path, `${thread}-${round}.json`);
        const { traces } = await Bun.file(file).json();
        return traces as readonly Sample[];
      }),
    ),
  );
}

/** Returns a table of microseconds for each callback. */
function table(
  samples: ReadonlyMap<string, number>,
  callbacks: number,
  rows = Infinity,
) {
  const sorted = [...samples].toSorted(([, a], [, b]) => b - a);
  return sorted.slice(0, rows).map(([what, count]) => ({
    what,
    µs: ((count * MICROSECONDS_PER_SAMPLE) / callbacks).toFixed(1),
  }));
}

requireWrk();
const seconds = Number(values.seconds);
using folder = tempDir();
const warmUp = await loadOf(WARM_UP_SECONDS);
const load = await loadOf(seconds);
const server = await startProcess(
  join(folder.path, "smsledger.db"),
  {
    PROFILE_FOLDER: folder.path,
    PUBLIC_URL: BENCH_PUBLIC_URL,
    TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
  },
  [process.execPath, copySource(folder.path)],
);
try {
  await warmUp(server.origin);
  await takeSamples(server.pid, 1);
  const before = threadTimes(server.pid);
  const { answered, failed, perSecond } = await load(server.origin);
  const after = threadTimes(server.pid);
  const samples = await takeSamples(server.pid, 2);
  console.log(
    `${Math.round(perSecond)} callbacks/s over ${values.connections} connections, ${failed} failed`,
  );
  console.log("Processor time for each callback, by thread:");
  console.table(threadTable(before, after, answered));
  const threads = THREADS.map((thread, place) => {
    const { steps, functions } = count(thread, samples[place] ?? []);
    console.log(`The ${thread} thread, time for each callback:`);
    const rows = table(steps, answered);
    console.table(rows);
    const listed = Number(values.functions);
    if (listed > 0) console.table(table(functions, answered, listed));
    return { thread, rows };
  });
  if (values.json !== undefined)
    await Bun.write(
      values.json,
      JSON.stringify({ perSecond, failed, threads }),
    );
} finally {
  await server.kill();
}

function threadTable(
  before: ReturnType<typeof threadTimes>,
  after: ReturnType<typeof threadTimes>,
  callbacks: number,
) {
  const none = { user: 0, system: 0 };
  const rows = [...after].map(([thread, { user, system }]) => {
    const from = before.get(thread) ?? none;
    const each = (spent: number): number => (spent * 1e6) / callbacks;
    return {
      thread,
      user: each(user - from.user),
      system: each(system - from.system),
    };
  });
  const shown = rows
    .filter(({ user, system }) => user + system >= LEAST_MICROSECONDS)
    .toSorted((a, b) => b.user + b.system - a.user - a.system);
  const sum = (key: "user" | "system"): number =>
    rows.reduce((total, row) => total + row[key], 0);
  return [
    ...shown,
    { thread: "all", user: sum("user"), system: sum("system") },
  ].map(({ thread, user, system }) => ({
    thread,
    "user µs": user.toFixed(1),
    "system µs": system.toFixed(1),
  }));
}
