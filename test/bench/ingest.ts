/**
 * `bun test/bench/ingest.ts [--connections 64] [--seconds 6] [--rounds 2] [--json FILE]`
 *
 * Durable callbacks per second, side by side in one run: the same load on the same
 * machine, subject after subject, in rounds. Prints a table of ratios and JSON.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tempDir } from "../support/temp-dir.ts";
import type { LoadResult } from "./load-generator.ts";
import { BENCH_PUBLIC_URL, BENCH_TOKEN } from "./signed-requests.ts";

type Subject = {
  readonly name: string;
  readonly command: (folder: string) => string[];
};

const here = (file: string): string => join(import.meta.dir, file);

/** The program of a Node that better-sqlite3 runs on, 22 or later: the one at hand, or that of npm's `node` package. */
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
    connections: { type: "string", default: "64" },
    seconds: { type: "string", default: "6" },
    rounds: { type: "string", default: "2" },
    json: { type: "string" },
  },
});

async function measure({ command }: Subject): Promise<LoadResult> {
  using folder = tempDir();
  const server = Bun.spawn(command(folder.path), {
    env: {
      ...process.env,
      NODE_ENV: "production",
      TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
      PUBLIC_URL: BENCH_PUBLIC_URL,
      DATABASE_URL: join(folder.path, "smsledger.db"),
      PORT: "0",
      LOG_FORMAT: "json",
    },
    stdout: "pipe",
  });
  try {
    const port = await listeningPort(server.stdout);
    const generator = [
      process.execPath,
      here("load-generator.ts"),
      port,
      values.connections,
      values.seconds,
    ];
    const load = Bun.spawn(generator, { stdout: "pipe" });
    const result: LoadResult = JSON.parse(
      await new Response(load.stdout).text(),
    );
    return result;
  } finally {
    server.kill();
    await server.exited;
  }
}

async function listeningPort(
  output: ReadableStream<Uint8Array>,
): Promise<string> {
  let text = "";
  for await (const chunk of output) {
    text += new TextDecoder().decode(chunk);
    const [, port] = /listening on http:\/\/[^:]+:(\d+)/.exec(text) ?? [];
    if (port !== undefined) return port;
  }
  throw new Error("A server did not start.");
}

/** The middle of the rounds, or the mean of the middle two. */
function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (
    ((sorted[Math.ceil(half) - 1] ?? 0) + (sorted[Math.floor(half)] ?? 0)) / 2
  );
}

const results = new Map<string, LoadResult[]>(
  subjects.map(({ name }) => [name, []]),
);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const subject of subjects)
    results.get(subject.name)?.push(await measure(subject));
}

const perSecond = (name: string): number =>
  median((results.get(name) ?? []).map((each) => each.perSecond));
console.table(
  subjects.map(({ name }) => {
    const rounds = results.get(name) ?? [];
    return {
      server: name,
      "callbacks/s": Math.round(perSecond(name)),
      "times Express": (perSecond(name) / perSecond(EXPRESS)).toFixed(1),
      "of verifying": (perSecond(name) / perSecond(VERIFYING)).toFixed(2),
      "p50 ms": median(rounds.map((each) => each.p50Ms)).toFixed(2),
      "p99 ms": median(rounds.map((each) => each.p99Ms)).toFixed(2),
      failed: rounds.reduce((sum, each) => sum + each.failed, 0),
    };
  }),
);
const report = JSON.stringify({
  date: new Date().toISOString(),
  connections: Number(values.connections),
  seconds: Number(values.seconds),
  timesExpress: perSecond(OURS) / perSecond(EXPRESS),
  ofVerifying: perSecond(OURS) / perSecond(VERIFYING),
  rounds: Object.fromEntries(results),
});
if (values.json === undefined) console.log(report);
else await Bun.write(values.json, `${report}\n`);
