/**
 * `bun test/bench/sign-ins.ts [--at-once 100] [--pause-ms 0] [--rate 500] [--seconds 10]
 *   [--rounds 5] [--json FILE]`
 *
 * Measures how fast the webhook and `/livez` respond while many people repeatedly sign in
 * at once, and without sign-ins. Callbacks come at an even rate, whether or not earlier
 * ones got a response; quiet and busy periods alternate in one run. Prints the medians of
 * the rounds and JSON.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hashOf } from "../../src/account/passwords.ts";
import { percentile } from "../../src/simulation/load.ts";
import { openCommandStores } from "../../src/store/sqlite/beside.ts";
import { startProcess } from "../faults/server-process.ts";
import { tempDir } from "../support/temp-dir.ts";
import { openLoop } from "./open-loop.ts";
import { BENCH_PUBLIC_URL, BENCH_TOKEN } from "./signed-requests.ts";
import { median, webhookTimes, type WebhookTimes } from "./wire-requests.ts";

const { values } = parseArgs({
  options: {
    "at-once": { type: "string", default: "100" },
    "pause-ms": { type: "string", default: "0" },
    rate: { type: "string", default: "500" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "5" },
    json: { type: "string" },
  },
});

const RATIO_MAX = 2;
const LIVEZ_MAX_MS = 250;
const LIVEZ_PER_SECOND = 20;
const SETTLE_MS = 1_000;

type Round = WebhookTimes & {
  readonly livezP99Ms: number;
  readonly livezMaxMs: number;
  /** How many sign-ins got each status. */
  readonly signIns: Readonly<Record<string, number>>;
};

/** Signs in until stopped; then resolves to the number of responses by status. */
function startClients(origin: string) {
  const child = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "sign-in-clients.ts"),
      origin,
      values["at-once"],
      values["pause-ms"],
    ],
    { stdout: "pipe" },
  );
  return async (): Promise<Record<string, number>> => {
    child.kill("SIGTERM");
    return JSON.parse(await new Response(child.stdout).text());
  };
}

async function measure(origin: string, isBusy: boolean): Promise<Round> {
  const { hostname, port, host } = new URL(origin);
  const seconds = Number(values.seconds);
  const stop = isBusy ? startClients(origin) : undefined;
  await Bun.sleep(SETTLE_MS);
  const health = Buffer.from(`GET /livez HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  const [callbacks, livez] = await Promise.all([
    webhookTimes(origin, Number(values.rate), seconds),
    openLoop({
      hostname,
      port: Number(port),
      requests: Array.from(
        { length: LIVEZ_PER_SECOND * seconds },
        () => health,
      ),
      perSecond: LIVEZ_PER_SECOND,
    }),
  ]);
  return {
    ...callbacks,
    livezP99Ms: percentile(livez.latenciesMs, 0.99) ?? NaN,
    livezMaxMs: livez.latenciesMs.at(-1) ?? NaN,
    failed: callbacks.failed + livez.failed,
    signIns: (await stop?.()) ?? {},
  };
}

const of = (
  rounds: readonly Round[],
  key: Exclude<keyof Round, "signIns">,
): number => median(rounds.map((round) => round[key]));

using folder = tempDir();
const file = join(folder.path, "smsledger.db");
const stores = openCommandStores(file, true);
await stores.accounts.addUser(
  {
    name: "ana",
    role: "admin",
    passwordHash: hashOf("correct horse battery"),
    isPasswordTemporary: false,
  },
  { at: Date.now(), actor: "command line", address: null },
);
await stores.close();
const server = await startProcess(file, {
  TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
  PUBLIC_URL: BENCH_PUBLIC_URL,
  SIGN_IN: "password",
  TRUSTED_PROXIES: "127.0.0.1",
});
const quiet: Round[] = [];
const busy: Round[] = [];
await measure(server.origin, false);
for (let round = 0; round < Number(values.rounds); round++) {
  quiet.push(await measure(server.origin, false));
  busy.push(await measure(server.origin, true));
}
await server.kill();

const ratio = of(busy, "p99Ms") / of(quiet, "p99Ms");
const livezMaxMs = Math.max(...busy.map((round) => round.livezMaxMs));
console.table(
  [quiet, busy].map((rounds, index) => ({
    beside: index === 0 ? "quiet" : `${values["at-once"]} sign-ins at once`,
    "p50 ms": of(rounds, "p50Ms").toFixed(2),
    "p99 ms": of(rounds, "p99Ms").toFixed(2),
    "livez p99 ms": of(rounds, "livezP99Ms").toFixed(2),
    "livez worst ms": Math.max(
      ...rounds.map((each) => each.livezMaxMs),
    ).toFixed(2),
    "sign-ins by status": JSON.stringify(rounds.at(-1)?.signIns),
    failed: of(rounds, "failed"),
  })),
);
console.log(
  `The webhook's p99 is ${ratio.toFixed(2)} times the quiet one (at most ${RATIO_MAX}), ` +
    `the slowest /livez ${livezMaxMs.toFixed(0)} ms (at most ${LIVEZ_MAX_MS}).`,
);
const json = JSON.stringify({
  date: new Date().toISOString(),
  atOnce: Number(values["at-once"]),
  perSecond: Number(values.rate),
  seconds: Number(values.seconds),
  timesQuiet: ratio,
  livezMaxMs,
  quiet,
  busy,
});
if (values.json === undefined) console.log(json);
else await Bun.write(values.json, `${json}\n`);
