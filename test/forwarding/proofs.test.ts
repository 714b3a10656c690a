import { expect, test } from "bun:test";
import pino from "pino";
import { Webhook } from "standardwebhooks";
import { startResend } from "../../src/forwarding/resend-request.ts";
import { ATTEMPTS_MAX, endpointTarget } from "../../src/store/outbox.ts";
import { StoreUnavailable } from "../../src/store/store.ts";
import { BY, Engine, type Request } from "./engine.ts";

const MINUTE = 60_000;

function sidsOf(requests: readonly Request[]): string[] {
  return requests.map(({ payload }) => payload.data.messageSid);
}

test("the public standardwebhooks package verifies everything that is sent, also while a secret rotates", async () => {
  await using engine = await Engine.open();
  // The package compares with the real time.
  engine.clock.set(Date.now());
  const id = await engine.addEndpoint("crm");
  const first = (await engine.store.endpoints.secretsOf(id))?.secret ?? "";
  engine.answer = ({ payload }) => ({
    status: payload.data.id % 5 === 0 ? 500 : 200,
  });
  engine.start();
  await engine.record(20, { ErrorMessage: "Grüße 🚀 </script> \u2028" });
  await engine.pass(20_000);
  const change = {
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    previousUntil: engine.clock.now() + 60 * MINUTE,
  };
  await engine.store.endpoints.rotate(id, change, BY);
  await engine.pass(1_000);
  const count = engine.requests.length;
  await engine.record(20);
  await engine.pass(20_000);
  const { requests } = engine;
  expect(requests.length).toBeGreaterThan(45);
  for (const { body, headers } of requests)
    expect(new Webhook(first).verify(body, headers)).toMatchObject({
      type: "sms_delivered",
    });
  const rotated = requests.slice(count);
  for (const { body, headers } of rotated)
    new Webhook(change.secret).verify(body, headers);
  expect(() =>
    new Webhook(change.secret).verify(
      requests[0]?.body ?? "",
      requests[0]?.headers ?? {},
    ),
  ).toThrow();
});

test("one dead endpoint with 1,000 events waiting doesn't hold up 19 others", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("dead");
  engine.answer = ({ url }) =>
    url.includes("dead") ? { fault: "timeout" } : { status: 200 };
  engine.start();
  await engine.record(1_000);
  await engine.pass(MINUTE);
  for (let each = 0; each < 19; each++) await engine.addEndpoint(`e${each}`);
  await engine.pass(2_000);
  engine.requests.length = 0;
  const sids = await engine.record(20);
  await engine.pass(2_000);
  const received = Map.groupBy(
    engine.requests.filter(({ url }) => !url.includes("dead")),
    ({ url }) => url,
  );
  expect(received.size).toBe(19);
  for (const requests of received.values())
    expect(sidsOf(requests)).toEqual(sids);
});

test("the log of attempts is bounded", async () => {
  await using engine = await Engine.open();
  const target = endpointTarget(
    await engine.addEndpoint("crm", { ratePerSecond: 1_000 }),
  );
  engine.answer = () => ({ status: 200, text: "x".repeat(100_000) });
  engine.start();
  for (let batch = 0; batch < 13; batch++) {
    await engine.record(100);
    await engine.pass(1_000);
  }
  expect(engine.requests).toHaveLength(1_300);
  const kept = await engine.store.outbox.attempts(target, { size: 2_000 });
  expect(kept).toHaveLength(ATTEMPTS_MAX);
  expect(kept[0]?.response).toHaveLength(2_048);
  const oldest = kept.at(-1)?.id ?? 0;
  // Those beyond are removed a hundred at a time.
  expect(await engine.store.outbox.attemptById(oldest - 110)).toBeUndefined();
});

