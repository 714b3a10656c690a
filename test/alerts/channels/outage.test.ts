import { expect, test } from "bun:test";
import { createNoticeSender } from "../../../src/alerts/channels/notice-sender.ts";
import type { Notice } from "../../../src/alerts/notice.ts";
import type {
  OutboundRequest,
  SendResult,
} from "../../../src/outbound/outbound.ts";
import type {
  AlertChannelKind,
  AlertChannelSettings,
} from "../../../src/store/alert-channels.ts";
import { channelTarget } from "../../../src/store/outbox.ts";
import { BY, Engine } from "../../forwarding/engine.ts";
import { FIRING } from "./notices.ts";
import { writeNotice } from "./write-notice.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A channel, its service, and the engine that sends what waits, on a clock that a test moves. */
async function channelWithService(
  kind: AlertChannelKind,
  settings: AlertChannelSettings,
) {
  const engine = await Engine.open(20_000);
  const { store, clock } = engine;
  const added = await store.alertChannels.add(
    {
      kind,
      name: "ops",
      settings,
      severities: ["critical"],
      quietHours: null,
      isOn: true,
    },
    BY,
  );
  if (!("id" in added)) throw new Error(added.refusal);
  const target = channelTarget(added.id);
  const service = {
    isDown: false,
    got: new Array<{ readonly at: number; readonly body: string }>(),
  };
  const send = async ({ body }: OutboundRequest): Promise<SendResult> => {
    if (service.isDown)
      return { durationMs: 1, response: null, fault: "connection_refused" };
    service.got.push({ at: clock.now(), body });
    const response = { status: 200, headers: new Headers(), text: "ok" };
    return { durationMs: 1, response, fault: null };
  };
  const sender = createNoticeSender({
    store,
    outbound: { send },
    mailer: undefined,
    publicUrl: undefined,
    now: clock.now,
  });
  engine.start({ sendNotices: sender.send });
  return {
    engine,
    service,
    notify: (notice: Partial<Notice>, sendAt?: number) =>
      writeNotice(
        store,
        added.id,
        { ...FIRING, at: clock.now(), ...notice },
        sendAt,
      ),
    attempts: () => store.outbox.attempts(target, { size: 100 }),
    async waiting() {
      return (await store.outbox.states([target])).get(target)?.waiting;
    },
    titles: () =>
      service.got.map(({ body }): string => {
        const { title, data } = JSON.parse(body);
        return title ?? data.title;
      }),
    [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
  };
}

const NTFY = { server: "https://ntfy.sh", topic: "t", token: "" };
const WEBHOOK = {
  url: "https://example.com/alerts",
  secret: `whsec_${Buffer.alloc(32, 5).toString("base64")}`,
};

test("a notice arrives with the engine's next turn", async () => {
  await using channel = await channelWithService("ntfy", NTFY);
  await channel.notify({});
  await channel.engine.pass(20_000);
  expect(channel.titles()).toEqual([
    "Critical: 12.4% of messages failed in the last 15 minutes",
  ]);
  expect(await channel.waiting()).toBe(0);
});

test("after an hour’s outage, one message says what is open and what is over", async () => {
  await using channel = await channelWithService("ntfy", NTFY);
  const { engine, service } = channel;
  service.isDown = true;
  await channel.notify({ alertKey: "a", title: "A" });
  await engine.pass(20 * MINUTE);
  await channel.notify({ alertKey: "b", title: "B" });
  await engine.pass(10 * MINUTE);
  await channel.notify({ alertKey: "a", kind: "resolved", title: "A is over" });
  await channel.notify({ alertKey: "c", title: "C", severity: "warning" });
  await engine.pass(30 * MINUTE);
  expect(await channel.waiting()).toBe(4);
  service.isDown = false;
  await engine.pass(15 * MINUTE);
  expect(channel.titles()).toEqual([
    "Critical: 2 alerts fired and are open, 1 was resolved",
  ]);
  expect(service.got[0]?.body).toContain(
    "Open, critical, 23 Nov 2026, 12:20 UTC: B.",
  );
  expect(service.got[0]?.body).toContain(
    "Resolved, 23 Nov 2026, 12:30 UTC: A is over.",
  );
  expect(await channel.waiting()).toBe(0);
  // Each notice is known to have arrived.
  const arrived = (await channel.attempts()).filter((each) => each.isSuccess);
  expect(new Set(arrived.map(({ item }) => item?.id)).size).toBe(4);
  await engine.pass(2 * HOUR);
  expect(service.got).toHaveLength(1);
});

test("an alert that began and ended during an outage is reported once, as resolved", async () => {
  await using channel = await channelWithService("ntfy", NTFY);
  const { engine, service } = channel;
  service.isDown = true;
  await channel.notify({ alertKey: "a", title: "A" });
  await engine.pass(40 * MINUTE);
  await channel.notify({ alertKey: "a", kind: "resolved", title: "A is over" });
  await engine.pass(20 * MINUTE);
  service.isDown = false;
  await engine.pass(15 * MINUTE);
  expect(channel.titles()).toEqual(["Resolved: A is over"]);
});

test("a hundred notices of a restless hour are one message, too", async () => {
  await using channel = await channelWithService("ntfy", NTFY);
  const { engine, service } = channel;
  service.isDown = true;
  for (let minute = 0; minute < 60; minute++) {
    const alertKey = `alert-${minute % 10}`;
    const kind = minute % 20 < 10 ? "firing" : "resolved";
    await channel.notify({ alertKey, kind, title: alertKey });
    await engine.pass(MINUTE);
  }
  service.isDown = false;
  await engine.pass(15 * MINUTE);
  expect(channel.titles()).toEqual([
    "Resolved: 10 alerts fired and were resolved",
  ]);
});

test("a service that follows alerts gets the latest notice of each after an outage", async () => {
  await using channel = await channelWithService("webhook", WEBHOOK);
  const { engine, service } = channel;
  service.isDown = true;
  await channel.notify({ alertKey: "a", title: "A" });
  await channel.notify({ alertKey: "b", title: "B" });
  await engine.pass(30 * MINUTE);
  await channel.notify({ alertKey: "a", kind: "resolved", title: "A is over" });
  await engine.pass(30 * MINUTE);
  service.isDown = false;
  await engine.pass(15 * MINUTE);
  expect(channel.titles()).toEqual(["B", "A is over"]);
});

test("what waits for the end of quiet hours doesn't arrive earlier because something else does", async () => {
  await using channel = await channelWithService("ntfy", NTFY);
  const { engine, service } = channel;
  const morning = engine.clock.now() + 6 * HOUR;
  await channel.notify(
    { alertKey: "a", title: "A", severity: "warning" },
    morning,
  );
  service.isDown = true;
  await channel.notify({ alertKey: "b", title: "B" });
  await engine.pass(30 * MINUTE);
  service.isDown = false;
  await engine.pass(HOUR);
  expect(channel.titles()).toEqual(["Critical: B"]);
  await engine.pass(5 * HOUR);
  expect(channel.titles()).toEqual(["Critical: B", "Warning: A"]);
});
