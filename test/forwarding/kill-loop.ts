import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { newEndpointSecret } from "../../src/forwarding/secrets.ts";
import { between } from "../../src/simulation/random.ts";
import { openEngine } from "../../src/store/open.ts";
import { endpointTarget } from "../../src/store/outbox.ts";
import { startLoad, type Ledger } from "../faults/load.ts";
import { startProcess, type ServerProcess } from "../faults/server-process.ts";
import { freePort } from "../support/free-port.ts";
import { randomFromSeed } from "../support/seed.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

const CLIENTS = 4;
/** Longer than the server waits before it tries a receiver that was down again. */
const PATIENCE_MS = 90_000;
/** Events after the last round, when the receiver is away. */
const LAST_EVENTS = 50;
/** As in `src/forwarding/health.ts`. */
const DOWN_AFTER = 10;

export type Killed = {
  readonly acknowledged: number;
  /** "SID type" of acknowledged events that never arrived. */
  readonly missing: readonly string[];
  /** Events that arrived with different IDs. */
  readonly renamed: readonly string[];
  readonly arrived: number;
  readonly repeated: number;
};

/**
 * Kills the server and its receiver with `kill -9` under load, `rounds` times each and with some
 * hundred events between, and checks what arrived.
 */
export async function killBoth(
  rounds: number,
  events: { readonly min: number; readonly max: number },
  report: (line: string) => void,
): Promise<Killed> {
  using folder = tempDir();
  const databaseUrl = join(folder.path, "smsledger.db");
  const file = join(folder.path, "received");
  const port = freePort();
  await addEndpoint(databaseUrl, port);
  const ledger: Ledger = new Set();
  const random = randomFromSeed();
  let receiver = startReceiver(port, file);
  let server = await startProcess(databaseUrl, ENV);
  for (let round = 1; round <= rounds; round++) {
    await loadUntil(server, ledger, between(random, events.min, events.max));
    await server.kill();
    server = await startProcess(databaseUrl, ENV);
    const load = loadUntil(
      server,
      ledger,
      between(random, events.min, events.max),
    );
    await until(() => received(file).length > 0);
    // Time is the subject: it dies at any moment of its work.
    await Bun.sleep(between(random, 50, 500));
    receiver.kill("SIGKILL");
    await receiver.exited;
    // Time is the subject: it is away for any while.
    await Bun.sleep(between(random, 0, 300));
    receiver = startReceiver(port, file);
    await load;
    const { length } = received(file);
    report(`round ${round}: ${ledger.size} acknowledged, ${length} arrived`);
  }
  receiver.kill("SIGKILL");
  await receiver.exited;
  await loadUntil(server, ledger, LAST_EVENTS);
  await untilDown(databaseUrl);
  receiver = startReceiver(port, file);
  await untilQuiet(file, ledger);
  await server.kill();
  receiver.kill("SIGKILL");
  await receiver.exited;
  return judged(received(file), ledger);
}

/**
 * Waits until the receiver counts as down: once it's back, everything comes at once, also what
 * would have been tried again after minutes.
 */
async function untilDown(databaseUrl: string): Promise<void> {
  const stores = await openEngine(databaseUrl).openForCommand();
  const [endpoint] = await stores.endpoints.list();
  const target = endpointTarget(endpoint?.id ?? 0);
  await until(async () => {
    const latest = await stores.outbox.attempts(target, { size: DOWN_AFTER });
    return (
      latest.length === DOWN_AFTER &&
      latest.every(({ isSuccess }) => !isSuccess)
    );
  }, PATIENCE_MS);
  await stores.close();
}

/** Waits until everything has arrived, or nothing arrives anymore. */
async function untilQuiet(file: string, ledger: Ledger): Promise<void> {
  for (let count = -1; ;) {
    const all = received(file);
    if (all.length === count || missingIn(all, ledger).length === 0) return;
    count = all.length;
    const isMore = () => received(file).length > count;
    await until(isMore, PATIENCE_MS).catch(() => undefined);
  }
}

const ENV = { FORWARD_ALLOW: "127.0.0.0/8" };

async function addEndpoint(databaseUrl: string, port: number): Promise<void> {
  const engine = openEngine(databaseUrl);
  const stores = await engine.openForCommand({ mayCreate: true });
  await stores.endpoints.add(
    {
      name: "receiver",
      url: `http://127.0.0.1:${port}/`,
      filter: "",
      events: null,
      ratePerSecond: 1_000,
      concurrency: 4,
      secret: newEndpointSecret(),
    },
    { at: Date.now(), actor: "ana", address: null },
  );
  await stores.close();
}

function startReceiver(port: number, file: string) {
  const program = join(import.meta.dir, "receiver.ts");
  return Bun.spawn([process.execPath, program, String(port), file], {
    stdout: "ignore",
    stderr: "inherit",
  });
}

async function loadUntil(
  server: ServerProcess,
  ledger: Ledger,
  events: number,
): Promise<void> {
  const enough = ledger.size + events;
  const load = startLoad(server.origin, ledger, CLIENTS);
  await until(() => ledger.size >= enough);
  await load.stop();
}

type Received = { readonly event: string; readonly id: string };

function received(file: string): Received[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [sid = "", type = "", id = ""] = line.split(" ");
      return { event: `${sid} ${type.replace("sms_", "")}`, id };
    });
}

function missingIn(all: readonly Received[], ledger: Ledger): string[] {
  const events = new Set(all.map(({ event }) => event));
  return [...ledger].filter((event) => !events.has(event));
}

function judged(all: readonly Received[], ledger: Ledger): Killed {
  const ids = Map.groupBy(all, ({ event }) => event);
  const renamed = [...ids].filter(
    ([, some]) => new Set(some.map(({ id }) => id)).size > 1,
  );
  return {
    acknowledged: ledger.size,
    missing: missingIn(all, ledger),
    renamed: renamed.map(([event]) => event),
    arrived: ids.size,
    repeated: all.length - ids.size,
  };
}
