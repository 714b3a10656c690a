/**
 * `bun test/bench/refusal-flood.ts [--rate 500] [--flood 1500] [--seconds 8] [--rounds 5] [--main src/main.ts,…]`
 *
 * Measures how fast the webhook answers callbacks during a flood of forged ones, and
 * without one. Both come at an even rate. Several programs in `--main` take turns, so that
 * you can compare a change with the version before it. Prints the medians of the rounds.
 */
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { percentile } from "../../src/simulation/load.ts";
import { tempDir } from "../support/temp-dir.ts";
import { openLoop } from "./open-loop.ts";
import { BENCH_PUBLIC_URL, BENCH_TOKEN } from "./signed-requests.ts";
import { median, wireRequests } from "./wire-requests.ts";

const { values } = parseArgs({
  options: {
    rate: { type: "string", default: "500" },
    flood: { type: "string", default: "1500" },
    seconds: { type: "string", default: "8" },
    rounds: { type: "string", default: "5" },
    main: { type: "string", default: "src/main.ts" },
    /** The server's origin, if this process is the flood itself. */
    at: { type: "string" },
  },
});
const seconds = Number(values.seconds);
/** Well-formed. */
const FORGED_SIGNATURE = "0AAAAAAAAAAAAAAAAAAAAAAAAAA=";

function run(
  origin: string,
  perSecond: number,
  forSeconds: number,
  isForged: boolean,
) {
  const { hostname, port } = new URL(origin);
  const requests = wireRequests(
    perSecond * forSeconds,
    isForged ? FORGED_SIGNATURE : undefined,
  );
  return openLoop({ hostname, port: Number(port), requests, perSecond });
}

if (values.at !== undefined) {
  await run(values.at, Number(values.flood), seconds + 2, true);
  process.exit(0);
}

async function startProgram(main: string, folder: string) {
  const server = Bun.spawn([process.execPath, resolve(main), "serve"], {
    env: {
      ...process.env,
      NODE_ENV: "production",
      TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
      PUBLIC_URL: BENCH_PUBLIC_URL,
      DATABASE_URL: join(folder, "smsledger.db"),
      PORT: "0",
      LOG_FORMAT: "json",
    },
    stdout: "pipe",
  });
  const { promise, resolve: found } = Promise.withResolvers<string>();
  void (async () => {
    // Read to the end, because nothing else reads the log.
    let text = "";
    for await (const chunk of server.stdout) {
      if (text.length > 10_000) continue;
      text += new TextDecoder().decode(chunk);
      const origin = /listening on (http:\/\/[^:]+:\d+)/.exec(text)?.[1];
      if (origin !== undefined) found(origin);
    }
  })();
  return { server, origin: await promise };
}

async function measure(main: string) {
  using folder = tempDir();
  const { server, origin } = await startProgram(main, folder.path);
  try {
    const rate = Number(values.rate);
    await run(origin, rate, 3, false);
    const quiet = await run(origin, rate, seconds, false);
    const flood = Bun.spawn(
      [
        process.execPath,
        import.meta.path,
        "--at",
        origin,
        "--flood",
        values.flood,
        "--seconds",
        values.seconds,
      ],
      { stdout: "ignore", stderr: "ignore" },
    );
    await Bun.sleep(1_500);
    const flooded = await run(origin, rate, seconds - 1, false);
    await flood.exited;
    return { quiet, flooded };
  } finally {
    server.kill();
    await server.exited;
  }
}

const programs = values.main.split(",");
const rounds = new Map(
  programs.map((main) => [main, [] as Awaited<ReturnType<typeof measure>>[]]),
);
for (let round = 0; round < Number(values.rounds); round++)
  for (const main of programs) rounds.get(main)?.push(await measure(main));

console.table(
  programs.map((main) => {
    const all = rounds.get(main) ?? [];
    const of = (kind: "quiet" | "flooded", share: number): number[] =>
      all.map((each) => percentile(each[kind].latenciesMs, share) ?? NaN);
    return {
      program: main,
      "quiet p50 ms": median(of("quiet", 0.5)).toFixed(2),
      "flood p50 ms": median(of("flooded", 0.5)).toFixed(2),
      "quiet p99 ms": median(of("quiet", 0.99)).toFixed(2),
      "flood p99 ms": median(of("flooded", 0.99)).toFixed(2),
      // From the round that other load on the machine disturbed least.
      "quiet p99, best": Math.min(...of("quiet", 0.99)).toFixed(2),
      "flood p99, best": Math.min(...of("flooded", 0.99)).toFixed(2),
      failed: all.reduce(
        (sum, { quiet, flooded }) => sum + quiet.failed + flooded.failed,
        0,
      ),
    };
  }),
);
