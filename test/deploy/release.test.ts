import { beforeAll, describe, expect, test } from "bun:test";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import lock from "../../bun.lock";
import packageJson from "../../package.json" with { type: "json" };
import { run } from "../cli/program.ts";
import { tempDir } from "../support/temp-dir.ts";
import { runTool } from "./tools.ts";
import { isLongRun, longTest } from "../support/long-runs.ts";

const PROJECT = join(import.meta.dir, "../..");
const HOST = `${process.platform}-${process.arch}`;
const PROGRAM = `smsledger-${HOST}`;

const { path: folder } = tempDir();
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const [first, second] = [join(folder, "a"), join(folder, "b/deeper/than/a")];

/** Makes a release for this machine from the sources in a folder, in its subfolder `release`. */
async function releaseIn(sources: string): Promise<string> {
  const out = join(sources, "release");
  const { status, said } = await runTool(
    [process.execPath, "run", "release", `--targets=${HOST}`, `--out=${out}`],
    sources,
  );
  if (status !== 0) throw new Error(said);
  return out;
}

/** Makes a repository with one commit of the sources in a folder, and resolves to its ID. */
async function commitIn(sources: string): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> => {
    const { status, said } = await runTool(["git", ...args], sources);
    if (status !== 0) throw new Error(said);
    return said.trim();
  };
  const author = ["-c", "user.name=Ana", "-c", "user.email=ana@example.com"];
  await git("init", "--quiet");
  await git("add", "package.json", "deploy", "src");
  await git(...author, "commit", "--quiet", "--message=one");
  return git("rev-parse", "--short=12", "HEAD");
}

let commit: string;
beforeAll(async () => {
  mkdirSync(first);
  for (const name of [
    "LICENSE",
    "package.json",
    "bun.lock",
    "tsconfig.json",
    "deploy",
    "src",
    "views",
  ])
    cpSync(join(PROJECT, name), join(first, name), { recursive: true });
  commit = await commitIn(first);
  cpSync(first, second, { recursive: true });
  await releaseIn(first);
  if (isLongRun) await releaseIn(second);
}, 300_000);

