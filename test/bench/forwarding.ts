/**
 * `bun test/bench/forwarding.ts [--endpoints 20] [--per-second 200] [--rate 250] [--waiting 10000]
 *   [--seconds 10] [--rounds 5] [--json FILE]`
 *
 * Measures what forwarding costs: how fast the webhook responds at an even rate, with endpoints
 * that get every event and one that is dead, with events waiting for it; and without them. Quiet
 * and busy periods alternate in one run. Also page times and the server's memory. Prints the
 * medians of the rounds and JSON.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { newEndpointSecret } from "../../src/forwarding/secrets.ts";
import type { CommandStores } from "../../src/store/engine.ts";
import { openEngine } from "../../src/store/open.ts";
import { startProcess } from "../faults/server-process.ts";
import { freePort } from "../support/free-port.ts";
import { tempDir } from "../support/temp-dir.ts";
import { BENCH_PUBLIC_URL, BENCH_TOKEN } from "./signed-requests.ts";
import { median, webhookTimes, type WebhookTimes } from "./wire-requests.ts";

const { values } = parseArgs({
  options: {
    endpoints: { type: "string", default: "20" },
    "per-second": { type: "string", default: "200" },
    rate: { type: "string", default: "250" },
    waiting: { type: "string", default: "10000" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "5" },
    json: { type: "string" },
  },
});
const [endpoints, perSecond, rate, waiting, seconds, rounds] = [
  values.endpoints,
  values["per-second"],
  values.rate,
  values.waiting,
  values.seconds,
  values.rounds,
].map(Number) as [number, number, number, number, number, number];

const RATIO_MAX = 1.5;
const PAGES = ["/", "/messages"];
const PAGE_LOADS = 10;
const WAITING_PER_SECOND = 2_000;
const SETTLE_MS = 1_000;

type Round = WebhookTimes & {
  readonly pageMs: number;
  readonly memoryMb: number;
  /** Requests to all endpoints per second. */
  readonly forwarded: number;
};

const by = () => ({ at: Date.now(), actor: "bench", address: null });

async function add(
  { endpoints }: CommandStores,
  name: string,
  url: string,
): Promise<number> {
  const settings = { filter: "", events: null, concurrency: 4 };
  const secret = newEndpointSecret();
  const added = await endpoints.add(
    { name, url, ...settings, ratePerSecond: rate, secret },
    by(),
  );
  if ("refusal" in added) throw new Error(added.refusal);
  return added.id;
}

async function pageTime(origin: string): Promise<number> {
  const times: number[] = [];
  for (let load = 0; load < PAGE_LOADS; load++)
    for (const page of PAGES) {
      const start = performance.now();
      await (await fetch(origin + page)).text();
      times.push(performance.now() - start);
    }
  return median(times);
}

function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1_024;
}

async function main(): Promise<void> {
  using folder = tempDir();
  const databaseUrl = join(folder.path, "smsledger.db");
  const sink = Bun.spawn([process.execPath, join(import.meta.dir, "sink.ts")], {
    stdout: "pipe",
    stderr: "inherit",
  });
  const { value } = await sink.stdout.getReader().read();
  const receiver = new TextDecoder().decode(value).trim();
  const received = async () => Number(await (await fetch(receiver)).text());
  const server = await startProcess(databaseUrl, {
    TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
    PUBLIC_URL: BENCH_PUBLIC_URL,
    FORWARD_ALLOW: "127.0.0.0/8",
  });
  const stores = await openEngine(databaseUrl).openForCommand();
  const dead = await add(stores, "dead", `http://127.0.0.1:${freePort()}/`);
  await webhookTimes(
    server.origin,
    WAITING_PER_SECOND,
    Math.ceil(waiting / WAITING_PER_SECOND),
  );

  async function round(isBusy: boolean): Promise<Round> {
    const ids: number[] = [];
    await stores.endpoints.setState(dead, isBusy ? "active" : "paused", by());
    for (let each = 0; isBusy && each < endpoints; each++)
      ids.push(await add(stores, `endpoint ${each}`, `${receiver}/${each}`));
    await Bun.sleep(SETTLE_MS);
    const before = await received();
    const start = performance.now();
    const times = await webhookTimes(server.origin, perSecond, seconds);
    const passed = (performance.now() - start) / 1_000;
    const forwarded = ((await received()) - before) / passed;
    const pageMs = await pageTime(server.origin);
    const memoryMb = memoryOf(server.pid);
    for (const id of ids) await stores.endpoints.remove(id, by());
    await Bun.sleep(SETTLE_MS);
    return { ...times, pageMs, memoryMb, forwarded };
  }

  const quiet: Round[] = [];
  const busy: Round[] = [];
  for (let each = 0; each < rounds; each++) {
    quiet.push(await round(false));
    busy.push(await round(true));
    console.log(line("quiet", quiet.at(-1)), line("busy", busy.at(-1)));
  }
  await stores.close();
  await server.kill();
  sink.kill();
  report(quiet, busy);
}

function line(name: string, round: Round | undefined): string {
  if (!round) return "";
  const { p50Ms, p99Ms, lateP99Ms, failed, pageMs, memoryMb, forwarded } =
    round;
  return (
    `${name}: p50 ${p50Ms.toFixed(2)} p99 ${p99Ms.toFixed(2)} ms (client ${lateP99Ms.toFixed(2)}), ` +
    `page ${pageMs.toFixed(1)} ms, ${memoryMb.toFixed(0)} MB, ${forwarded.toFixed(0)}/s forwarded, ${failed} failed;`
  );
}

function report(quiet: readonly Round[], busy: readonly Round[]): void {
  const of = (all: readonly Round[], name: keyof Round) =>
    median(all.map((each) => each[name]));
  const ratio = of(busy, "p99Ms") / of(quiet, "p99Ms");
  const result = {
    p99Ms: { quiet: of(quiet, "p99Ms"), busy: of(busy, "p99Ms"), ratio },
    pageMs: { quiet: of(quiet, "pageMs"), busy: of(busy, "pageMs") },
    memoryMb: {
      first: quiet[0]?.memoryMb,
      last: busy.at(-1)?.memoryMb,
    },
    forwarded: of(busy, "forwarded"),
    failed: [...quiet, ...busy].reduce((sum, each) => sum + each.failed, 0),
  };
  console.log(
    `webhook p99: ${result.p99Ms.quiet.toFixed(2)} ms quiet, ${result.p99Ms.busy.toFixed(2)} ms while ${result.forwarded.toFixed(0)} events a second are forwarded: ` +
      `${ratio.toFixed(2)} times (target: ${RATIO_MAX})`,
  );
  if (values.json !== undefined)
    void Bun.write(values.json, JSON.stringify(result));
}

await main();
