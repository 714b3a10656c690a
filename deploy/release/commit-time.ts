import { join } from "node:path";
import { PROJECT } from "./compile.ts";
import { runOrFail } from "./run-or-fail.ts";

/**
 * The time that the files in a release's archives have: that of the commit, in seconds, so
 * that two builds of it are the same bytes. SOURCE_DATE_EPOCH overrides it, as in
 * reproducible-builds.org/specs/source-date-epoch. Outside git it's 0.
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
