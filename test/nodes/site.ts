import { join } from "node:path";
import { postgresEngine } from "../../src/store/postgres/postgres-engine.ts";
import { startProcess, type ServerProcess } from "../faults/server-process.ts";
import type { Ledger } from "../faults/load.ts";
import { startProxy } from "../proxy/proxies.ts";
import { freePort } from "../support/free-port.ts";
import { until } from "../support/until.ts";

const DEPLOY = join(import.meta.dir, "../../deploy");

export type Site = AsyncDisposable & {
  /** What Twilio calls: Caddy, in front of HAProxy, in front of the nodes. */
  readonly origin: string;
  readonly nodes: readonly ServerProcess[];
  /** Starts a node that has ended again, at the same address. */
  restart(index: 0 | 1): Promise<ServerProcess>;
};

/** Starts what `deploy/compose.nodes.yaml` does: two nodes, HAProxy and Caddy with the files in `deploy/`. */
export async function startSite(databaseUrl: string): Promise<Site> {
  const ports = [freePort(), freePort()] as const;
  const listen = `127.0.0.1:${freePort()}`;
  const proxy = await startProxy("caddy", await caddyLines(listen));
  const start = (port: number) =>
    startProcess(databaseUrl, {
      PORT: String(port),
      PUBLIC_URL: proxy.origin,
      TRUSTED_PROXIES: "127.0.0.1",
    });
  const nodes = await Promise.all(ports.map(start));
  const balancer = Bun.spawn(["haproxy", "-f", join(DEPLOY, "haproxy.cfg")], {
    env: {
      PATH: process.env["PATH"],
      SMSLEDGER_LISTEN: listen,
      SMSLEDGER_NODE_1: `127.0.0.1:${ports[0]}`,
      SMSLEDGER_NODE_2: `127.0.0.1:${ports[1]}`,
    },
    stdout: "ignore",
    stderr: "ignore",
  });
  await until(async () => (await fetch(`http://${listen}/livez`)).ok);
  return {
    origin: proxy.origin,
    nodes,
    async restart(index) {
      const started = await start(ports[index]);
      nodes[index] = started;
      return started;
    },
    async [Symbol.asyncDispose]() {
      balancer.kill("SIGKILL");
      await Promise.all([
        balancer.exited,
        proxy[Symbol.asyncDispose](),
        ...nodes.map((node) => node.kill()),
      ]);
    },
  };
}

/** The contents of the Caddyfile's site, for a server at `address`. */
async function caddyLines(address: string): Promise<string> {
  const text = await Bun.file(join(DEPLOY, "Caddyfile")).text();
  const [, lines = ""] = /\} \{\n([\s\S]*)\n\}\n$/.exec(text) ?? [];
  return lines.replaceAll(/\{\$SMSLEDGER_ADDRESS:[^}]*\}/g, address);
}

/** Compares a database with what was acknowledged, once the keeper has recorded everything. */
export async function checkRecorded(databaseUrl: string, ledger: Ledger) {
  const store = await postgresEngine(databaseUrl).openForReading();
  try {
    return await until(async () => {
      const recorded: string[] = [];
      const ids: number[] = [];
      for await (const events of store.everyEvent())
        for (const { id, messageSid, status } of events) {
          recorded.push(`${messageSid} ${status}`);
          ids.push(id);
        }
      const held = new Set(recorded);
      const missing = [...ledger].filter((entry) => !held.has(entry));
      if (missing.length > 0)
        throw new Error(`${missing.length} of ${ledger.size} are missing.`);
      return {
        twice: recorded.length - held.size,
        gaps: ids.filter((id, place) => id !== (ids[0] ?? 0) + place).length,
      };
    });
  } finally {
    await store.close();
  }
}
