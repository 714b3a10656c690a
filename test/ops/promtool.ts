import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";

/** Whether Prometheus' own checker is installed: Debian package `prometheus`. */
export const HAS_PROMTOOL = Bun.which("promtool") !== null;

export type Verdict = { readonly status: number; readonly output: string };

/** Runs promtool with `input` as its standard input. */
export async function promtool(
  args: readonly string[],
  input = "",
): Promise<Verdict> {
  const child = Bun.spawn(["promtool", ...args], {
    stdin: new Blob([input]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, output: stdout + stderr };
}

/** Runs `promtool test rules` with the tests as JSON, which is also YAML. */
export async function testRules(test: object): Promise<Verdict> {
  using folder = tempDir();
  const file = join(folder.path, "rules-test.yml");
  writeFileSync(file, JSON.stringify(test));
  return await promtool(["test", "rules", file]);
}
