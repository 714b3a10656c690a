import { chmodSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { runOrFail } from "./run-or-fail.ts";
import { installRuntime, TARGETS, type Target } from "./runtimes.ts";

/** The project's folder. */
export const PROJECT = join(import.meta.dir, "../..");

/** The arguments that `bun run build` passes to `bun`, without the output file. */
export function buildOptions(): string[] {
  const [, options] =
    /\bbun (build --compile .*) --outfile \S+$/.exec(
      packageJson.scripts.build,
    ) ?? [];
  if (options === undefined)
    throw new Error("The build script in package.json has an unexpected form.");
  return options.split(" ");
}

/**
 * Compiles the program for a target into `folder`, with the options of `bun run build`.
 * Resolves to its path, and to the path of the list of bundled files, in esbuild's format.
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
      // Otherwise a bundled CommonJS module contains the path of the folder that it was built in.
      "--define",
      '__dirname="/"',
      "--outfile",
      // The program contains this name, so it's the same in every build.
      join(out, "smsledger"),
    ],
    PROJECT,
    `Can't compile the program for ${target}.`,
  );
  // The source maps beside it are also in the program.
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
