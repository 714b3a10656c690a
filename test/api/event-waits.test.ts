import { expect, test } from "bun:test";
import { join } from "node:path";
import { EventWaits } from "../../src/routes/api/event-waits.ts";
import { openStore } from "../support/open-store.ts";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import { eventOf } from "../store/events.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";

const MINUTE_MS = 60_000;

async function startWaits(limits: ConstructorParameters<typeof EventWaits>[1]) {
  const folder = tempDir();
  const store = await openStore(join(folder.path, "smsledger.db"));
  let answers = 0;
  const stop = new AbortController();
  const counting = {
    async feedEnd(): Promise<FeedPosition> {
      const end = await store.feedEnd();
      answers++;
      return end;
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
    /** How often the store has responded. */
    answers: () => answers,
    async [Symbol.asyncDispose]() {
      await store.close();
      folder[Symbol.dispose]();
    },
  };
}

type Started = Awaited<ReturnType<typeof startWaits>>;

/** Reports whether a wait ends before the store has responded three more times. */
async function endsSoon(
  { answers }: Started,
  waiting: Promise<void>,
): Promise<boolean> {
  let ended = false;
  void waiting.then(() => (ended = true));
  const before = answers();
  await until(() => ended || answers() >= before + 3);
  return ended;
}

const NEVER = new AbortController().signal;

test("everyone who is waiting continues when an event is recorded; later waits keep waiting", async () => {
  await using started = await startWaits({});
  const { waits, store, start } = started;
  const first = waits.wait(start, MINUTE_MS, NEVER);
  const second = waits.wait(start, MINUTE_MS, NEVER);
  expect(await endsSoon(started, Promise.race([first, second]))).toBe(false);
  await store.recordEvent(eventOf({}));
  await Promise.all([first, second]);
  const later = new AbortController();
  const third = waits.wait(await store.feedEnd(), MINUTE_MS, later.signal);
  expect(await endsSoon(started, third)).toBe(false);
  later.abort();
  await third;
});

test("a wait ends at its timeout, when the client disconnects and when the server stops", async () => {
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

test("past the limit, nobody waits until another wait ends", async () => {
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
  expect(await endsSoon(started, free)).toBe(false);
  next.abort();
  clients[1]?.abort();
  await Promise.all([free, ...waiting]);
});

test("the store is queried only while somebody waits", async () => {
  await using idle = await startWaits({});
  await using busy = await startWaits({});
  const client = new AbortController();
  const idling = idle.waits.wait(idle.start, MINUTE_MS, client.signal);
  await until(() => idle.answers() > 0);
  client.abort();
  await idling;
  const before = idle.answers();
  const stop = new AbortController();
  const waiting = busy.waits.wait(busy.start, MINUTE_MS, stop.signal);
  await until(() => busy.answers() >= 5);
  // One response may have been under way.
  expect(idle.answers()).toBeLessThanOrEqual(before + 1);
  stop.abort();
  await waiting;
});

test("everyone continues if the store doesn't respond", async () => {
  await using started = await startWaits({});
  const { waits, store, start } = started;
  await store.close();
  await waits.wait(start, MINUTE_MS, NEVER);
});
