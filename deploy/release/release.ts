import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import packageJson from "../../package.json" with { type: "json" };
import { compile, PROJECT } from "./compile.ts";
import { isTarget, TARGETS, type Target } from "./runtimes.ts";
import { writeSbom } from "./sbom.ts";

const SUMS = "SHA256SUMS";

const USAGE = `Usage: bun run release [--targets <name,…>] [--out <folder>]

Compiles smsledger for each target, and writes beside the programs what is in them
(smsledger.cdx.json, CycloneDX) and the SHA-256 of every file (${SUMS}).
Two runs on one commit write the same bytes.

  --targets  some of ${Object.keys(TARGETS).join(", ")} [default: all]
  --out      [default: dist/release]; an earlier release in it is replaced`;

type Wanted = { readonly targets: readonly Target[]; readonly out: string };

/** Wrong usage; the message says what to give. */
class WrongUsage extends Error {}

function wanted(args: readonly string[]): Wanted {
  const { values } = parsed(args);
  const names = [
    ...new Set(values.targets?.split(",") ?? Object.keys(TARGETS)),
  ];
  const targets = names.filter(isTarget);
  if (targets.length < names.length)
    throw new WrongUsage("--targets names one that is not known.");
  return { targets, out: resolve(values.out ?? join(PROJECT, "dist/release")) };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { targets: { type: "string" }, out: { type: "string" } },
    });
  } catch (error) {
    throw new WrongUsage(error instanceof Error ? error.message : "");
  }
}

/** Makes a release in a folder beside `out` and puts it in its place when all of it is there. */
async function release({ targets, out }: Wanted): Promise<void> {
  if (Bun.version !== packageJson.devDependencies.bun)
    throw new Error(
      `This is Bun ${Bun.version}, and a release is made with ${packageJson.devDependencies.bun}. ` +
        `Run: npx -y bun@${packageJson.devDependencies.bun} run release`,
    );
  if (existsSync(out) && !isRelease(readdirSync(out)))
    throw new Error(
      "The folder of --out holds other files than a release. Name another one.",
    );
  mkdirSync(dirname(out), { recursive: true });
  const folder = mkdtempSync(`${out}-`);
  try {
    const made = join(folder, "release");
    mkdirSync(made);
    let metafile = "";
    for (const target of targets) {
      const compiled = await compile(target, join(folder, target));
      renameSync(compiled.program, join(made, basename(compiled.program)));
      // The same sources are bundled for all.
      metafile = compiled.metafile;
      console.log(`compiled for ${target}`);
    }
    await writeSbom(join(made, "smsledger.cdx.json"), metafile, targets);
    await Bun.write(join(made, SUMS), await sums(made));
    rmSync(out, { recursive: true, force: true });
    renameSync(made, out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether nothing but a release would be lost with these files. */
function isRelease(files: readonly string[]): boolean {
  return files.every((file) => file === SUMS || file.startsWith("smsledger"));
}

/** The files of a folder as `sha256sum` lists them. */
async function sums(folder: string): Promise<string> {
  let lines = "";
  for (const file of readdirSync(folder).sort()) {
    const bytes = await Bun.file(join(folder, file)).bytes();
    const sum = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
    lines += `${sum}  ${file}\n`;
  }
  return lines;
}

try {
  const { targets, out } = wanted(Bun.argv.slice(2));
  await release({ targets, out });
  console.log(`\nsmsledger ${packageJson.version} is in ${out}:`);
  console.log(await Bun.file(join(out, SUMS)).text());
} catch (error) {
  if (error instanceof WrongUsage) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
