import { expect, test } from "bun:test";
import { killLoop } from "./kill-loop.ts";

test("kill -9 under load loses no acknowledged callback", async () => {
  const { acknowledged, missing } = await killLoop(5, () => {});
  expect(missing).toEqual([]);
  expect(acknowledged).toBeGreaterThan(500);
});
