import { expect, test } from "bun:test";
import { until } from "../../support/until.ts";
import { storeContract } from "../contract.ts";

const HOUR_MS = 3_600_000;

storeContract((openStore) => {
  test("requests of a token are counted, also at the same time, and each token's by themselves", async () => {
    await using opened = await openStore();
    const { countRequest } = opened.store;
    const windows = await Promise.all(
      Array.from({ length: 30 }, () => countRequest(1, HOUR_MS)),
    );
    expect(
      windows.map(({ requests }) => requests).toSorted((a, b) => a - b),
    ).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    for (const { msLeft } of windows) {
      expect(msLeft).toBeGreaterThan(HOUR_MS - 120_000);
      expect(msLeft).toBeLessThanOrEqual(HOUR_MS);
    }
    expect(await countRequest(2, HOUR_MS)).toMatchObject({ requests: 1 });
    expect(await countRequest(1, HOUR_MS)).toMatchObject({ requests: 31 });
  });

  test("a window that has ended is followed by a new one", async () => {
    await using opened = await openStore();
    const { countRequest } = opened.store;
    const { msLeft } = await countRequest(1, 1_000);
    expect(msLeft).toBeLessThanOrEqual(1_000);
    let last = 1;
    await until(async () => {
      const { requests } = await countRequest(1, 1_000);
      const isNew = requests <= last;
      last = requests;
      return isNew;
    });
    expect(last).toBe(1);
  });
});
