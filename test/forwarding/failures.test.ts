import { expect, test } from "bun:test";
import { endpointTarget } from "../../src/store/outbox.ts";
import { until } from "../support/until.ts";
import { BY, Engine, type Request } from "./engine.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

function sidsOf(requests: readonly Request[]): string[] {
  return requests.map(({ payload }) => payload.data.messageSid);
}

test("a failed event is attempted ten times in about three days, then waits to be sent again", async () => {
  await using engine = await Engine.open(5 * MINUTE);
  const target = endpointTarget(await engine.addEndpoint("crm"));
  engine.answer = () => ({ status: 500, text: "no" });
  engine.start();
  await engine.record(1);
  await engine.pass(4 * DAY);
  const first = engine.requests[0]?.at ?? 0;
  const minutes = engine.requests.map(({ at }) =>
    Math.round((at - first) / MINUTE),
  );
  expect(minutes).toHaveLength(10);
  expect(minutes.at(-1)).toBeWithin(75 * 60, 79 * 60);
  expect(new Set(engine.requests.map(({ id }) => id)).size).toBe(1);
  const page = { isFailed: true, afterId: 0, size: 9 };
  expect(await engine.store.outbox.deliveries(target, page)).toMatchObject([
    { attempts: 10, nextAt: null },
  ]);
});

test("an endpoint that refuses half of all events gets the other half, however many it refuses", async () => {
  await using engine = await Engine.open(1_000);
  const settings = { ratePerSecond: 1_000, concurrency: 16 };
  const target = endpointTarget(await engine.addEndpoint("crm", settings));
  const accepted = new Set<number>();
  engine.answer = ({ payload: { data } }) => {
    if (data.id % 2 === 0) return { status: 400 };
    accepted.add(data.id);
    return { status: 200 };
  };
  engine.start();
  for (let minute = 0; minute < 6; minute++) {
    await engine.record(1_600);
    await engine.pass(MINUTE);
  }
  await engine.pass(2 * MINUTE);
  expect(accepted.size).toBe(4_800);
  const state = (await engine.store.outbox.states([target])).get(target);
  expect(state?.behind.count).toBe(0);
  expect(state?.failed).toBeGreaterThan(500);
}, 120_000);

test("a failing event delays no other event", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  const [poison = ""] = await engine.record(1);
  engine.answer = ({ payload }) => ({
    status: payload.data.messageSid === poison ? 500 : 200,
  });
  engine.start();
  const others = await engine.record(20);
  await engine.pass(2_000);
  expect(sidsOf(engine.requests).filter((sid) => sid !== poison)).toEqual(
    others,
  );
});

test("events that always fail don't keep later ones from an endpoint that is up", async () => {
  await using engine = await Engine.open(1_000);
  await engine.addEndpoint("crm");
  const poison = new Set(await engine.record(30));
  engine.answer = ({ payload }) => ({
    status: poison.has(payload.data.messageSid) ? 500 : 200,
  });
  engine.start();
  const others = await engine.record(30);
  await engine.pass(HOUR);
  const delivered = sidsOf(engine.requests).filter((sid) => !poison.has(sid));
  expect(delivered.toSorted()).toEqual(others.toSorted());
});

test("an endpoint that answers 410 is disabled, and gets nothing more until it's resumed", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm");
  engine.answer = () => ({ status: 410 });
  engine.start();
  const sids = await engine.record(5);
  await engine.pass(DAY / 24);
  expect(engine.requests).toHaveLength(1);
  expect(await engine.store.endpoints.byId(id)).toMatchObject({
    state: "disabled",
    disabledReason: "gone",
  });
  engine.answer = () => ({ status: 200 });
  await engine.store.endpoints.setState(id, "active", BY);
  engine.requests.length = 0;
  await engine.pass(MINUTE);
  expect(sidsOf(engine.requests).toSorted()).toEqual(sids.toSorted());
});

