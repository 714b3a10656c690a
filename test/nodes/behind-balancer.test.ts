import { beforeAll, expect, test } from "bun:test";
import { startLoad, type Ledger, type Load } from "../faults/load.ts";
import { requireTool } from "../deploy/tools.ts";
import { startPostgres } from "../support/postgres-server.ts";
import { until } from "../support/until.ts";
import { checkRecorded, startSite } from "./site.ts";

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

for (const how of ["kill", "stop"] as const) {
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
      await site.restart(index);
    }
    await more(load, 300);
    await load.stop();
    expect(Object.fromEntries(load.answers)).toEqual({ 200: ledger.size });
    expect(await checkRecorded(url, ledger)).toEqual({ twice: 0, gaps: 0 });
  });
}
