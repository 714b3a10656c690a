import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { openReader } from "../../src/store/sqlite/beside.ts";
import { run, start } from "../cli/program.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { tempDir } from "../support/temp-dir.ts";
import { messagesIn } from "../support/rows.ts";
import { until } from "../support/until.ts";

/** A backup yields to everything else on the machine. */
const PATIENCE_MS = 240_000;
const TIMEOUT_MS = 300_000;

test(
  "the compiled program writes scheduled backups and restores one",
  async () => {
    using folder = tempDir();
    const program = [await compiledBinary()];
    const databaseUrl = join(folder.path, "data", "smsledger.db");
    const backups = join(folder.path, "backups");
    const env = {
      DATABASE_URL: databaseUrl,
      BACKUP_FOLDER: backups,
      PORT: "0",
      SIGN_IN: "none",
    };
    await using server = await start(program, ["serve"], { env });
    // Chores start five seconds after the server.
    await until(() => server.output().includes("wrote a backup"), PATIENCE_MS);
    const [name = "", ...others] = readdirSync(backups);
    expect(others).toEqual([]);
    server.kill("SIGTERM");
    expect(await server.ended()).toBe(0);
    const restored = await run(
      program,
      ["restore", "--yes", join(backups, name)],
      {
        env: { DATABASE_URL: databaseUrl },
      },
    );
    expect(restored).toMatchObject({ status: 0, stderr: "" });
    const reader = openReader(databaseUrl);
    expect(await messagesIn(reader)).toEqual([]);
    await reader.close();
  },
  TIMEOUT_MS,
);
