import { expect, test } from "bun:test";
import { previewResend } from "../../src/forwarding/resend-preview.ts";
import { endpointTarget, type NewResend } from "../../src/store/outbox.ts";
import { BY, Engine, type Request } from "./engine.ts";

const HOUR = 3_600_000;

function sidsOf(requests: readonly Request[]): string[] {
  return requests.map(({ payload }) => payload.data.messageSid);
}

async function resend(
  engine: Engine,
  id: number,
  more: Partial<NewResend> = {},
): Promise<number> {
  const added = await engine.store.outbox.addResend(
    {
      target: endpointTarget(id),
      kind: "range",
      afterId: 0,
      untilId: (await engine.store.feedEnd()).order,
      range: null,
      ratePerSecond: 10,
      ...more,
    },
    BY,
    "crm",
  );
  return added ?? 0;
}

test("a time range is sent again at its own rate, with the IDs of the first time", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm", { filter: "status:failed" });
  engine.start();
  await engine.record(5, { MessageStatus: "failed" });
  await engine.pass((2 * HOUR) / 60);
  const from = engine.clock.now();
  const sids = await engine.record(30, { MessageStatus: "failed" });
  await engine.record(30, { MessageStatus: "delivered" });
  await engine.pass(2_000);
  const ids = engine.requests.slice(5).map((request) => request.id);
  const until = engine.clock.now();
  await engine.pass(HOUR / 30);
  await engine.record(5, { MessageStatus: "failed" });
  await engine.pass(2_000);
  engine.requests.length = 0;
  const job = await resend(engine, id, { range: { from, until } });
  await engine.pass(1_500);
  expect(engine.requests.length).toBeWithin(5, 20);
  await engine.pass(5_000);
  expect(sidsOf(engine.requests)).toEqual(sids);
  expect(engine.requests.map((request) => request.id)).toEqual(ids);
  expect(await engine.store.outbox.resendById(job)).toMatchObject({
    state: "done",
    sent: 30,
    failed: 0,
  });
  const [attempt] = await engine.store.outbox.attempts(endpointTarget(id), {
    size: 1,
  });
  expect(attempt).toMatchObject({ kind: "resend", isSuccess: true });
});

test("a resend continues after a restart, and a stopped one doesn't", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm");
  engine.start();
  const sids = await engine.record(40);
  await engine.pass(2_000);
  engine.requests.length = 0;
  await resend(engine, id);
  await engine.pass(1_500);
  await engine.stop();
  await engine.reopen();
  engine.start();
  await engine.pass(10_000);
  expect(sidsOf(engine.requests)).toEqual(sids);
  const another = await resend(engine, id);
  engine.requests.length = 0;
  await engine.pass(1_500);
  await engine.store.outbox.endResend(another, "stopped", BY, "crm");
  await engine.pass(300);
  const { length } = engine.requests;
  expect(length).toBeWithin(1, 40);
  await engine.pass(5_000);
  expect(engine.requests).toHaveLength(length);
});

test("live events go before a resend", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm");
  engine.start();
  await engine.record(200);
  await engine.pass(10_000);
  await resend(engine, id, { ratePerSecond: 1_000 });
  await engine.pass(200);
  engine.requests.length = 0;
  const live = await engine.record(20);
  await engine.pass(1_000);
  const places = sidsOf(engine.requests).flatMap((sid, place) =>
    live.includes(sid) ? [place] : [],
  );
  expect(places).toHaveLength(20);
  // Both at once, so live events wait for no more than one other request each.
  expect(places.at(-1)).toBeLessThan(60);
});

test("what was given up is sent again, and removed once it arrives", async () => {
  await using engine = await Engine.open(5 * 60_000);
  const id = await engine.addEndpoint("crm");
  engine.answer = () => ({ status: 500 });
  engine.start();
  const [sid = ""] = await engine.record(1);
  await engine.pass(96 * HOUR);
  const page = { isFailed: true, afterId: 0, size: 9 };
  const target = endpointTarget(id);
  const [given] = await engine.store.outbox.deliveries(target, page);
  engine.answer = () => ({ status: 200 });
  engine.requests.length = 0;
  await resend(engine, id, { kind: "failed", untilId: given?.id ?? 0 });
  await engine.pass(20 * 60_000);
  expect(sidsOf(engine.requests)).toEqual([sid]);
  expect(await engine.store.outbox.deliveries(target, page)).toEqual([]);
});