test("while progress can't be saved, nothing more is sent, and afterwards everything is", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  let isLocked = false;
  const { store } = engine;
  const outbox: typeof store.outbox = {
    ...store.outbox,
    save: (save) =>
      isLocked
        ? Promise.reject(new StoreUnavailable("The database is locked."))
        : store.outbox.save(save),
  };
  engine.start({ store: { ...store, outbox } });
  await engine.record(3);
  await engine.pass(1_000);
  isLocked = true;
  const sids = await engine.record(50);
  await engine.pass(MINUTE);
  const sent = engine.requests.length;
  expect(sent).toBeWithin(4, 3 + 2 * 4 + 1);
  isLocked = false;
  await engine.pass(10_000);
  expect(sidsOf(engine.requests).slice(3)).toEqual(sids);
});

test("a lane that can't go on is logged once, however often it's tried", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  const lines: string[] = [];
  const log = pino({ level: "error" }, { write: (line) => lines.push(line) });
  const { store } = engine;
  const due = () => Promise.reject(new Error("It can't be read."));
  engine.start({ store: { ...store, outbox: { ...store.outbox, due } }, log });
  await engine.record(1);
  await engine.pass(MINUTE);
  expect(lines).toHaveLength(1);
});

test("what is to be saved doesn't grow while it can't be", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  const sizes: number[] = [];
  const { store } = engine;
  const outbox: typeof store.outbox = {
    ...store.outbox,
    save: ({ targets }) => {
      sizes.push(targets.length);
      return Promise.reject(new StoreUnavailable("The database is locked."));
    },
  };
  engine.start({ store: { ...store, outbox } });
  await engine.record(50);
  await engine.pass(MINUTE);
  expect(sizes.length).toBeGreaterThan(50);
  expect(sizes.at(-1)).toBeLessThan(10);
});

test("an event that retention deleted before its retry is dropped", async () => {
  await using engine = await Engine.open(1_000);
  const id = await engine.addEndpoint("crm");
  engine.answer = () => ({ status: 500 });
  engine.start();
  await engine.record(1);
  await engine.pass(MINUTE);
  expect(engine.requests).toHaveLength(2);
  await engine.store.upkeep.prune(engine.clock.now() + 24 * 60 * MINUTE);
  await engine.pass(60 * MINUTE);
  expect(engine.requests).toHaveLength(2);
  const target = endpointTarget(id);
  const state = (await engine.store.outbox.states([target])).get(target);
  expect(state).toMatchObject({ waiting: 0, failed: 0 });
});

test("what waits for its turn is sent without a number erased since, live and again", async () => {
  await using engine = await Engine.open(1_000);
  const { store } = engine;
  const id = await engine.addEndpoint("slow", { ratePerSecond: 1 });
  await engine.record(10, { To: "+14155550123" });
  engine.start();
  const endpoint = { id, name: "slow" };
  const now = engine.clock.now();
  const range = { from: now - 60 * MINUTE, until: now + MINUTE };
  const request = { kind: "range", range, ratePerSecond: 1 } as const;
  await startResend(store.outbox, endpoint, request, BY);
  await engine.pass(3_000);
  const isNumber = ({ body }: { readonly body: string }) =>
    body.includes("4155550123");
  expect(engine.requests.some(isNumber)).toBe(true);
  await store.upkeep.erase("14155550123");
  await engine.pass(1_000);
  const before = engine.requests.length;
  await engine.pass(60_000);
  const later = engine.requests.slice(before);
  expect(later.length).toBeGreaterThan(5);
  expect(later.filter(isNumber)).toEqual([]);
});

test("a retry sends the whole event as it is now, without a number erased since", async () => {
  await using engine = await Engine.open(1_000);
  await engine.addEndpoint("crm");
  engine.answer = () => ({ status: 500, text: "no route to +14155550123" });
  engine.start();
  await engine.record(1, { To: "+14155550123" });
  await engine.pass(1_000);
  await engine.store.upkeep.erase("14155550123");
  await engine.pass(10_000);
  const [first, second] = engine.requests;
  expect(first?.body).toContain("+14155550123");
  expect(second?.id).toBe(first?.id ?? "");
  expect(second?.body).not.toContain("4155550123");
  expect(second?.payload.data.messageSid).toBe(
    first?.payload.data.messageSid ?? "",
  );
});
