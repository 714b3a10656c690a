import { expect, test } from "bun:test";
import { join } from "node:path";
import { watchRules } from "../../src/alerts/watch.ts";
import { createLog } from "../../src/log/log.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import { openStore } from "../support/open-store.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

const MINUTE_MS = 60_000;
const T0 = Date.UTC(2026, 10, 24, 9);
/** Just before the rules are evaluated. */
const BEFORE_MS = 1_990;

test("rules are evaluated every minute until the server stops, and a failure is logged once", async () => {
  using folder = tempDir();
  const store = await openStore(join(folder.path, "smsledger.db"));
  const stopping = new AbortController();
  const warnings: string[] = [];
  const log = createLog("silent", "json");
  log.warn = (...given: readonly unknown[]) => {
    warnings.push(String(given.at(-1)));
  };
  let minute = 0;
  let reads = 0;
  let isDown = false;
  const rules = () => {
    reads++;
    if (isDown) throw new StoreUnavailable("The disk is full.");
    return store.alerts.rules();
  };
  const watching = watchRules({
    config: {
      backupFolder: undefined,
      masksNumbers: false,
      publicUrl: undefined,
    },
    store: { ...store, alerts: { ...store.alerts, rules } },
    log,
    // Each look at the clock is at the end of the next minute.
    now: () => T0 + ++minute * MINUTE_MS + BEFORE_MS,
    stopping: stopping.signal,
  });
  await until(() => reads >= 2);
  expect(await store.alerts.evaluatorRecord()).toMatchObject({
    ranAt: expect.any(Number),
  });
  expect(warnings).toEqual([]);
  isDown = true;
  const before = reads;
  await until(() => reads >= before + 3);
  expect(warnings).toEqual([
    "the alert rules can't be evaluated now; trying again every minute",
  ]);
  stopping.abort();
  await watching;
  await store.close();
});
