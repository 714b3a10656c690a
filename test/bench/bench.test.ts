import { expect, test } from "bun:test";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";

test.skipIf(!Bun.which("wrk"))(
  "the ingest bench runs (needs wrk), and every callback in it is answered 200",
  async () => {
    using folder = tempDir();
    const report = join(folder.path, "report.json");
    const bench = Bun.spawn(
      [
        process.execPath,
        join(import.meta.dir, "ingest.ts"),
        "--connections=8",
        "--seconds=1",
        "--rounds=1",
        `--json=${report}`,
      ],
      { stdout: "ignore", stderr: "pipe" },
    );
    const [code, complaints] = await Promise.all([
      bench.exited,
      new Response(bench.stderr).text(),
    ]);
    expect(code, complaints).toBe(0);
    const { reports } = await Bun.file(report).json();
    const [{ rounds }] = reports;
    expect(Object.keys(rounds)).toHaveLength(4);
    for (const [result] of Object.values<
      { failed: number; perSecond: number }[]
    >(rounds)) {
      expect(result).toMatchObject({ failed: 0 });
      expect(result?.perSecond).toBeGreaterThan(0);
    }
  },
  120_000,
);
