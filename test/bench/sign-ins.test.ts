import { expect, test } from "bun:test";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";

test("the bench of callbacks beside sign-ins runs, and every callback in it is answered 200", async () => {
  using folder = tempDir();
  const report = join(folder.path, "report.json");
  const bench = Bun.spawn(
    [
      process.execPath,
      join(import.meta.dir, "sign-ins.ts"),
      "--at-once=5",
      "--rate=100",
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
  const { quiet, busy } = await Bun.file(report).json();
  expect([quiet, busy]).toMatchObject([[{ failed: 0 }], [{ failed: 0 }]]);
  expect(busy[0].signIns["401"]).toBeGreaterThan(0);
}, 60_000);
