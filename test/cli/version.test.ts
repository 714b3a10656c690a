import { beforeAll, expect, test } from "bun:test";
import {
  appendFileSync,
  cpSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { runTool } from "../deploy/tools.ts";
import { tempDir } from "../support/temp-dir.ts";
import { run } from "./program.ts";

const PROJECT = join(import.meta.dir, "../..");
const { version } = packageJson;

const { path: folder } = tempDir();
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
/** A clone of the project, with its own commit. */
const clone = join(folder, "clone");
const MAIN = join(clone, "src/main.ts");

async function git(...args: readonly string[]): Promise<string> {
  const { status, said } = await runTool(["git", "-C", clone, ...args]);
  if (status !== 0) throw new Error(said);
  return said.trim();
}

beforeAll(async () => {
  for (const name of ["package.json", "tsconfig.json", "src", "views"])
    cpSync(join(PROJECT, name), join(clone, name), { recursive: true });
  symlinkSync(join(PROJECT, "node_modules"), join(clone, "node_modules"));
  await git("init", "--quiet");
  await git("add", "src/main.ts");
  const author = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
  await git(...author, "commit", "--quiet", "--message=one");
  await git("tag", "v9");
});

/** Runs the clone's program from another folder. */
function runClone(arg: string, env: Record<string, string> = {}) {
  return run([process.execPath, MAIN], [arg], { cwd: "/", env });
}

test("the command and the flag print the version and the commit", async () => {
  const commit = await git("rev-parse", "--short=12", "HEAD");
  for (const arg of ["version", "--version", "-V"])
    expect(await runClone(arg)).toEqual({
      status: 0,
      stdout: `${version} (commit ${commit})\n`,
      stderr: "",
    });
});

test("a program with changed sources says so", async () => {
  appendFileSync(MAIN, "// changed\n");
  const { stdout } = await runClone("version");
  expect(stdout).toEndWith(", modified)\n");
  await git("checkout", "--quiet", "--", "src/main.ts");
});

test("outside git, the commit is unknown, or the one that was passed to the build", async () => {
  // A repository around the folder isn't the program's.
  renameSync(join(clone, ".git"), join(folder, ".git"));
  const { stdout } = await runClone("version");
  expect(stdout).toBe(`${version} (unknown commit: built outside git)\n`);
  const given = "0123456789abcdef0123456789abcdef01234567";
  const build = await runClone("version", { SMSLEDGER_COMMIT: given });
  expect(build.stdout).toBe(`${version} (commit 0123456789ab)\n`);
});