test("an endpoint that only fails is disabled after five days, and nothing is lost", async () => {
  await using engine = await Engine.open(10 * MINUTE);
  const id = await engine.addEndpoint("crm");
  engine.answer = () => ({ fault: "timeout" });
  engine.start();
  const sids: string[] = [];
  for (let day = 0; day < 7; day++) {
    sids.push(...(await engine.record(20)));
    for (let hours = 0; hours < 24; hours += 12) {
      await engine.store.upkeep.readClock(engine.clock.now());
      await engine.pass(12 * HOUR);
    }
  }
  const endpoint = await engine.store.endpoints.byId(id);
  expect(endpoint).toMatchObject({
    state: "disabled",
    disabledReason: "failing",
  });
  expect(
    (endpoint?.stateChangedAt ?? 0) - (endpoint?.createdAt ?? 0),
  ).toBeWithin(5 * DAY, 5 * DAY + 2 * HOUR);
  const last = engine.requests.at(-1)?.at ?? 0;
  expect(last).toBeLessThanOrEqual(endpoint?.stateChangedAt ?? 0);
  engine.answer = () => ({ status: 200 });
  engine.requests.length = 0;
  await engine.store.endpoints.setState(id, "active", BY);
  await engine.pass(2 * DAY);
  const failed = await engine.store.outbox.deliveries(endpointTarget(id), {
    isFailed: true,
    afterId: 0,
    size: 1_000,
  });
  expect(engine.requests.length + failed.length).toBe(sids.length);
});

test("an endpoint that has answered 500 for long isn't given so many events that the oldest are given up", async () => {
  await using engine = await Engine.open(15_000);
  const target = endpointTarget(await engine.addEndpoint("crm"));
  await engine.record(3_000);
  const now = engine.clock.now();
  const events = await engine.store.feedWithMessages(
    await engine.store.feedStart(),
    1_100,
  );
  await engine.store.outbox.save({
    now,
    targets: [{ target, position: events.next, failingSince: now - 10 * HOUR }],
    deliveries: events.events.map(({ event: { id } }, index) => ({
      target,
      item: { feed: "events", id },
      done: false,
      attempts: 5,
      lastAt: now - HOUR,
      nextAt: now + index * 15_000,
    })),
    attempts: [],
    resends: [],
  });
  engine.answer = () => ({ status: 500 });
  engine.start();
  await engine.pass(2 * HOUR);
  const waiting = async () =>
    (await engine.store.outbox.states([target])).get(target)?.waiting;
  expect(engine.requests.length).toBeGreaterThan(400);
  // A live event every three minutes, and a few until it's known to be down.
  expect(await waiting()).toBeWithin(1_130, 1_160);
  engine.answer = () => ({ status: 200 });
  await engine.pass(5 * MINUTE);
  expect(await waiting()).toBeLessThan(1_130);
}, 120_000);

test("a paused endpoint gets nothing, and everything once it's resumed", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm");
  engine.start();
  await engine.record(3);
  await engine.pass(1_000);
  expect(engine.requests).toHaveLength(3);
  await engine.store.endpoints.setState(id, "paused", BY);
  await engine.pass(200);
  const sids = await engine.record(30);
  await engine.pass(HOUR / 60);
  expect(engine.requests).toHaveLength(3);
  await engine.store.endpoints.setState(id, "active", BY);
  await engine.pass(5_000);
  expect(sidsOf(engine.requests).slice(3)).toEqual(sids);
});

test("while an endpoint asks to be left alone, it is, and then gets everything in order", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  let isBusy = true;
  engine.answer = () =>
    isBusy
      ? { status: 429, headers: { "retry-after": "120" } }
      : { status: 200 };
  engine.start();
  const sids = await engine.record(10);
  await engine.pass(1_000);
  isBusy = false;
  await engine.pass(115_000);
  expect(engine.requests).toHaveLength(1);
  await engine.pass(10_000);
  expect(sidsOf(engine.requests).slice(1)).toEqual(sids);
});

