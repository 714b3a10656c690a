/**
 * `bun test/bench/scale.ts [--nodes 1,2,4] [--connections 256] [--seconds 6] [--rounds 3]
 *   [--rate 3000] [--json FILE]`
 *
 * Measures what several nodes on one PostgreSQL database receive, beside one server on SQLite,
 * side by side in one run, all on this machine: callbacks per second, processor time for each on
 * the nodes and on the database server, how long the keeper needs for what is left after the
 * load; and, at an even rate, how long callbacks wait for the keeper. The load comes from wrk.
 * PostgreSQL waits for the disk as in production. Prints the medians of the rounds and JSON.
 */
import { SQL } from "bun";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { percentile } from "../../src/simulation/load.ts";
import { startProcess, type ServerProcess } from "../faults/server-process.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import {
  BENCH_PUBLIC_URL,
  BENCH_TOKEN,
  signedRequests,
} from "./signed-requests.ts";
import { median, webhookTimes } from "./wire-requests.ts";
import { requireWrk, wrk } from "./wrk.ts";

const { values } = parseArgs({
  options: {
    nodes: { type: "string", default: "1,2,4" },
    connections: { type: "string", default: "256" },
    seconds: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
    rate: { type: "string", default: "3000" },
    json: { type: "string" },
  },
});
const [connections, seconds, rounds, rate] = [
  values.connections,
  values.seconds,
  values.rounds,
  values.rate,
].map(Number) as [number, number, number, number];

/** More than any server here can handle; beyond it, callbacks would repeat. */
const CALLBACKS_PER_SECOND_MAX = 30_000;
const LAG_SAMPLE_MS = 20;
/** How long a keeper may need for what a load left. */
const DRAIN_MS = 120_000;
/** The unit of /proc: a hundredth of a second. */
const US_PER_TICK = 10_000;
const SQLITE = "SQLite";

type Round = {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly failed: number;
  /** Processor time for each callback, in microseconds. */
  readonly nodeUs: number;
  readonly databaseUs: number;
  /** Until everything was recorded, after the load. */
  readonly drainSeconds: number;
  readonly lagP50Ms: number;
  readonly lagP99Ms: number;
};

/** The processor time that a process has used, in microseconds. */
function timeOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // After the name, which can contain anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // Its own, and that of its children that have ended.
  return fields
    .slice(11, 15)
    .reduce((sum, ticks) => sum + Number(ticks) * US_PER_TICK, 0);
}