test("an event that fails in a resend is retried as usual", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm");
  engine.start();
  await engine.record(3);
  await engine.pass(1_000);
  let failures = 1;
  engine.answer = () => ({ status: failures-- > 0 ? 500 : 200 });
  engine.requests.length = 0;
  const job = await resend(engine, id);
  await engine.pass(20_000);
  expect(engine.requests).toHaveLength(4);
  expect(await engine.store.outbox.resendById(job)).toMatchObject({
    state: "done",
    sent: 2,
    failed: 1,
  });
  const state = (await engine.store.outbox.states([endpointTarget(id)])).get(
    endpointTarget(id),
  );
  expect(state?.waiting).toBe(0);
});

test("a resend waits while its endpoint can't be reached, and goes on afterwards", async () => {
  await using engine = await Engine.open(1_000);
  const id = await engine.addEndpoint("crm", { filter: "status:failed" });
  engine.start();
  const sids = await engine.record(60, { MessageStatus: "failed" });
  await engine.pass(20_000);
  engine.answer = () => ({ fault: "connection_refused" });
  engine.requests.length = 0;
  const job = await resend(engine, id, { ratePerSecond: 50 });
  await engine.pass(HOUR);
  const failed = (await engine.store.outbox.resendById(job))?.failed ?? 0;
  expect(failed).toBeWithin(10, 60);
  engine.answer = () => ({ status: 200 });
  engine.requests.length = 0;
  await engine.pass(HOUR);
  expect(new Set(sidsOf(engine.requests))).toEqual(new Set(sids));
});

test("a preview of one event says what is sent: nothing if it doesn't match, isn't there, or the filter can't be read", async () => {
  await using engine = await Engine.open();
  const { store } = engine;
  await engine.record(1, { MessageStatus: "failed" });
  await engine.record(1, { MessageStatus: "delivered" });
  const now = engine.clock.now();
  const preview = async (filter: string, eventId: number) => {
    const id = await engine.addEndpoint(crypto.randomUUID(), { filter });
    const endpoint = await store.endpoints.byId(id);
    if (endpoint === undefined) throw new Error("The endpoint is gone.");
    const request = { kind: "event", eventId, ratePerSecond: 1 } as const;
    const { count, whyNothing } = await previewResend(
      store,
      endpoint,
      request,
      now,
    );
    return [count, whyNothing?.slice(0, 24)];
  };
  expect(await preview("status:failed", 1)).toEqual([1, undefined]);
  expect(await preview("status:failed", 2)).toEqual([
    0,
    "This event doesn’t match",
  ]);
  expect(await preview("", 99)).toEqual([0, "The ledger has no event "]);
  expect(await preview("status:unheard-of", 1)).toEqual([
    0,
    "This version of smsledge",
  ]);
});

test("previews that are asked for at once take turns, and count the same", async () => {
  await using engine = await Engine.open();
  const { store } = engine;
  const id = await engine.addEndpoint("crm", { filter: "status:failed" });
  // Few, as a step that takes over 100 ms doesn't hold up the next one.
  await engine.record(30, { MessageStatus: "failed" });
  const endpoint = await store.endpoints.byId(id);
  if (endpoint === undefined) throw new Error("The endpoint is gone.");
  let reading = 0;
  let readingMost = 0;
  const watched = {
    ...store,
    async feedWithMessages(
      ...asked: Parameters<typeof store.feedWithMessages>
    ) {
      readingMost = Math.max(readingMost, ++reading);
      return store.feedWithMessages(...asked).finally(() => reading--);
    },
  };
  const now = engine.clock.now();
  const range = { from: now - HOUR, until: now + HOUR };
  const request = { kind: "range", range, ratePerSecond: 10 } as const;
  const counts = await Promise.all(
    Array.from({ length: 5 }, () =>
      previewResend(watched, endpoint, request, now),
    ),
  );
  expect(counts).toEqual(
    Array(5).fill({ count: 30, isMore: false, whyNothing: undefined }),
  );
  expect(readingMost).toBe(1);
});
