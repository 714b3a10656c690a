import { afterEach, beforeEach, expect, test } from "bun:test";
import { join } from "node:path";
import { openStore } from "../../support/open-store.ts";
import type { MessageFilter } from "../../../src/store/filter.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";

const LONG_MS = 60_000;

let folder: ReturnType<typeof tempDir>;
beforeEach(() => {
  folder = tempDir();
});
afterEach(() => folder[Symbol.dispose]());

/** No index finds a whole number's digits anywhere but at its ends. */
const RARE: MessageFilter = [
  { negated: false, field: "status", values: ["delivered"] },
  { negated: true, field: "to", values: ["+14155550123"] },
];
const MESSAGES = 3_000;
const EACH = 100;

/** Opens a store in which a search reads one message at a time, for `fillMs`. */
async function open(fillMs: number) {
  const store = await openStore(join(folder.path, "smsledger.db"), {
    stretch: 16,
    fillMs,
  });
  if ((await store.countMessages([])).count === 0)
    await Promise.all(
      Array.from({ length: MESSAGES }, (_, index) =>
        store.recordEvent(
          eventOf({
            MessageStatus: "delivered",
            To: index % EACH === 0 ? "+442071838750" : "+14155550123",
          }),
        ),
      ),
    );
  return store;
}

test("a page for a rare filter is full, or says that the search hit its limit", async () => {
  const patient = await open(LONG_MS);
  const full = await patient.listMessages(RARE, { size: 20 });
  expect(full.messages).toHaveLength(20);
  expect(full.lookedBackTo).toBeUndefined();
  const counted = await patient.listAndCount(RARE, 20);
  expect(counted.page.messages).toEqual(full.messages);
  await patient.close();

  const hasty = await open(0);
  const cut = await hasty.listMessages(RARE, { size: 20 });
  expect(cut.messages.length).toBeLessThan(20);
  expect(cut.lookedBackTo).toBeNumber();
  expect(cut.older).toBeNumber();
  await hasty.close();
});

test("a search that fills a page yields to the event loop after each step", async () => {
  const store = await open(LONG_MS);
  let turns = 0;
  let isSearching = true;
  const turn = () => {
    turns++;
    if (isSearching) setImmediate(turn);
  };
  setImmediate(turn);
  await store.listMessages(RARE, { size: MESSAGES });
  isSearching = false;
  expect(turns).toBeGreaterThanOrEqual(2);
  await store.close();
});

test("a running search ends when the store is closed", async () => {
  const store = await open(LONG_MS);
  const ended = store.listMessages(RARE, { size: MESSAGES }).then(
    () => "found",
    (error: Error) => error.name,
  );
  // The first step, in the next turn.
  await new Promise((resolve) => setImmediate(resolve));
  await store.close();
  expect(await ended).toBe("StoreUnavailable");
});
