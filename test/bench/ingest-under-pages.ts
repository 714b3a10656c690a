/**
 * `bun test/bench/ingest-under-pages.ts [--messages 10000000] [--days 90] [--rates 1000,3000]
 *   [--seconds 10] [--rounds 5] [--history-dir /var/tmp/smsledger-bench] [--json FILE]`
 *
 * Measures how fast the webhook responds during page loads, and without them. Callbacks
 * come at an even rate, whether or not earlier ones got a response; quiet and busy periods
 * alternate in one run, on a copy of a big history. Prints the medians of the rounds and
 * JSON.
 */
import { copyFileSync, constants } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  ensureHistory,
  HISTORY_UNTIL,
  removeDatabase,
} from "./history/database.ts";
import { serveHistory } from "./history/history-server.ts";
import { pageAddresses } from "./page-addresses.ts";
import { BENCH_PUBLIC_URL, BENCH_TOKEN } from "./signed-requests.ts";
import { median, webhookTimes, type WebhookTimes } from "./wire-requests.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "10000000" },
    days: { type: "string", default: "90" },
    rates: { type: "string", default: "1000,3000" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "5" },
    "history-dir": { type: "string", default: "/var/tmp/smsledger-bench" },
    json: { type: "string" },
  },
});

const RATIO_MAX = 1.5;
/** Warms up both before pages and callbacks are measured together. */
const SETTLE_MS = 1_000;

/** Page clients that run during the callbacks. */
type Clients = {
  readonly count: number;
  readonly paths: readonly string[];
  /** The pause between pages. */
  readonly pauseMs: number;
};

type Busyness = {
  readonly name: string;
  readonly clients: readonly Clients[];
};

type Round = WebhookTimes & {
  /** Pages, and megabytes of an export, per second. */
  readonly loadedPerSecond: number;
};

/** Loads pages until stopped; then resolves to how many were loaded. */
function startClients(origin: string, { count, paths, pauseMs }: Clients) {
  const child = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "page-clients.ts"),
      origin,
      String(count),
      String(pauseMs),
    ],
    { stdin: Buffer.from(paths.join("\n")), stdout: "pipe" },
  );
  return async (): Promise<number> => {
    child.kill("SIGTERM");
    return Number(await new Response(child.stdout).text());
  };
}

async function measure(
  origin: string,
  perSecond: number,
  busyness: Busyness,
): Promise<Round> {
  const stops = busyness.clients.map((each) => startClients(origin, each));
  const start = performance.now();
  await Bun.sleep(SETTLE_MS);
  let times: WebhookTimes;
  let loaded = 0;
  try {
    times = await webhookTimes(origin, perSecond, Number(values.seconds));
  } finally {
    for (const stop of stops) loaded += await stop();
  }
  return {
    ...times,
    loadedPerSecond: (loaded / (performance.now() - start)) * 1_000,
  };
}

const wishes = {
  messages: Number(values.messages),
  days: Number(values.days),
  until: HISTORY_UNTIL,
  seed: 1,
};
const original = await ensureHistory(values["history-dir"], wishes);
const pages = await pageAddresses(original, wishes);
const copy = join(values["history-dir"], `ingest-${process.pid}.db`);
process.on("exit", () => removeDatabase(copy));
copyFileSync(original, copy, constants.COPYFILE_FICLONE);

const QUIET: Busyness = { name: "quiet", clients: [] };
const EXPORT: Clients = { count: 1, paths: ["/messages.csv"], pauseMs: 0 };
const paths = pages.flatMap((page) => page.paths);
const TEAM: Clients = { count: 8, paths, pauseMs: 1_000 };
const busy: readonly Busyness[] = [
  { name: "8 people, a page a second each", clients: [TEAM] },
  { name: "an export", clients: [EXPORT] },
  { name: "8 people and an export", clients: [TEAM, EXPORT] },
  // As many pages as the server can make: more than people ever request.
  {
    name: "4 clients without a pause",
    clients: [{ count: 4, paths, pauseMs: 0 }],
  },
];
const server = await serveHistory(copy, wishes.until, {
  TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
  PUBLIC_URL: BENCH_PUBLIC_URL,
});
const rates = [];
for (const rate of values.rates.split(",").map(Number)) {
  const rounds = new Map<string, Round[]>(
    [QUIET, ...busy].map(({ name }) => [name, []]),
  );
  const add = async (busyness: Busyness): Promise<void> => {
    const round = await measure(server.origin, rate, busyness);
    rounds.get(busyness.name)?.push(round);
  };
  await measure(server.origin, rate, QUIET);
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const each of busy) {
      await add(QUIET);
      await add(each);
    }
  }
  rates.push(report(rate, rounds));
}
await server.kill();
const json = JSON.stringify({
  date: new Date().toISOString(),
  messages: wishes.messages,
  seconds: Number(values.seconds),
  rates,
});
if (values.json === undefined) console.log(json);
else await Bun.write(values.json, `${json}\n`);

/** Prints the table for one rate, and returns its JSON. */
function report(rate: number, rounds: ReadonlyMap<string, readonly Round[]>) {
  const of = (name: string, key: keyof Round): number =>
    median((rounds.get(name) ?? []).map((each) => each[key]));
  const ratio = (name: string): number =>
    of(name, "p99Ms") / of(QUIET.name, "p99Ms");
  console.log(`\n${rate} callbacks per second`);
  console.table(
    [...rounds.keys()].map((name) => ({
      beside: name,
      "p50 ms": of(name, "p50Ms").toFixed(2),
      "p99 ms": of(name, "p99Ms").toFixed(2),
      "times quiet": ratio(name).toFixed(2),
      "sent late p99 ms": of(name, "lateP99Ms").toFixed(2),
      "pages + MB /s": of(name, "loadedPerSecond").toFixed(1),
      failed: of(name, "failed"),
    })),
  );
  const missed = busy.filter(({ name }) => ratio(name) > RATIO_MAX);
  console.log(
    missed.length === 0
      ? `Never over ${RATIO_MAX} times the quiet p99.`
      : `Over ${RATIO_MAX} times the quiet p99: ${missed.map(({ name }) => name).join(", ")}.`,
  );
  return {
    perSecond: rate,
    timesQuiet: Object.fromEntries(busy.map(({ name }) => [name, ratio(name)])),
    rounds: Object.fromEntries(rounds),
  };
}