test("a receiver that is always too busy for one event gets the others", async () => {
  await using engine = await Engine.open(1_000);
  await engine.addEndpoint("crm");
  const [poison = "", ...sids] = await engine.record(10);
  engine.answer = ({ payload }) =>
    payload.data.messageSid === poison
      ? { status: 503, headers: { "retry-after": "60" } }
      : { status: 200 };
  engine.start();
  await engine.pass(10 * MINUTE);
  expect(sidsOf(engine.requests).filter((sid) => sid !== poison)).toEqual(sids);
});

test("a slow endpoint delays no other endpoint", async () => {
  await using engine = await Engine.open();
  for (const name of ["slow", "a", "b"]) await engine.addEndpoint(name);
  const slow = Promise.withResolvers<{ status: number }>();
  engine.answer = ({ url }) =>
    url.includes("slow") ? slow.promise : { status: 200 };
  engine.start({
    outbound: { send: (request) => engine.receiveUncounted(request) },
  });
  await engine.record(10);
  await engine.pass(2_000);
  const received = Map.groupBy(
    engine.requests,
    ({ url }) => new URL(url).hostname[0],
  );
  expect(received.get("a")).toHaveLength(10);
  expect(received.get("b")).toHaveLength(10);
  // One at first; four once it was a second behind.
  expect(received.get("s")).toHaveLength(4);
  slow.resolve({ status: 200 });
  await engine.pass(2_000);
  expect(engine.requests).toHaveLength(30);
});

test("after a crash, only what wasn't saved is sent again, with the same ID", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  engine.start();
  const before = await engine.record(20);
  await engine.pass(2_000);
  await engine.stop();
  const after = await engine.record(5);
  await engine.reopen();
  engine.start();
  await engine.pass(2_000);
  expect(sidsOf(engine.requests)).toEqual([...before, ...after]);
});

test("a receiver that can't be reached is only probed after a restart, too, and gets everything once it's back", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  engine.answer = () => ({ fault: "connection_refused" });
  engine.start();
  const sids = await engine.record(100);
  await engine.pass(2 * MINUTE);
  await engine.stop();
  await engine.reopen();
  engine.requests.length = 0;
  engine.start();
  await engine.pass(4_000);
  expect(engine.requests).toHaveLength(1);
  // After 5, 10, 20 and 40 seconds.
  await engine.pass(80_000);
  expect(engine.requests.length).toBeWithin(4, 7);
  engine.answer = () => ({ status: 200 });
  engine.requests.length = 0;
  await engine.pass(2 * MINUTE);
  expect(new Set(sidsOf(engine.requests))).toEqual(new Set(sids));
});

test("a request that a stopping server gives up is sent again after the restart", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  engine.start({
    outbound: {
      send: ({ signal }) =>
        new Promise((resolve) =>
          signal?.addEventListener("abort", () =>
            resolve({ durationMs: 1, response: null, fault: "stopped" }),
          ),
        ),
    },
  });
  const sids = await engine.record(3);
  await engine.pass(500);
  await engine.stop();
  engine.start();
  await engine.pass(2_000);
  expect(sidsOf(engine.requests)).toEqual(sids);
});

test("a clock that was ahead makes nothing wait", async () => {
  await using engine = await Engine.open(1_000);
  await engine.addEndpoint("crm");
  engine.clock.set(engine.clock.now() + 400 * DAY);
  engine.answer = () => ({ status: 500 });
  engine.start();
  await engine.record(1);
  await engine.pass(MINUTE);
  expect(engine.requests).toHaveLength(2);
  engine.clock.set(engine.clock.now() - 400 * DAY);
  engine.answer = () => ({ status: 200 });
  await engine.pass(2 * MINUTE);
  expect(engine.requests).toHaveLength(3);
});

test("an endpoint that began to fail while the clock was ahead is failing now, and not in the future", async () => {
  await using engine = await Engine.open(1_000);
  const id = await engine.addEndpoint("crm");
  engine.clock.set(engine.clock.now() + 400 * DAY);
  engine.answer = () => ({ status: 500 });
  engine.start();
  await engine.record(1);
  await engine.pass(MINUTE);
  engine.clock.set(engine.clock.now() - 400 * DAY);
  await engine.pass(2 * MINUTE);
  const endpoint = await engine.store.endpoints.byId(id);
  expect(endpoint?.failingSince).toBeWithin(
    engine.clock.now() - 2 * MINUTE,
    engine.clock.now() + 1,
  );
});

