import { join } from "node:path";
import { PROGRAM, run } from "../cli/program.ts";
import { between } from "../../src/simulation/random.ts";
import { randomFromSeed } from "../support/seed.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { checkLedger } from "./ledger-check.ts";
import { startLoad, type Ledger } from "./load.ts";
import { startProcess } from "./server-process.ts";

const CLIENTS = 32;

/**
 * Writes a backup under load, kills the server with `kill -9`, restores the backup and
 * continues with it, `rounds` times. Everything that was acknowledged before the backup
 * began must be there each time.
 */
export async function backupRounds(
  rounds: number,
  report: (line: string) => void,
) {
  using folder = tempDir();
  const databaseUrl = join(folder.path, "smsledger.db");
  const missing: string[] = [];
  const random = randomFromSeed();
  let acknowledged = 0;
  for (let round = 1; round <= rounds; round++) {
    const backup = join(folder.path, `backup-${round}.db`);
    const server = await startProcess(databaseUrl);
    const ledger: Ledger = new Set();
    const load = startLoad(server.origin, ledger, CLIENTS);
    const enough = between(random, 50, 1_000);
    await until(() => ledger.size >= enough);
    const before: Ledger = new Set(ledger);
    await command(["backup", backup], databaseUrl);
    await server.kill();
    await load.stop();

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
  const { status, stderr } = await run(PROGRAM, [
    ...args,
    "--database-url",
    databaseUrl,
  ]);
  if (status !== 0)
    throw new Error(`${args[0]} ended with ${status}: ${stderr}`);
}