/** The same of a PostgreSQL server with all its processes. */
function timeOfServer(folder: string): number {
  const [pid] = readFileSync(join(folder, "data/postmaster.pid"), "utf8").split(
    "\n",
  );
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/status`, "utf8").includes(
          `\nPPid:\t${pid}\n`,
        );
      } catch {
        return false;
      }
    });
  return [Number(pid), ...children.map(Number)].reduce(
    (sum, each) => sum + timeOf(each),
    0,
  );
}

const start = (databaseUrl: string): Promise<ServerProcess> =>
  startProcess(databaseUrl, {
    TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
    PUBLIC_URL: BENCH_PUBLIC_URL,
    LOG_LEVEL: "info",
  });

/** Posts to all servers at once, each with its share of connections and its own callbacks. */
async function load(servers: readonly ServerProcess[]) {
  using folder = tempDir();
  const files = await Promise.all(
    servers.map(async (_, index) => {
      const file = join(folder.path, String(index));
      const count = (CALLBACKS_PER_SECOND_MAX * seconds) / servers.length;
      await Bun.write(file, signedRequests(count).join("\n"));
      return file;
    }),
  );
  const results = await Promise.all(
    servers.map(({ origin }, index) =>
      wrk(
        origin,
        Math.round(connections / servers.length),
        seconds,
        files[index] ?? "",
      ),
    ),
  );
  const sum = (name: "perSecond" | "failed" | "answered"): number =>
    results.reduce((all, result) => all + result[name], 0);
  return {
    perSecond: sum("perSecond"),
    failed: sum("failed"),
    answered: sum("answered"),
    p99Ms: Math.max(...results.map(({ p99Ms }) => p99Ms)),
  };
}

async function sqliteRound(): Promise<Round> {
  using folder = tempDir("/var/tmp");
  const server = await start(join(folder.path, "smsledger.db"));
  try {
    const before = timeOf(server.pid);
    const { answered, ...loaded } = await load([server]);
    return {
      ...loaded,
      nodeUs: (timeOf(server.pid) - before) / answered,
      databaseUs: 0,
      drainSeconds: 0,
      lagP50Ms: 0,
      lagP99Ms: 0,
    };
  } finally {
    await server.kill();
  }
}

async function nodesRound(count: number): Promise<Round> {
  await using database = await startPostgres({
    parent: "/var/tmp",
    settings: ["fsync=on", "full_page_writes=on"],
  });
  const url = database.urlOf("postgres");
  const servers: ServerProcess[] = [];
  for (let each = 0; each < count; each++) servers.push(await start(url));
  await using sql = new SQL(url, { max: 1 });
  try {
    const time = () => servers.reduce((sum, { pid }) => sum + timeOf(pid), 0);
    const [nodesBefore, databaseBefore] = [
      time(),
      timeOfServer(database.folder),
    ];
    const { answered, ...loaded } = await load(servers);
    const loadedAt = performance.now();
    await until(async () => {
      const waiting = await sql`SELECT 1 FROM inbox LIMIT 1`;
      return waiting.length === 0;
    }, DRAIN_MS);
    return {
      ...loaded,
      drainSeconds: (performance.now() - loadedAt) / 1_000,
      nodeUs: (time() - nodesBefore) / answered,
      databaseUs: (timeOfServer(database.folder) - databaseBefore) / answered,
      ...(await lagAt(rate, servers, sql)),
    };
  } finally {
    await Promise.all(servers.map((server) => server.kill()));
  }
}

/** How old the oldest callback is that the keeper hasn't recorded, at an even rate. */
async function lagAt(
  perSecond: number,
  servers: readonly ServerProcess[],
  sql: SQL,
): Promise<Pick<Round, "lagP50Ms" | "lagP99Ms">> {
  const samples: number[] = [];
  let isLoaded = false;
  const sample = async (): Promise<void> => {
    while (!isLoaded) {
      const [oldest] = await sql`
        SELECT (event::json ->> 'receivedAt')::float8 AS at FROM inbox ORDER BY id LIMIT 1`;
      samples.push(oldest === undefined ? 0 : Date.now() - oldest.at);
      await Bun.sleep(LAG_SAMPLE_MS);
    }
  };
  const sampling = sample();
  await Promise.all(
    servers.map(({ origin }) =>
      webhookTimes(origin, Math.round(perSecond / servers.length), seconds),
    ),
  );
  isLoaded = true;
  await sampling;
  const sorted = Float64Array.from(samples).sort();
  return {
    lagP50Ms: percentile(sorted, 0.5) ?? NaN,
    lagP99Ms: percentile(sorted, 0.99) ?? NaN,
  };
}

requireWrk();
const subjects = new Map<string, () => Promise<Round>>([
  [SQLITE, sqliteRound],
  ...values.nodes
    .split(",")
    .map(Number)
    .map(
      (count) =>
        [
          `PostgreSQL, ${count} ${count === 1 ? "node" : "nodes"}`,
          () => nodesRound(count),
        ] as const,
    ),
]);
const results = new Map<string, Round[]>();
for (let round = 0; round < rounds; round++)
  for (const [name, measure] of subjects)
    results.set(name, [...(results.get(name) ?? []), await measure()]);

const of = (name: string, key: keyof Round): number =>
  median((results.get(name) ?? []).map((each) => each[key]));
console.log(`\n${connections} connections; lag at ${rate} callbacks a second`);
console.table(
  [...results.keys()].map((name) => ({
    subject: name,
    "callbacks/s": Math.round(of(name, "perSecond")),
    "times SQLite": (of(name, "perSecond") / of(SQLITE, "perSecond")).toFixed(
      2,
    ),
    "p99 ms": of(name, "p99Ms").toFixed(1),
    failed: of(name, "failed"),
    "node µs": Math.round(of(name, "nodeUs")),
    "database µs": Math.round(of(name, "databaseUs")),
    "drain s": of(name, "drainSeconds").toFixed(1),
    "lag p50 ms": Math.round(of(name, "lagP50Ms")),
    "lag p99 ms": Math.round(of(name, "lagP99Ms")),
  })),
);
const json = JSON.stringify({
  date: new Date().toISOString(),
  connections,
  seconds,
  rate,
  rounds: Object.fromEntries(results),
});
if (values.json === undefined) console.log(json);
else await Bun.write(values.json, `${json}\n`);
