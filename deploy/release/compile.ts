import { chmodSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { runOrFail } from "./run-or-fail.ts";
import { installRuntime, TARGETS, type Target } from "./runtimes.ts";

/** The folder of the project. */
export const PROJECT = join(import.meta.dir, "../..");

/** What `bun run build` gives to `bun`, without where the program goes. */
export function buildOptions(): string[] {
  const [, options] =
    /\bbun (build --compile .*) --outfile \S+$/.exec(
      packageJson.scripts.build,
    ) ?? [];
  if (options === undefined)
    throw new Error("The build script of package.json is of another form.");
  return options.split(" ");
}

/**
 * Compiles the program for a target into `folder`, with the options of `bun run build`.
 * Resolves to its path and that of the list of what was bundled, in esbuild's format.
 */
export async function compile(
  target: Target,
  folder: string,
): Promise<{ readonly program: string; readonly metafile: string }> {
  const runtime = await installRuntime(target, join(folder, "runtime"));
  const metafile = join(folder, "metafile.json");
  const out = join(folder, "out");
  await runOrFail(
    [
      process.execPath,
      ...buildOptions(),
      `--target=${TARGETS[target].bun}`,
      `--compile-executable-path=${runtime}`,
      `--metafile=${metafile}`,
      // A bundled CommonJS module otherwise carries the path of the folder that it was built in.
      "--define",
      '__dirname="/"',
      "--outfile",
      // Its name goes into the program too, so it is the same for all.
      join(out, "smsledger"),
    ],
    PROJECT,
    `The program could not be compiled for ${target}.`,
  );
  // Beside it lie source maps, which it also holds itself.
  const [name] = readdirSync(out).filter((file) =>
    /^smsledger(\.exe)?$/.test(file),
  );
  if (name === undefined)
    throw new Error(`Nothing was compiled for ${target}.`);
  const program = join(
    folder,
    name.replace("smsledger", `smsledger-${target}`),
  );
  renameSync(join(out, name), program);
  chmodSync(program, 0o755);
  return { program, metafile };
}
