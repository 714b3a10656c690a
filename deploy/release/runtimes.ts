import { existsSync } from "node:fs";
import { join } from "node:path";
import lock from "../../bun.lock";
import { runOrFail } from "./run-or-fail.ts";

/** For each target, by the name in a release's files: Bun's name for it, and the package with Bun's runtime. */
export const TARGETS = {
  "linux-x64": { bun: "bun-linux-x64", runtime: "@oven/bun-linux-x64" },
  "linux-x64-musl": {
    bun: "bun-linux-x64-musl",
    runtime: "@oven/bun-linux-x64-musl",
  },
  "linux-arm64": { bun: "bun-linux-arm64", runtime: "@oven/bun-linux-aarch64" },
  "linux-arm64-musl": {
    bun: "bun-linux-arm64-musl",
    runtime: "@oven/bun-linux-aarch64-musl",
  },
  "macos-x64": { bun: "bun-darwin-x64", runtime: "@oven/bun-darwin-x64" },
  "macos-arm64": {
    bun: "bun-darwin-arm64",
    runtime: "@oven/bun-darwin-aarch64",
  },
  "windows-x64": { bun: "bun-windows-x64", runtime: "@oven/bun-windows-x64" },
} as const;

export type Target = keyof typeof TARGETS;

export function isTarget(name: string): name is Target {
  return Object.hasOwn(TARGETS, name);
}

/**
 * Installs the Bun runtime of a target into `folder`, with the version and the hash in this
 * project's lock file, and resolves to the executable's path. (When Bun itself downloads a
 * runtime for another platform, it doesn't check the lock file.)
 */
export async function installRuntime(
  target: Target,
  folder: string,
): Promise<string> {
  const name = TARGETS[target].runtime;
  const locked = lock.packages[name];
  const version = locked?.[0].slice(name.length + 1);
  if (locked === undefined || version === undefined)
    throw new Error(`bun.lock has no ${name}.`);
  const dependencies = { [name]: version };
  await Bun.write(
    join(folder, "package.json"),
    JSON.stringify({ dependencies }),
  );
  await Bun.write(
    join(folder, "bun.lock"),
    JSON.stringify({
      lockfileVersion: lock.lockfileVersion,
      workspaces: { "": { dependencies } },
      packages: { [name]: locked },
    }),
  );
  await runOrFail(
    [
      process.execPath,
      "install",
      "--frozen-lockfile",
      "--ignore-scripts",
      "--silent",
      ...platformFlags(locked[2]),
    ],
    folder,
    `Can't install the Bun runtime for ${target}. Check that the npm registry can be reached.`,
  );
  const bin = join(folder, "node_modules", name, "bin");
  const executable = ["bun", "bun.exe"]
    .map((file) => join(bin, file))
    .find((file) => existsSync(file));
  if (executable === undefined)
    throw new Error(
      `Can't install the Bun runtime for ${target}: ${name}@${version} contains no executable.`,
    );
  return executable;
}

/** Flags that make `bun install` accept a package for another platform. */
function platformFlags(info: unknown): string[] {
  if (typeof info !== "object" || info === null) return [];
  return Object.entries(info).flatMap(([key, value]) =>
    ["os", "cpu", "libc"].includes(key) ? [`--${key}=${String(value)}`] : [],
  );
}
