import { expect, test } from "bun:test";
import { between, type Random } from "../../src/simulation/random.ts";
import { postgresEngine } from "../../src/store/postgres/postgres-engine.ts";
import { checkRecorded } from "../nodes/site.ts";
import { expectRecount } from "../store/recount.ts";
import { freePort } from "../support/free-port.ts";
import { isLongRun } from "../support/long-runs.ts";
import {
  startPostgres,
  type PostgresServer,
} from "../support/postgres-server.ts";
import { randomFromSeed } from "../support/seed.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import type { Ledger } from "./load.ts";
import { Nodes, type Node } from "./nodes.ts";
import { canCompile, compileLibrary } from "./preloaded.ts";
import { startProcess } from "./server-process.ts";

const CLIENTS = 8;
const HOUR_S = 3_600;
/** How soon another node is the keeper, and what a busy machine adds. */
const MOVED_MS = 10_000 + 3_000;
/** Longer than a lease. */
const STALL_MS = 7_000;
const AWAY_MS = 60_000;
const TIMES = isLongRun
  ? { receiver: 50, keeper: 30, database: 20, stall: 3, away: 1 }
  : { receiver: 1, keeper: 1, database: 1, stall: 0, away: 0 };
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const TIMEOUT_MS = isLongRun ? 7_200_000 : 240_000;

type Fault = keyof typeof TIMES;

async function expectMoved(nodes: Nodes, former: Node): Promise<void> {
  const from = performance.now();
  await nodes.keeper(former);
  expect(performance.now() - from).toBeLessThan(MOVED_MS);
}

/** How each is broken, and mended. */
function faults(nodes: Nodes, server: PostgresServer, random: Random) {
  return {
    async receiver() {
      await nodes.kill(await nodes.receiver(random));
    },
    async keeper() {
      const keeper = await nodes.keeper();
      await nodes.kill(keeper, () => expectMoved(nodes, keeper));
    },
    async stall() {
      const keeper = await nodes.keeper();
      process.kill(keeper.pid, "SIGSTOP");
      await expectMoved(nodes, keeper);
      // Time is the subject: it goes on after its lease is over, and another one's has begun.
      await Bun.sleep(between(random, 0, STALL_MS));
      process.kill(keeper.pid, "SIGCONT");
    },
    async database() {
      await server.stop("crash");
      await server.start();
    },
    async away() {
      await server.stop("in order");
      // Time is the subject: how long it's away.
      await Bun.sleep(AWAY_MS);
      await server.start();
    },
  };
}

test.skipIf(!canCompile)(
  "whichever nodes and servers are killed, stall, or are away, nothing acknowledged is lost or counted twice, with one node's clock an hour ahead",
  async () => {
    using folder = tempDir();
    await using server = await startPostgres();
    const url = server.urlOf("postgres");
    const random = randomFromSeed();
    await using nodes = new Nodes();
    const ahead = {
      LD_PRELOAD: compileLibrary("wrong-clock.c", folder.path),
      CLOCK_AHEAD_SECONDS: String(HOUR_S),
    };
    for (const env of [{}, {}, ahead]) {
      const PORT = String(freePort());
      await nodes.start(() => startProcess(url, { ...env, PORT }));
    }
    const ledger: Ledger = new Set();
    const load = nodes.load(ledger, CLIENTS, random);
    const happen = faults(nodes, server, random);
    for (const [done, name] of inAnyOrder(random).entries()) {
      const enough = ledger.size + between(random, 20, 300);
      await until(() => ledger.size >= enough);
      await happen[name]();
      if (isLongRun)
        console.log(`${done + 1} ${name}: ${ledger.size} acknowledged`);
    }
    const enough = ledger.size + 100;
    await until(() => ledger.size >= enough);
    await load.stop();

    const codes = [...load.answers.keys()].toSorted((a, b) => a - b);
    expect(codes).toEqual([0, 200, 503]);
    expect(await checkRecorded(url, ledger)).toEqual({ twice: 0, gaps: 0 });
    const store = await postgresEngine(url).openForReading();
    await expectRecount(store, { range: ALL_TIME });
    await expectRecount(store, { range: ALL_TIME, by: "country" });
    await expectRecount(store, { range: ALL_TIME, by: "sender" });
    await store.close();
    console.log(Object.fromEntries(load.answers));
  },
  TIMEOUT_MS,
);

function inAnyOrder(random: Random): Fault[] {
  return (Object.keys(TIMES) as Fault[])
    .flatMap((name) => Array.from({ length: TIMES[name] }, () => name))
    .map((name) => ({ name, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ name }) => name);
}
