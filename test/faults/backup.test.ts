import { expect, test } from "bun:test";
import { backupRounds } from "./backup-rounds.ts";

test("a backup under load, once restored, has every callback that was acknowledged before it began", async () => {
  const { acknowledged, missing } = await backupRounds(3, () => {});
  expect(missing).toEqual([]);
  expect(acknowledged).toBeGreaterThan(100);
});
