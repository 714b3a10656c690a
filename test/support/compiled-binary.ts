import { rmSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { tempDir } from "./temp-dir.ts";

const PROJECT = join(import.meta.dir, "../..");

let built: Promise<string> | undefined;

/**
 * The path of the compiled program, built once in a run of tests with the options that
 * `bun run build` has. SMSLEDGER_BINARY names one that is built already.
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
  const options = /\bbun (build --compile .*) --outfile \S+$/.exec(
    packageJson.scripts.build,
  )?.[1];
  if (options === undefined)
    throw new Error("The build script of package.json is of another form.");
  const builder = Bun.spawn(
    [process.execPath, ...options.split(" "), "--outfile", binary],
    {
      cwd: PROJECT,
      env: { ...process.env, NODE_ENV: "production" },
      stdout: "ignore",
      stderr: "pipe",
    },
  );
  const trouble = await new Response(builder.stderr).text();
  if ((await builder.exited) !== 0)
    throw new Error(`The program could not be built:\n${trouble}`);
  return binary;
}
