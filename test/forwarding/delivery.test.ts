import { expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { endpointTarget } from "../../src/store/outbox.ts";
import { Engine, START } from "./engine.ts";

test("a recorded event arrives signed, with its message, and is logged", async () => {
  await using engine = await Engine.open();
  const id = await engine.addEndpoint("crm");
  engine.start();
  const [sid = ""] = await engine.record(1, {
    MessageStatus: "failed",
    ErrorCode: "30003",
  });
  await engine.pass(200);
  const [request] = engine.requests;
  const { secret = "" } = (await engine.store.endpoints.secretsOf(id)) ?? {};
  const payload = JSON.parse(request?.body ?? "");
  expect(payload).toMatchObject({
    type: "sms_failed",
    timestamp: new Date(START).toISOString(),
    data: {
      messageSid: sid,
      status: "failed",
      errorCode: 30003,
      message: { messageSid: sid, status: "failed" },
    },
  });
  const headers = {
    ...request?.headers,
    "webhook-timestamp": String(Math.floor(Date.now() / 1000)),
  };
  expect(() =>
    new Webhook(secret).verify(request?.body ?? "", headers),
  ).toThrow();
  expect(request?.headers["webhook-timestamp"]).toBe(String(START / 1000));
  // Attempts that succeeded are logged some at a time.
  await engine.pass(1_100);
  const attempts = await engine.store.outbox.attempts(endpointTarget(id), {
    size: 10,
  });
  expect(attempts).toMatchObject([
    {
      isSuccess: true,
      status: 200,
      kind: "live",
      attempt: 1,
      type: "sms_failed",
    },
  ]);
  expect((await engine.store.endpoints.byId(id))?.position).toEqual(
    await engine.store.feedEnd(),
  );
});

test("an endpoint that is off for two days gets everything afterwards, once", async () => {
  await using engine = await Engine.open(600_000);
  const id = await engine.addEndpoint("crm", { ratePerSecond: 1_000 });
  engine.start();
  let isOff = true;
  engine.answer = () =>
    isOff ? { fault: "connection_refused" } : { status: 200 };
  const sids: string[] = [];
  for (let hour = 0; hour < 48; hour++) {
    sids.push(...(await engine.record(10)));
    await engine.pass(3_600_000);
  }
  const target = endpointTarget(id);
  const state = (await engine.store.outbox.states([target])).get(target);
  // The ledger holds the rest, so an endpoint that is off fills no table.
  expect(state?.waiting).toBeLessThan(sids.length / 2);
  isOff = false;
  engine.requests.length = 0;
  // Each turn of this clock sends no more than a burst.
  await engine.pass(60 * 60_000);
  const got = new Map<string, number>();
  for (const { payload } of engine.requests)
    got.set(
      payload.data.messageSid,
      (got.get(payload.data.messageSid) ?? 0) + 1,
    );
  expect([...got.keys()].toSorted()).toEqual(sids.toSorted());
  expect(engine.requests.length).toBe(sids.length);
  expect(
    await engine.store.outbox.deliveries(endpointTarget(id), {
      isFailed: false,
      afterId: 0,
      size: 10,
    }),
  ).toEqual([]);
});
