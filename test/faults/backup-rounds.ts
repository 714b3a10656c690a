import { join } from "node:path";
import { FROM_SOURCE, run } from "../cli/program.ts";
import { tempDir } from "../support/temp-dir.ts";
import { checkLedger } from "./ledger-check.ts";
import { postUntil, type Ledger } from "./load.ts";
import { startProcess } from "./server-process.ts";

const CLIENTS = 32;

/**
 * Writes a backup in the middle of a load, ends the server with `kill -9`, restores the
 * backup, and goes on with it, `rounds` times. Each time everything has to be there that
 * was acknowledged before the backup began.
 */
export async function backupRounds(
  rounds: number,
  report: (line: string) => void,
) {
  using folder = tempDir();
  const databaseUrl = join(folder.path, "smsledger.db");
  const missing: string[] = [];
  let acknowledged = 0;
  for (let round = 1; round <= rounds; round++) {
    const backup = join(folder.path, `backup-${round}.db`);
    const server = await startProcess(databaseUrl);
    const stop = new AbortController();
    const ledger: Ledger = new Set();
    const load = postUntil(stop.signal, server.origin, ledger, CLIENTS);
    await Bun.sleep(200 + Math.random() * 400);
    const before: Ledger = new Set(ledger);
    await command(["backup", backup], databaseUrl);
    await server.kill();
    stop.abort();
    await load;

    await command(["restore", "--yes", backup], databaseUrl);
    const found = await checkLedger(databaseUrl, before);
    missing.push(...found.missing);
    acknowledged += before.size;
    if (found.integrity !== "ok")
      throw new Error(`integrity_check: ${found.integrity}`);
    report(
      `round ${round}: ${before.size} acknowledged before the backup, ${ledger.size} in all; ` +
        `${found.events} events restored, ${found.missing.length} missing`,
    );
  }
  return { acknowledged, missing };
}

async function command(
  args: readonly [name: string, ...string[]],
  databaseUrl: string,
): Promise<void> {
  const { status, stderr } = await run(FROM_SOURCE, [
    ...args,
    "--database-url",
    databaseUrl,
  ]);
  if (status !== 0)
    throw new Error(`${args[0]} ended with ${status}: ${stderr}`);
}
