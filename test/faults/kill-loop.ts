import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { checkLedger } from "./ledger-check.ts";
import { postUntil, type Ledger } from "./load.ts";
import { startProcess } from "./server-process.ts";

const CLIENTS = 32;

/**
 * Ends the server with `kill -9` in the middle of a load, `rounds` times over one
 * database, and looks each time for everything that was ever acknowledged.
 */
export async function killLoop(rounds: number, report: (line: string) => void) {
  using folder = tempDir();
  const databaseUrl = join(folder.path, "smsledger.db");
  const ledger: Ledger = new Set();
  const missing: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    const server = await startProcess(databaseUrl);
    const stop = new AbortController();
    const load = postUntil(stop.signal, server.origin, ledger, CLIENTS);
    await Bun.sleep(100 + Math.random() * 300);
    await server.kill();
    stop.abort();
    await load;
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
