/**
 * `bun test/bench/backfill.ts [messages] [rate] [rounds]`: how fast the webhook responds while the
 * server reads a history from a stand-in for Twilio, and without it. Quiet and busy periods
 * alternate in one run.
 */
import { join } from "node:path";
import { dayOf } from "../../src/sources/gmt-days.ts";
import { openEngine } from "../../src/store/open.ts";
import { tempDir } from "../support/temp-dir.ts";
import { twilioHistory } from "../support/twilio-api.ts";
import { until } from "../support/until.ts";
import { startProcess } from "../faults/server-process.ts";
import { BENCH_PUBLIC_URL, BENCH_TOKEN } from "./signed-requests.ts";
import { median, webhookTimes, type WebhookTimes } from "./wire-requests.ts";

const [messages = 100_000, rate = 1_000, rounds = 5] = process.argv
  .slice(2)
  .map(Number);
const SECONDS = 8;
const DAY_MS = 86_400_000;

const day = dayOf(Date.now() - 3 * DAY_MS);
const from = Date.parse(day);
using folder = tempDir();
const file = join(folder.path, "history.json");
await Bun.write(
  file,
  JSON.stringify(twilioHistory(messages, from, from + DAY_MS)),
);
// It would be elsewhere: here it gets what others leave of the processors.
const stub = Bun.spawn(
  [
    "nice",
    "-n19",
    process.execPath,
    join(import.meta.dir, "twilio-api-process.ts"),
    file,
  ],
  { stdout: "pipe", stdin: "pipe" },
);
const reader = stub.stdout.getReader();
const { value } = await reader.read();
const env = JSON.parse(new TextDecoder().decode(value));
const databaseUrl = join(folder.path, "smsledger.db");
const server = await startProcess(databaseUrl, {
  ...env,
  TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
  PUBLIC_URL: BENCH_PUBLIC_URL,
});
const stores = await openEngine(databaseUrl).openForCommand();
// What the server reads by itself comes first.
await until(async () => (await stores.backfills.note()) !== undefined);
await until(async () => (await stores.backfills.next()) === undefined);
const read = async (): Promise<number> =>
  (await stores.backfills.days(day, day))[0]?.messages ?? 0;

const measure = () => webhookTimes(server.origin, rate, SECONDS);
await measure();
const [quiet, busy]: [WebhookTimes[], WebhookTimes[]] = [[], []];
const readEach: number[] = [];
for (let round = 0; round < rounds; round++) {
  quiet.push(await measure());
  await stores.backfills.want([day], Date.now());
  await until(async () => (await read()) > 0);
  const before = await read();
  busy.push(await measure());
  readEach.push((await read()) - before);
  await until(
    async () => (await stores.backfills.next()) === undefined,
    300_000,
  );
}
await stores.close();
await server.kill();
stub.kill();
const of = (times: readonly WebhookTimes[], key: keyof WebhookTimes) =>
  median(times.map((each) => each[key]));
console.table(
  (
    [
      ["quiet", quiet],
      ["backfill", busy],
    ] as const
  ).map(([beside, times]) => ({
    beside,
    "p50 ms": of(times, "p50Ms").toFixed(2),
    "p99 ms": of(times, "p99Ms").toFixed(2),
    "sent late p99 ms": of(times, "lateP99Ms").toFixed(2),
    failed: of(times, "failed"),
  })),
);
console.log(
  `p99 beside a backfill: ${(of(busy, "p99Ms") / of(quiet, "p99Ms")).toFixed(2)} times quiet; messages read in ${SECONDS} s: ${readEach.join(", ")}`,
);
process.exit(0);
