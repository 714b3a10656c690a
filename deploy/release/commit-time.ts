import { join } from "node:path";
import { PROJECT } from "./compile.ts";
import { runOrFail } from "./run-or-fail.ts";

/**
 * Resolves to the time of the commit, in seconds. The files in a release's archives get it,
 * so that two builds of a commit are the same bytes. Outside git it's 0. SOURCE_DATE_EPOCH
 * overrides it, as reproducible-builds.org/specs/source-date-epoch says.
 */
export async function commitTime(): Promise<string> {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined) return given;
  const gitFolder = `--git-dir=${join(PROJECT, ".git")}`;
  const log = ["git", gitFolder, "log", "--max-count=1", "--format=%ct"];
  return runOrFail(log, PROJECT, "").then(
    (time) => time.trim(),
    () => "0",
  );
}
