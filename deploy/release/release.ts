import {
  chmodSync,
  copyFileSync,
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
import { commitTime } from "./commit-time.ts";
import { compile, PROJECT } from "./compile.ts";
import { makeDeb } from "./deb.ts";
import { runOrFail } from "./run-or-fail.ts";
import { isTarget, TARGETS, type Target } from "./runtimes.ts";
import { writeSbom } from "./sbom.ts";

const SUMS = "SHA256SUMS";
const DEPLOY_ARCHIVE = "smsledger-deploy.tar.gz";

/** The files of deploy/ that a server needs. */
const DEPLOYED = [
  "Caddyfile",
  "README.md",
  "alert-rules.yml",
  "grafana-dashboard.json",
  "haproxy.cfg",
  "install.sh",
  "nginx.conf",
  "postgresql-role.sql",
  "smsledger.env",
  "smsledger.service",
];

const USAGE = `Usage: bun run release [--targets <name,…>] [--out <folder>]

Compiles smsledger for each target. Beside the programs, it writes Debian packages
(linux-x64, linux-arm64), what a server needs (deploy/, also as ${DEPLOY_ARCHIVE}),
a list of what is in the programs (smsledger.cdx.json, CycloneDX), and the SHA-256
of every file (${SUMS}).
Two runs on one commit write the same bytes.

  --targets  Some of ${Object.keys(TARGETS).join(", ")}. [default all]
  --out      The folder to write. An earlier release in it is replaced. [default dist/release]`;

type Wanted = { readonly targets: readonly Target[]; readonly out: string };

/** Wrong usage. The message says what to give. */
class WrongUsage extends Error {}

function wanted(args: readonly string[]): Wanted {
  const { values } = parsed(args);
  const names = [
    ...new Set(values.targets?.split(",") ?? Object.keys(TARGETS)),
  ];
  const targets = names.filter(isTarget);
  if (targets.length < names.length)
    throw new WrongUsage("--targets has an unknown name.");
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

/** Makes a release in a folder beside `out`, and puts it in place once it's complete. */
async function release({ targets, out }: Wanted): Promise<void> {
  if (Bun.version !== packageJson.devDependencies.bun)
    throw new Error(
      `This is Bun ${Bun.version}, but a release is made with ${packageJson.devDependencies.bun}. ` +
        `Run: npx -y bun@${packageJson.devDependencies.bun} run release`,
    );
  if (existsSync(out) && !isRelease(readdirSync(out)))
    throw new Error(
      `${out} has files that aren't part of a release. Give --out another folder.`,
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
      // Every program is bundled from the same sources.
      metafile = compiled.metafile;
      console.log(`compiled for ${target}`);
    }
    await writeSbom(join(made, "smsledger.cdx.json"), metafile, targets);
    await copyDeploy(made);
    for (const target of targets)
      await makeDeb(target, made, join(folder, target));
    await Bun.write(join(made, SUMS), await sums(made));
    rmSync(out, { recursive: true, force: true });
    renameSync(made, out);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether these are the files of a release, so that the folder can be replaced. */
function isRelease(files: readonly string[]): boolean {
  return files.every(
    (file) => [SUMS, "deploy"].includes(file) || file.startsWith("smsledger"),
  );
}

/** Copies the files that a server needs into the release, and archives them there. */
async function copyDeploy(release: string): Promise<void> {
  const folder = join(release, "deploy");
  mkdirSync(folder);
  for (const file of DEPLOYED) {
    copyFileSync(join(PROJECT, "deploy", file), join(folder, file));
    chmodSync(join(folder, file), file.endsWith(".sh") ? 0o755 : 0o644);
  }
  await runOrFail(
    [
      "tar",
      "--create",
      `--file=${DEPLOY_ARCHIVE}`,
      "--use-compress-program=gzip --no-name",
      "--sort=name",
      "--owner=root:0",
      "--group=root:0",
      "--mode=go=rX,u+rw",
      `--mtime=@${await commitTime()}`,
      "deploy",
    ],
    release,
    `Can't write ${DEPLOY_ARCHIVE}. This needs GNU tar and gzip.`,
  );
}

/** Lists the files below a folder, as `sha256sum` does. */
async function sums(folder: string): Promise<string> {
  let lines = "";
  for (const file of [...new Bun.Glob("**").scanSync(folder)].toSorted()) {
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
