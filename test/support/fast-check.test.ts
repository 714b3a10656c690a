import { expect, test } from "bun:test";
import { join } from "node:path";

/** A property that fails for many numbers and prints its last case. */
const FAILING = `
  import { fc } from ${JSON.stringify(join(import.meta.dir, "fast-check.ts"))};
  const tried = [];
  try {
    fc.assert(fc.property(fc.nat(), (n) => { tried.push(n); return n % 7 !== 3; }));
  } catch (error) {
    console.log(JSON.stringify({ tried, message: error.message }));
  }
`;

async function fail(env: Record<string, string> = {}) {
  const child = Bun.spawn([process.execPath, "-e", FAILING], {
    env: { PATH: process.env["PATH"], ...env },
    stdout: "pipe",
  });
  return JSON.parse(await new Response(child.stdout).text());
}

test("a failed property reports its seed and path, and they repeat the case", async () => {
  const { tried, message } = await fail();
  const [, seed = "", path = ""] =
    /TEST_SEED=(-?\d+) TEST_PATH=([\d:]+)/.exec(message) ?? [];
  const again = await fail({ TEST_SEED: seed });
  expect(again.tried).toEqual(tried);
  const alone = await fail({ TEST_SEED: seed, TEST_PATH: path });
  expect(alone.tried).toHaveLength(1);
  expect(message).toContain(`[${alone.tried[0]}]`);
});
