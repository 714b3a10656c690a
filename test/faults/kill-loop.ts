import { join } from "node:path";
import { between } from "../../src/simulation/random.ts";
import { randomFromSeed } from "../support/seed.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { checkLedger } from "./ledger-check.ts";
import { startLoad, type Ledger } from "./load.ts";
import { startProcess } from "./server-process.ts";

const CLIENTS = 32;

/**
 * Kills the server with `kill -9` under load, `rounds` times over one database, and checks
 * that everything ever acknowledged is there.
 */
export async function killLoop(rounds: number, report: (line: string) => void) {
  using folder = tempDir();
  const databaseUrl = join(folder.path, "smsledger.db");
  const ledger: Ledger = new Set();
  const missing: string[] = [];
  const random = randomFromSeed();
  for (let round = 1; round <= rounds; round++) {
    const server = await startProcess(databaseUrl);
    const load = startLoad(server.origin, ledger, CLIENTS);
    const enough = ledger.size + between(random, 100, 1_000);
    await until(() => ledger.size >= enough);
    await server.kill();
    await load.stop();
    const isLast = round === rounds;
    if (isLast || round % 20 === 0) {
      const found = await checkLedger(databaseUrl, ledger);
      missing.push(...found.missing);
      if (found.integrity !== "ok")
        throw new Error(`integrity_check: ${found.integrity}`);
      report(
        `round ${round}: ${ledger.size} acknowledged, ${found.events} on disk, ${found.missing.length} lost`,
      );
    }
  }
  return { acknowledged: ledger.size, missing };
}
