import { expect } from "bun:test";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";

/**
 * Runs a bench to its end, with its files in a temporary folder; resolves to its output and
 * its JSON.
 */
export async function runBench(
  name: string,
  options: readonly string[],
): Promise<{ readonly output: string; readonly report: any }> {
  using folder = tempDir();
  const report = join(folder.path, "report.json");
  const bench = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, name),
      `--json=${report}`,
      ...options,
    ],
    { stdout: "pipe", stderr: "pipe" },
  );
  const [code, output, complaints] = await Promise.all([
    bench.exited,
    new Response(bench.stdout).text(),
    new Response(bench.stderr).text(),
  ]);
  expect(code, complaints).toBe(0);
  return { output, report: await Bun.file(report).json() };
}
