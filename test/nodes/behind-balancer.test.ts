import { beforeAll, expect, test } from "bun:test";
import { startLoad, type Ledger, type Load } from "../faults/load.ts";
import type { ServerProcess } from "../faults/server-process.ts";
import { requireTool } from "../deploy/tools.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { metricOf } from "../support/metrics.ts";
import { twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";
import { checkRecorded, startSite } from "./site.ts";
import { longTest, someOf } from "../support/long-runs.ts";

/** Connections of the load: fewer than would keep two cores busy. */
const CLIENTS = 12;
const TLS = { rejectUnauthorized: false };

beforeAll(() => {
  requireTool("caddy", "caddy");
  requireTool("haproxy", "haproxy");
});

/** Waits for more answers, of any kind. */
async function more({ answers }: Load, count: number): Promise<void> {
  const total = () => answers.values().reduce((sum, each) => sum + each, 0);
  const enough = total() + count;
  await until(() => total() >= enough);
}

/** Waits until the balancer has noticed that a node is there. */
async function receivesAgain({ origin }: ServerProcess): Promise<void> {
  const batches = () => metricOf(origin, "smsledger_batch_events_count");
  const before = await batches();
  await until(async () => (await batches()) > before);
}

for (const how of someOf(["kill", "stop"] as const, 1)) {
  const words = how === "kill" ? "is killed" : "stops in order";
  test(`a node that ${words} under load costs no callback, nor does its return`, async () => {
    await using server = await startPostgres();
    const url = server.urlOf("postgres");
    await using site = await startSite(url);
    const ledger: Ledger = new Set();
    const load = startLoad(site.origin, ledger, CLIENTS, TLS);
    for (const index of [0, 1] as const) {
      await more(load, 300);
      await site.nodes[index]?.[how]();
      await more(load, 300);
      await receivesAgain(await site.restart(index));
    }
    await more(load, 300);
    await load.stop();
    expect(Object.fromEntries(load.answers)).toEqual({ 200: ledger.size });
    expect(await checkRecorded(url, ledger)).toEqual({ twice: 0, gaps: 0 });
  });
}

longTest(
  "a node that falls silent under load costs no callback, and gets some again once it goes on",
  async () => {
    await using server = await startPostgres();
    const url = server.urlOf("postgres");
    await using site = await startSite(url);
    const ledger: Ledger = new Set();
    const load = startLoad(site.origin, ledger, CLIENTS, TLS);
    await more(load, 300);
    const [silent] = site.nodes;
    if (silent === undefined) throw new Error("There is no node.");
    process.kill(silent.pid, "SIGSTOP");
    try {
      // Those that wait for it are sent to the other one after six seconds.
      await more(load, 600);
    } finally {
      process.kill(silent.pid, "SIGCONT");
    }
    await receivesAgain(silent);
    await load.stop();
    expect(Object.fromEntries(load.answers)).toEqual({ 200: ledger.size });
    expect(await checkRecorded(url, ledger)).toEqual({ twice: 0, gaps: 0 });
  },
);

test("while the database is away, callers get a node's own answer, and pages recover by themselves", async () => {
  await using server = await startPostgres();
  await using site = await startSite(server.urlOf("postgres"));
  const post = () => twilioClient(site.origin, TLS).post();
  expect((await post()).status).toBe(200);
  await server.stop("in order");
  await until(async () => {
    const refused = await post();
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("5");
    expect(await refused.text()).toContain("there is no server at the socket");
  });
  await server.start();
  await until(async () => expect((await post()).status).toBe(200));
});