describe("a release", () => {
  longTest("has the same bytes, whatever folder it's made in", async () => {
    const files = readdirSync(join(first, "release")).sort();
    expect(files).toEqual([
      "SHA256SUMS",
      "deploy",
      "smsledger-deploy.tar.gz",
      PROGRAM,
      "smsledger.cdx.json",
      expect.stringMatching(/^smsledger_.*\.deb$/),
    ]);
    const { status, said } = await runTool([
      "diff",
      "--recursive",
      join(first, "release"),
      join(second, "release"),
    ]);
    expect([status, said]).toEqual([0, ""]);
  });

  test("has the checksums of all its files", async () => {
    const release = join(first, "release");
    const { status, said } = await runTool(
      ["sha256sum", "--check", "--strict", "SHA256SUMS"],
      release,
    );
    expect(status).toBe(0);
    const checked = said.matchAll(/^(.*): OK$/gm).map(([, file]) => file);
    const files = [...new Bun.Glob("**").scanSync(release)].toSorted();
    expect(["SHA256SUMS", ...checked]).toEqual(files);
  });

  test("has what a server needs, as a folder and as an archive of it", async () => {
    using unpacked = tempDir();
    const release = join(first, "release");
    const archive = join(release, "smsledger-deploy.tar.gz");
    const { status, said } = await runTool(
      ["tar", "-xzvf", archive],
      unpacked.path,
    );
    expect(status).toBe(0);
    expect(said.trim().split("\n").toSorted()).toEqual([
      "deploy/",
      ...readdirSync(join(release, "deploy"))
        .toSorted()
        .map((name) => `deploy/${name}`),
    ]);
    const diff = ["diff", "--recursive", "deploy", join(release, "deploy")];
    expect(await runTool(diff, unpacked.path)).toEqual({ status: 0, said: "" });
    const help = await runTool(["deploy/install.sh", "--help"], unpacked.path);
    expect(help.said).toStartWith("Usage: sudo deploy/install.sh ");
    const table = await Bun.file(join(release, "deploy/README.md")).text();
    for (const name of readdirSync(join(release, "deploy")))
      if (name !== "README.md") expect(table).toContain(`\`${name}\``);
  });

  test("has a program that prints its version, its commit and its help", async () => {
    const program = [join(first, "release", PROGRAM)];
    const version = await run(program, ["version"], { cwd: folder });
    expect(version).toEqual({
      status: 0,
      stdout: `${packageJson.version} (commit ${commit})\n`,
      stderr: "",
    });
    const help = await run(program, ["--help"], { cwd: folder });
    expect(help.status).toBe(0);
    expect(help.stdout).toStartWith("Usage: smsledger ");
  });

  test("lists the program's contents: every dependency and Bun itself, with version, license and hash", async () => {
    const text = await Bun.file(
      join(first, "release/smsledger.cdx.json"),
    ).text();
    expect(
      await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(
        text,
      ),
    ).toBeNull();
    const { metadata, components } = JSON.parse(text);
    expect([metadata.component.name, metadata.component.version]).toEqual([
      "smsledger",
      packageJson.version,
    ]);
    const byName = new Map<string, { version: string }>();
    for (const { group, name, version, licenses, hashes } of components) {
      byName.set(group ? `${group}/${name}` : name, { version });
      expect([name, licenses?.length]).toEqual([name, 1]);
      expect(hashes[0].content).toMatch(/^[0-9a-f]{128}$/);
    }
    for (const [name, version] of Object.entries(packageJson.dependencies))
      expect([name, byName.get(name)]).toEqual([name, { version }]);
    const runtime = components.at(-1);
    expect(runtime.purl).toBe(
      `pkg:npm/%40oven/bun-${HOST.replace("arm64", "aarch64")}@${packageJson.devDependencies.bun}`,
    );
    const [, , , integrity] = lock.packages[`@oven/${runtime.name}`] ?? [];
    expect(integrity).toBe(
      `sha512-${Buffer.from(runtime.hashes[0].content, "hex").toBase64()}`,
    );
  });
});

/** Runs the release command in a way that fails before anything is compiled. */
function release(args: readonly string[], env: Record<string, string> = {}) {
  return run(
    [process.execPath, join(PROJECT, "deploy/release/release.ts")],
    args,
    {
      cwd: folder,
      env,
    },
  );
}

describe("the release command", () => {
  test("lists the targets when it's given an unknown one", async () => {
    const { status, stderr } = await release(["--targets", "plan9-mips"]);
    expect(status).toBe(2);
    expect(stderr).toContain("linux-arm64-musl");
    expect(stderr).not.toContain("plan9");
  });

  test("doesn't replace a folder that has other files", async () => {
    using other = tempDir();
    await Bun.write(join(other.path, "letter.txt"), "dear");
    const { status, stderr } = await release(["--out", other.path]);
    expect([status, stderr]).toEqual([
      1,
      `${other.path} has files that aren't part of a release. Give --out another folder.\n`,
    ]);
    expect(readdirSync(other.path)).toEqual(["letter.txt"]);
  });

  test("fails and leaves nothing behind if a target's runtime can't be downloaded", async () => {
    using other = tempDir();
    const out = join(other.path, "release");
    const { status, stderr } = await release(
      ["--targets", "macos-arm64", "--out", out],
      {
        BUN_CONFIG_REGISTRY: "http://127.0.0.1:9",
        BUN_INSTALL_CACHE_DIR: join(other.path, "cache"),
      },
    );
    expect(status).toBe(1);
    expect(stderr).toContain("Can't install the Bun runtime for macos-arm64.");
    expect(readdirSync(other.path)).not.toContain("release");
  });
});
