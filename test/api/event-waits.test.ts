import { expect, test } from "bun:test";
import { join } from "node:path";
import { EventWaits } from "../../src/routes/api/event-waits.ts";
import { openStore } from "../support/open-store.ts";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";

const MINUTE_MS = 60_000;

async function startWaits(limits: ConstructorParameters<typeof EventWaits>[1]) {
  const folder = tempDir();
  const store = await openStore(join(folder.path, "smsledger.db"));
  let questions = 0;
  const stop = new AbortController();
  const counting = {
    feedEnd(): Promise<FeedPosition> {
      questions++;
      return store.feedEnd();
    },
  };
  const waits = new EventWaits(
    { store: counting, stopping: stop.signal },
    { pollMs: 20, ...limits },
  );
  const start = await store.feedStart();
  return {
    store,
    start,
    waits,
    stop,
    questions: () => questions,
    async [Symbol.asyncDispose]() {
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}

/** Whether something is over after a few turns of the clock. */
function isOver(waiting: Promise<void>): Promise<boolean> {
  return Promise.race([
    waiting.then(() => true),
    Bun.sleep(200).then(() => false),
  ]);
}

const NEVER = new AbortController().signal;

test("all who wait for an event go on when it is recorded, and later ones wait on", async () => {
  await using started = await startWaits({});
  const { waits, store, start } = started;
  const first = waits.wait(start, MINUTE_MS, NEVER);
  const second = waits.wait(start, MINUTE_MS, NEVER);
  expect(await isOver(Promise.race([first, second]))).toBe(false);
  await store.recordEvent(eventOf({}));
  await Promise.all([first, second]);
  const later = new AbortController();
  const third = waits.wait(await store.feedEnd(), MINUTE_MS, later.signal);
  expect(await isOver(third)).toBe(false);
  later.abort();
  await third;
});

test("a wait ends with its time, when the client is gone and when the server stops", async () => {
  await using started = await startWaits({});
  const { waits, stop, start } = started;
  await waits.wait(start, 50, NEVER);
  const client = new AbortController();
  const gone = waits.wait(start, MINUTE_MS, client.signal);
  client.abort();
  await gone;
  const stopped = waits.wait(start, MINUTE_MS, NEVER);
  stop.abort();
  await stopped;
  await waits.wait(start, MINUTE_MS, NEVER);
});

test("past the bound nobody waits, until another is gone", async () => {
  await using started = await startWaits({ waiting: 2 });
  const { waits, start } = started;
  const clients = [new AbortController(), new AbortController()];
  const waiting = clients.map(({ signal }) =>
    waits.wait(start, MINUTE_MS, signal),
  );
  await waits.wait(start, MINUTE_MS, NEVER);
  clients[0]?.abort();
  await waiting[0];
  const next = new AbortController();
  const free = waits.wait(start, MINUTE_MS, next.signal);
  expect(await isOver(free)).toBe(false);
  next.abort();
  clients[1]?.abort();
  await Promise.all([free, ...waiting]);
});

test("the store is asked only while somebody waits, and who waits goes on when it does not answer", async () => {
  await using started = await startWaits({});
  const { waits, store, start, questions } = started;
  await waits.wait(start, 100, NEVER);
  const asked = questions();
  expect(asked).toBeGreaterThan(0);
  await Bun.sleep(100);
  expect(questions()).toBe(asked);
  await store.close();
  await waits.wait(start, MINUTE_MS, NEVER);
});
