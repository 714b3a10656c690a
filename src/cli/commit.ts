import { join } from "node:path";

const PROJECT = join(import.meta.dir, "../..");

/**
 * The commit that this program is built from, as `version` prints it. Import it as a macro:
 * it then runs when the program is bundled, or is loaded from source, and only its result
 * remains. `SMSLEDGER_COMMIT` names the commit where there is no repository, as in an image's build.
 */
export function commit(): string {
  const given = process.env["SMSLEDGER_COMMIT"];
  if (given) return `commit ${given.slice(0, 12)}`;
  // With both folders named, a repository around this one isn't taken for it.
  const { exitCode, stdout } = git(
    "--no-optional-locks",
    `--git-dir=${join(PROJECT, ".git")}`,
    `--work-tree=${PROJECT}`,
    "describe",
    "--always",
    "--abbrev=12",
    "--exclude=*",
    "--dirty=, modified",
  );
  return exitCode === 0
    ? `commit ${stdout.trim()}`
    : "unknown commit: built outside git";
}

function git(...args: readonly string[]): {
  readonly exitCode: number;
  readonly stdout: string;
} {
  try {
    const { exitCode, stdout } = Bun.spawnSync(["git", ...args]);
    return { exitCode, stdout: stdout.toString() };
  } catch {
    return { exitCode: 127, stdout: "" };
  }
}
