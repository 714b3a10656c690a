import { expect, test } from "bun:test";
import { killBoth } from "./kill-loop.ts";

/** A receiver that is slow to start on a busy machine is only tried again a minute later. */
const TIMEOUT_MS = 300_000;

test(
  "kill -9 of the server and of the receiver loses no event, and repeats few",
  async () => {
    const killed = await killBoth(3, { min: 200, max: 400 }, () => {});
    expect(killed.missing).toEqual([]);
    expect(killed.renamed).toEqual([]);
    expect(killed.acknowledged).toBeGreaterThan(1_000);
    // The long run, with more events between, shows that it's less than 1 in 100.
    expect(killed.repeated).toBeLessThan(killed.arrived / 10);
  },
  TIMEOUT_MS,
);
