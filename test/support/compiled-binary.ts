import { rmSync } from "node:fs";
import { join } from "node:path";
import { buildOptions, PROJECT } from "../../deploy/release/compile.ts";
import { tempDir } from "./temp-dir.ts";

let built: Promise<string> | undefined;

/**
 * Resolves to the path of the compiled program, built once per test run with the options of
 * `bun run build`. SMSLEDGER_BINARY names an existing one.
 */
export function compiledBinary(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const given = process.env["SMSLEDGER_BINARY"];
  if (given) return given;
  const { path } = tempDir();
  process.on("exit", () => rmSync(path, { recursive: true, force: true }));
  const binary = join(path, "smsledger");
  const builder = Bun.spawn(
    [process.execPath, ...buildOptions(), "--outfile", binary],
    {
      cwd: PROJECT,
      env: { ...process.env, NODE_ENV: "production" },
      stdout: "ignore",
      stderr: "pipe",
    },
  );
  const trouble = await new Response(builder.stderr).text();
  if ((await builder.exited) !== 0)
    throw new Error(`Can't build the program:\n${trouble}`);
  return binary;
}
