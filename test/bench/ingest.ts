/**
 * `bun test/bench/ingest.ts [--connections 256] [--seconds 6] [--rounds 3] [--json FILE]`
 *
 * Measures durable callbacks per second, side by side in one run: the same load on the same
 * machine, one subject after another, in rounds; `--connections 64,256` measures with both.
 * The load comes from wrk (Debian package `wrk`). Prints a table of ratios and JSON.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tempDir } from "../support/temp-dir.ts";
import {
  BENCH_PUBLIC_URL,
  BENCH_TOKEN,
  signedRequests,
} from "./signed-requests.ts";
import { median } from "./wire-requests.ts";
import { requireWrk, wrk, type LoadResult } from "./wrk.ts";

/** More than any server here can handle; beyond it, callbacks would repeat. */
const CALLBACKS_PER_SECOND_MAX = 40_000;

type Subject = {
  readonly name: string;
  readonly command: (folder: string) => string[];
};

const here = (file: string): string => join(import.meta.dir, file);

/**
 * Returns a Node that runs better-sqlite3, version 22 or later: the installed one, or that
 * of npm's `node` package.
 */
function node(): string {
  const own = Bun.spawnSync([
    "node",
    "-p",
    "process.versions.node",
  ]).stdout.toString();
  if (Number.parseInt(own, 10) >= 22) return "node";
  return Bun.spawnSync(["npx", "-y", "node@24", "-p", "process.execPath"])
    .stdout.toString()
    .trim();
}

const EXPRESS = "Express + twilio.webhook() + better-sqlite3";
const OURS = "smsledger";
const VERIFYING = "smsledger, verifying only";
const ECHO = "Bun echo";

const subjects: readonly Subject[] = [
  { name: ECHO, command: () => [process.execPath, here("echo-server.ts")] },
  {
    name: VERIFYING,
    command: () => [process.execPath, here("verify-only-server.ts")],
  },
  {
    name: OURS,
    command: () => [process.execPath, here("../../src/main.ts"), "serve"],
  },
  {
    name: EXPRESS,
    command: (folder) => [
      node(),
      here("express-server.mjs"),
      join(folder, "e.db"),
      BENCH_PUBLIC_URL,
      BENCH_TOKEN,
    ],
  },
];

const { values } = parseArgs({
  options: {
    connections: { type: "string", default: "256" },
    seconds: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
    /** In seconds. */
    "warm-up": { type: "string", default: "3" },
    json: { type: "string" },
  },
});

async function measure(
  { command }: Subject,
  connections: number,
): Promise<LoadResult> {
  using folder = tempDir();
  const server = Bun.spawn(command(folder.path), {
    env: {
      ...process.env,
      NODE_ENV: "production",
      TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
      PUBLIC_URL: BENCH_PUBLIC_URL,
      DATABASE_URL: join(folder.path, "smsledger.db"),
      PORT: "0",
      SIGN_IN: "none",
      LOG_FORMAT: "json",
    },
    stdout: "pipe",
  });
  try {
    const origin = await listeningOrigin(server.stdout);
    if (warmUpSeconds > 0)
      await wrk(origin, connections, warmUpSeconds, warmUpFile);
    return await wrk(origin, connections, seconds, loadFile);
  } finally {
    server.kill();
    await server.exited;
  }
}

async function listeningOrigin(
  output: ReadableStream<Uint8Array>,
): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    text += new TextDecoder().decode(chunk);
    const [, origin] = /listening on (http:\/\/[^:]+:\d+)/.exec(text) ?? [];
    if (origin !== undefined) return origin;
  }
  throw new Error("A server didn't start.");
}

requireWrk();
const seconds = Number(values.seconds);
const warmUpSeconds = Number(values["warm-up"]);
using requestsFolder = tempDir();
const warmUpFile = join(requestsFolder.path, "warm-up");
const loadFile = join(requestsFolder.path, "load");
await Bun.write(
  warmUpFile,
  signedRequests(CALLBACKS_PER_SECOND_MAX * warmUpSeconds).join("\n"),
);
await Bun.write(
  loadFile,
  signedRequests(CALLBACKS_PER_SECOND_MAX * seconds).join("\n"),
);

const reports = [];
for (const connections of values.connections.split(",").map(Number)) {
  const rounds = new Map<string, LoadResult[]>(
    subjects.map(({ name }) => [name, []]),
  );
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const subject of subjects)
      rounds.get(subject.name)?.push(await measure(subject, connections));
  }
  reports.push(report(connections, rounds));
}
const json = JSON.stringify({
  date: new Date().toISOString(),
  seconds,
  reports,
});
if (values.json === undefined) console.log(json);
else await Bun.write(values.json, `${json}\n`);

/** Prints the table for one number of connections, and returns its JSON. */
function report(
  connections: number,
  rounds: ReadonlyMap<string, readonly LoadResult[]>,
) {
  const of = (name: string, key: keyof LoadResult): number =>
    median((rounds.get(name) ?? []).map((each) => each[key]));
  const ratio = (name: string, to: string): number =>
    of(name, "perSecond") / of(to, "perSecond");
  console.log(`\n${connections} connections`);
  console.table(
    subjects.map(({ name }) => ({
      server: name,
      "callbacks/s": Math.round(of(name, "perSecond")),
      "times Express": ratio(name, EXPRESS).toFixed(1),
      "of verifying": ratio(name, VERIFYING).toFixed(2),
      "p50 ms": of(name, "p50Ms").toFixed(2),
      "p99 ms": of(name, "p99Ms").toFixed(2),
      failed: of(name, "failed"),
    })),
  );
  return {
    connections,
    timesExpress: ratio(OURS, EXPRESS),
    ofVerifying: ratio(OURS, VERIFYING),
    rounds: Object.fromEntries(rounds),
  };
}
