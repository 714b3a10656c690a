/**
 * `bun test/bench/upkeep.ts [--messages 10000000] [--days 90] [--rate 1000] [--seconds 10]
 *   [--rounds 5] [--chores retention,prune,erase,backup] [--history-dir /var/tmp/smsledger-bench] [--json FILE]`
 *
 * Measures how fast the webhook responds while the server deletes old messages and while
 * the commands prune, erase and backup run, and without them. Callbacks come at an even
 * rate; quiet and busy periods alternate, on copies of a big history. Prints the medians of
 * the rounds and JSON.
 */
import { Database } from "bun:sqlite";
import { constants, copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  ensureHistory,
  HISTORY_UNTIL,
  removeDatabase,
} from "./history/database.ts";
import { historyEnv, serveHistory } from "./history/history-server.ts";
import { BENCH_PUBLIC_URL, BENCH_TOKEN } from "./signed-requests.ts";
import { median, webhookTimes, type WebhookTimes } from "./wire-requests.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "10000000" },
    days: { type: "string", default: "90" },
    rate: { type: "string", default: "1000" },
    seconds: { type: "string", default: "10" },
    rounds: { type: "string", default: "5" },
    chores: { type: "string", default: "retention,prune,erase,backup" },
    "history-dir": { type: "string", default: "/var/tmp/smsledger-bench" },
    json: { type: "string" },
  },
});

const RATIO_MAX = 2;
/** By then, a chore that has started is busy. */
const SETTLE_MS = 1_000;
const DAYS_KEPT = "2";
const MAIN = join(import.meta.dir, "../../src/main.ts");

const wishes = {
  messages: Number(values.messages),
  days: Number(values.days),
  until: HISTORY_UNTIL,
  seed: 1,
};
const original = await ensureHistory(values["history-dir"], wishes);
const copyOf = (name: string): string => {
  const copy = join(values["history-dir"], `upkeep-${name}-${process.pid}.db`);
  process.on("exit", () => removeDatabase(copy));
  copyFileSync(original, copy, constants.COPYFILE_FICLONE);
  return copy;
};
const serve = (file: string, env: Record<string, string> = {}) =>
  serveHistory(file, wishes.until, {
    TWILIO_WEBHOOK_AUTH_TOKEN: BENCH_TOKEN,
    PUBLIC_URL: BENCH_PUBLIC_URL,
    ...env,
  });

const database = copyOf("plain");
const server = await serve(database);
const measure = (origin: string): Promise<WebhookTimes> =>
  webhookTimes(origin, Number(values.rate), Number(values.seconds));

/** Measures while a command runs, then stops it. */
async function besideCommand(
  ...args: readonly string[]
): Promise<WebhookTimes> {
  const child = Bun.spawn(
    [process.execPath, MAIN, ...args, "--database-url", database],
    {
      env: { PATH: process.env["PATH"], ...historyEnv(wishes.until) },
      stdout: "ignore",
      stderr: "inherit",
    },
  );
  await Bun.sleep(SETTLE_MS);
  const times = await measure(server.origin);
  child.kill("SIGKILL");
  await child.exited;
  return times;
}

/** Starts a server that deletes old messages, but only while it is measured. */
async function retentionServer(): Promise<() => Promise<WebhookTimes>> {
  const other = await serve(copyOf("retention"), { RETENTION_DAYS: DAYS_KEPT });
  process.on("exit", () => process.kill(other.pid, "SIGKILL"));
  // Its chores start some seconds after it does.
  await Bun.sleep(6_000);
  process.kill(other.pid, "SIGSTOP");
  return async () => {
    process.kill(other.pid, "SIGCONT");
    await Bun.sleep(SETTLE_MS);
    const times = await measure(other.origin);
    process.kill(other.pid, "SIGSTOP");
    return times;
  };
}

function someRecipient(): string {
  const db = new Database(database, { readonly: true });
  const row = db
    .query<{ address: string }, []>(
      "SELECT address FROM addresses WHERE address LIKE '+1%' LIMIT 1 OFFSET 500",
    )
    .get();
  db.close();
  return row?.address ?? "";
}

async function besideBackup(): Promise<WebhookTimes> {
  const file = join(values["history-dir"], `upkeep-backup-${process.pid}`);
  try {
    return await besideCommand("backup", file);
  } finally {
    for (const name of new Bun.Glob(`upkeep-backup-${process.pid}*`).scanSync(
      values["history-dir"],
    ))
      rmSync(join(values["history-dir"], name), { force: true });
  }
}

const wanted = values.chores.split(",");
const chores = new Map<string, () => Promise<WebhookTimes>>();
if (wanted.includes("retention"))
  chores.set("retention", await retentionServer());
if (wanted.includes("prune"))
  chores.set("prune", () =>
    besideCommand("prune", "--yes", "--days", DAYS_KEPT),
  );
if (wanted.includes("erase"))
  chores.set("erase", () => besideCommand("erase", someRecipient(), "--yes"));
if (wanted.includes("backup")) chores.set("backup", besideBackup);

const rounds = new Map<string, WebhookTimes[]>(
  ["quiet", ...chores.keys()].map((name) => [name, []]),
);
await measure(server.origin);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const [name, besideChore] of chores) {
    rounds.get("quiet")?.push(await measure(server.origin));
    rounds.get(name)?.push(await besideChore());
  }
}
await server.kill();

const of = (name: string, key: keyof WebhookTimes): number =>
  median((rounds.get(name) ?? []).map((each) => each[key]));
const ratio = (name: string): number =>
  of(name, "p99Ms") / of("quiet", "p99Ms");
console.table(
  [...rounds.keys()].map((name) => ({
    beside: name,
    "p50 ms": of(name, "p50Ms").toFixed(2),
    "p99 ms": of(name, "p99Ms").toFixed(2),
    "times quiet": ratio(name).toFixed(2),
    "sent late p99 ms": of(name, "lateP99Ms").toFixed(2),
    failed: of(name, "failed"),
  })),
);
const missed = [...chores.keys()].filter((name) => ratio(name) > RATIO_MAX);
console.log(
  missed.length === 0
    ? `Never over ${RATIO_MAX} times the quiet p99.`
    : `Over ${RATIO_MAX} times the quiet p99: ${missed.join(", ")}.`,
);
const json = JSON.stringify({
  date: new Date().toISOString(),
  messages: wishes.messages,
  perSecond: Number(values.rate),
  seconds: Number(values.seconds),
  rounds: Object.fromEntries(rounds),
});
if (values.json === undefined) console.log(json);
else await Bun.write(values.json, `${json}\n`);
process.exit(0);
