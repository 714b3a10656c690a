import { expect, test } from "bun:test";
import { failures, nothing, onlySent, otherCode } from "./incidents.ts";
import { replay } from "./replay.ts";

const MINUTE_MS = 60_000;
/** A Tuesday, after eight days of history. */
const DAY = Date.UTC(2026, 10, 24);
const at = (hour: number, minute = 0): number =>
  DAY + (hour * 60 + minute) * MINUTE_MS;
const BUSIEST_SENDER = "+18885551000";

test("in a replayed day, nothing fires but planted incidents, and these within two minutes", async () => {
  const { fired, previewed } = await replay({
    days: 8 + 17.75 / 24,
    messages: 100_000,
    seed: 1,
    until: at(17, 45),
    watchedFrom: at(6),
    incidents: [
      onlySent(at(7), at(8)),
      failures(at(8, 30), at(8, 50), 0.6, 30008),
      failures(
        at(10),
        at(10, 40),
        0.9,
        30007,
        ({ from }) => from === BUSIEST_SENDER,
      ),
      failures(
        at(11, 30),
        at(12, 10),
        0.9,
        30003,
        ({ to }) => to?.startsWith("+4477") ?? false,
      ),
      otherCode(at(14), at(14, 40), 30450),
      nothing(at(16), at(17, 30)),
    ],
  });
  expect(fired.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
    "failure-rate ",
    `failure-rate sender:${BUSIEST_SENDER}`,
    "failure-rate country:GB",
    "stuck ",
    "new-code code:30450",
    "silence ",
  ]);
  for (const { kind, firedAt, dueAt = 0, resolvedAt } of fired) {
    expect(firedAt).toBeGreaterThanOrEqual(dueAt);
    expect(firedAt - dueAt).toBeLessThanOrEqual(2 * MINUTE_MS);
    // A new code stays new for a day.
    if (kind === "new-code") expect(resolvedAt).toBeNull();
    else expect(resolvedAt).toBeGreaterThan(firedAt);
  }
  // The same rules, over the same data, as a preview shows them afterwards.
  expect(previewed).toEqual(
    fired
      .filter(({ kind, key }) => key === "" || kind === "new-code")
      .map(({ kind }) => kind),
  );
}, 120_000);