test("a clock that is set ahead disables nothing", async () => {
  await using engine = await Engine.open(1_000);
  const id = await engine.addEndpoint("crm");
  engine.answer = () => ({ status: 500 });
  engine.start();
  await engine.store.upkeep.readClock(engine.clock.now());
  await engine.record(1);
  await engine.pass(MINUTE);
  engine.clock.set(engine.clock.now() + 400 * DAY);
  await engine.pass(HOUR);
  expect((await engine.store.endpoints.byId(id))?.state).toBe("active");
});

test("nothing is sent to an endpoint that was removed, and nothing of it is kept", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm");
  engine.answer = () => ({ status: 500 });
  engine.start();
  await engine.record(5);
  await engine.pass(1_000);
  await engine.store.endpoints.remove(id, BY);
  await engine.pass(1_000);
  const { length } = engine.requests;
  await engine.record(5);
  await engine.pass(HOUR / 4);
  expect(engine.requests).toHaveLength(length);
  expect(
    await engine.store.outbox.attempts(endpointTarget(id), { size: 9 }),
  ).toEqual([]);
});

test("events of one message are never under way together, and keep their order", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm");
  const underWay = new Set<string>();
  const order: string[] = [];
  engine.answer = async ({ payload }) => {
    const { messageSid } = payload.data;
    expect(underWay.has(messageSid)).toBe(false);
    underWay.add(messageSid);
    // Whatever can begin meanwhile has begun.
    await engine.settle();
    underWay.delete(messageSid);
    order.push(`${messageSid} ${payload.type}`);
    return { status: 200 };
  };
  const sids = await engine.record(10, { MessageStatus: "sent" });
  await engine.recordAgain(sids, { MessageStatus: "delivered" });
  engine.clock.step(10_000);
  engine.start({
    outbound: { send: (request) => engine.receiveUncounted(request) },
  });
  await until(async () => {
    await engine.pass(100);
    expect(order).toHaveLength(20);
  });
  for (const sid of sids)
    expect(order.filter((each) => each.startsWith(sid))).toEqual([
      `${sid} sms_sent`,
      `${sid} sms_delivered`,
    ]);
});

test("a changed filter applies from the next event on, and no event is lost or repeated", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm", { filter: "status:failed" });
  engine.start();
  await engine.record(3, { MessageStatus: "delivered" });
  const failed = await engine.record(3, { MessageStatus: "failed" });
  await engine.pass(1_000);
  expect(sidsOf(engine.requests)).toEqual(failed);
  await engine.store.endpoints.change(
    id,
    { filter: "", events: ["sms_delivered"] },
    BY,
  );
  await engine.pass(1_000);
  const delivered = await engine.record(3, { MessageStatus: "delivered" });
  await engine.record(3, { MessageStatus: "failed" });
  await engine.pass(1_000);
  expect(sidsOf(engine.requests)).toEqual([...failed, ...delivered]);
});

test("after a rotation, both secrets sign for a day, then only the new one", async () => {
  await using engine = await Engine.open(MINUTE);
  const id = await engine.addEndpoint("crm");
  engine.start();
  const signatures = async () => {
    engine.requests.length = 0;
    await engine.record(1);
    await engine.pass(2 * MINUTE);
    return engine.requests[0]?.headers["webhook-signature"]?.split(" ").length;
  };
  expect(await signatures()).toBe(1);
  const change = {
    secret: "whsec_c2Vjb25kc2Vjb25kc2Vjb25kc2Vjb25k",
    previousUntil: engine.clock.now() + DAY,
  };
  await engine.store.endpoints.rotate(id, change, BY);
  await engine.pass(2 * MINUTE);
  expect(await signatures()).toBe(2);
  await engine.pass(DAY);
  expect(await signatures()).toBe(1);
});
