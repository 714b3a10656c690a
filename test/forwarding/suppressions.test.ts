import { expect, test } from "bun:test";
import type { SuppressionReason } from "../../src/store/suppressions.ts";
import { followList } from "../store/follow-list.ts";
import { Engine, START } from "./engine.ts";

const To = "+14155550123";

type Sent = {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly number: string;
    readonly channel: string;
    readonly reason: SuppressionReason;
    readonly errorCode: number | null;
    readonly messageSid: string;
    readonly restoredBy: string | null;
  };
};

function sentBy(engine: Engine): Sent[] {
  return engine.requests
    .map(({ body }): Sent => JSON.parse(body))
    .filter(({ type }) => type.startsWith("number_"));
}

test("an endpoint is told of numbers that go onto the Do not send list and come off it", async () => {
  await using engine = await Engine.open();
  await engine.record(1, { To, MessageStatus: "failed", ErrorCode: "21610" });
  await followList(engine.store, START);
  await engine.addEndpoint("crm");
  await engine.addEndpoint("others", { events: ["sms_failed"] });
  engine.start();
  const fails = { To: "+442071838750", MessageStatus: "failed" };
  const [sid = ""] = await engine.record(1, { ...fails, ErrorCode: "30005" });
  await followList(engine.store, START + 1_000);
  await engine.pass(1_000);
  await engine.record(1, { ...fails, MessageStatus: "delivered" });
  await followList(engine.store, START + 2_000);
  await engine.pass(1_000);
  // What happened before the endpoint was added isn't sent.
  expect(sentBy(engine)).toEqual([
    {
      type: "number_suppressed",
      timestamp: new Date(START + 1_000).toISOString(),
      data: expect.objectContaining({
        number: fails.To,
        channel: "sms",
        reason: "gone",
        errorCode: 30005,
        messageSid: sid,
        restoredBy: null,
      }),
    },
    {
      type: "number_restored",
      timestamp: new Date(START + 2_000).toISOString(),
      data: expect.objectContaining({
        number: fails.To,
        restoredBy: "delivered",
      }),
    },
  ]);
});

test("a change that fails is retried with the same webhook-id, and survives a restart", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm", { events: ["number_suppressed"] });
  engine.answer = () => ({ status: 500 });
  engine.start();
  await engine.record(1, { To, MessageStatus: "failed", ErrorCode: "30005" });
  await followList(engine.store, START);
  await engine.pass(1_000);
  expect(sentBy(engine)).toHaveLength(1);
  await engine.stop();
  await engine.reopen();
  engine.answer = () => ({ status: 200 });
  engine.start();
  await engine.pass(60_000);
  expect(sentBy(engine)).toHaveLength(2);
  expect(new Set(engine.requests.map(({ id }) => id)).size).toBe(1);
  await engine.pass(600_000);
  expect(sentBy(engine)).toHaveLength(2);
});

test("an endpoint with a filter gets the changes of messages that match it", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("germany", { filter: "country:DE" });
  engine.start();
  for (const to of [To, "+4915112345678"])
    await engine.record(1, {
      To: to,
      MessageStatus: "failed",
      ErrorCode: "30005",
    });
  await followList(engine.store, START);
  await engine.pass(1_000);
  expect(sentBy(engine).map(({ data }) => data.number)).toEqual([
    "+4915112345678",
  ]);
});

test("an erased number is sent to nobody", async () => {
  await using engine = await Engine.open();
  await engine.addEndpoint("crm", { events: ["number_suppressed"] });
  engine.answer = () => ({ status: 500 });
  engine.start();
  await engine.record(1, { To, MessageStatus: "failed", ErrorCode: "30005" });
  await followList(engine.store, START);
  await engine.pass(1_000);
  await engine.store.upkeep.erase(To.slice(1));
  engine.requests.length = 0;
  engine.answer = () => ({ status: 200 });
  await engine.pass(600_000);
  expect(engine.requests).toEqual([]);
});
