import { expect, test } from "bun:test";
import { FeedPosition } from "../../src/store/feed-position.ts";
import { oldCursor } from "../store/positions.ts";
import { eventOf } from "../store/events.ts";
import { until } from "../support/until.ts";
import { listenTo } from "./live-client.ts";
import { startLive } from "./live-server.ts";

test("a listener gets the end of the feed and the number of failures among the new events", async () => {
  await using live = await startLive();
  await using listener = await listenTo(await live.urlAfter(0));
  expect(listener.response.headers.get("content-type")).toBe(
    "text/event-stream",
  );
  const ids: number[] = [];
  const failures: number[] = [];
  for (const status of ["sent", "failed", "undelivered"]) {
    await live.record(status);
    const said = await listener.next();
    if (said === undefined || "comment" in said)
      throw new Error("Expected an event.");
    expect(said.event).toBe("recorded");
    ids.push(said.order);
    failures.push(said.failures);
  }
  expect(ids).toEqual([1, 2, 3]);
  expect(failures).toEqual([0, 1, 1]);
});

test("a listener is told of an alert although nothing is recorded, once, also if it opened before it listened", async () => {
  await using live = await startLive();
  await live.record("failed");
  const url = await live.urlAfter(1);
  await using listener = await listenTo(`${url}&alerts=none`);
  live.raise("silence");
  const told = { event: "recorded", order: 1, failures: 0 };
  expect(await listener.next()).toMatchObject(told);
  await using late = await listenTo(`${url}&alerts=none`);
  expect(await late.next()).toMatchObject(told);
  // The next thing that either hears is the next event.
  await using current = await listenTo(`${url}&alerts=silence`);
  await live.turn();
  await live.record("failed");
  for (const each of [listener, late, current])
    expect(await each.next()).toMatchObject({ order: 2, failures: 1 });
});

test("the page of a message is told, once, of a report that confirms or repeats its events", async () => {
  await using live = await startLive();
  const { store } = live;
  const event = eventOf({ MessageStatus: "sent" });
  await store.recordEvent(event);
  const url = await live.urlAfter(1);
  const shown = `${url}&alerts=none&message=${event.messageSid}&reports=`;
  await using listener = await listenTo(`${shown}0`);
  await using other = await listenTo(`${url}&alerts=none`);
  const report = { ...event, source: "stream" as const, params: [] };
  expect(await store.recordEvent(report)).toBe("confirmation");
  const told = { event: "recorded", order: 1, failures: 0 };
  expect(await listener.next()).toMatchObject(told);
  expect(await store.recordEvent(event)).toBe("repeat");
  expect(await listener.next()).toMatchObject(told);
  await using current = await listenTo(`${shown}2`);
  await live.turn();
  // The next thing that any of them hears is the next event.
  await live.record("failed");
  for (const each of [listener, other, current])
    expect(await each.next()).toMatchObject({ order: 2, failures: 1 });
});

test("a thousand simultaneous callbacks are reported once per query, not once each", async () => {
  await using live = await startLive({ pollMs: 200 });
  await using listener = await listenTo(await live.urlAfter(0));
  const recorded = Promise.all(
    Array.from({ length: 1_000 }, (_, index) =>
      live.record(index % 10 === 0 ? "failed" : "delivered"),
    ),
  );
  let events = 0;
  let failures = 0;
  for (let id = 0; id < 1_000;) {
    const said = await listener.next();
    if (said === undefined || "comment" in said) continue;
    id = said.order;
    failures += said.failures;
    events++;
  }
  await recorded;
  expect(failures).toBe(100);
  expect(events).toBeLessThanOrEqual(live.questions());
  expect(events).toBeLessThan(500);
});

test("a listener that reconnects gets what it missed at once, by the ID it sends", async () => {
  await using live = await startLive({ pollMs: 60_000 });
  for (const status of ["failed", "sent", "failed", "delivered", "failed"])
    await live.record(status);
  await using first = await listenTo(await live.urlAfter(2));
  expect(await first.next()).toMatchObject({ order: 5, failures: 2 });
  // The header is newer than the URL, so it wins.
  await using second = await listenTo(await live.urlAfter(0), {
    "last-event-id": await live.cursorAfter(4),
  });
  expect(await second.next()).toMatchObject({ order: 5, failures: 1 });
});

test("a listener that missed nothing gets only what comes next", async () => {
  await using live = await startLive();
  await live.record("failed");
  await using listener = await listenTo(await live.urlAfter(1));
  await live.turn();
  await live.record("failed");
  expect(await listener.next()).toMatchObject({ order: 2, failures: 1 });
});

test("a stream without a position starts with the next event", async () => {
  await using live = await startLive();
  await live.record("failed");
  await using listener = await listenTo(live.url);
  await live.record("sent");
  expect(await listener.next()).toMatchObject({ order: 2, failures: 0 });
});

test("a position that isn't in this ledger is gone", async () => {
  await using live = await startLive();
  await live.record("sent");
  const other = new FeedPosition("0123456789abcdef", 1).text;
  const beyond = await live.cursorAfter(2);
  for (const after of [other, beyond, oldCursor(1), "1", "0", "", "x", "-1"]) {
    const { status } = await fetch(`${live.url}?after=${after}`);
    expect([after, status]).toEqual([after, 410]);
  }
});

test("a silent stream has heartbeats and outlives the server's idle timeout", async () => {
  await using live = await startLive({ heartbeatMs: 500 });
  await using listener = await listenTo(await live.urlAfter(0));
  // Time is the subject: Bun looks for idle connections every four seconds.
  for (let beat = 0; beat < 11; beat++)
    expect(await listener.next()).toEqual({ comment: "" });
  await live.record("failed");
  let said = await listener.next();
  while (said && "comment" in said) said = await listener.next();
  expect(said).toMatchObject({ order: 1, failures: 1 });
});

test("the store is queried only while somebody listens", async () => {
  await using live = await startLive({ pollMs: 20 });
  // Its turns measure how long the other one queries nothing.
  await using other = await startLive({ pollMs: 20 });
  await using _ = await listenTo(other.url);
  await live.record("sent");
  for (let turn = 0; turn < 3; turn++) await other.turn();
  expect(live.questions()).toBe(0);
  const listener = await listenTo(await live.urlAfter(1));
  await live.turn();
  await listener[Symbol.asyncDispose]();
  await until(async () => {
    const asked = live.questions();
    for (let turn = 0; turn < 3; turn++) await other.turn();
    return live.questions() === asked;
  });
});

test("listeners at the same position share one query", async () => {
  await using live = await startLive({ pollMs: 20 });
  await live.record("sent");
  const streams = await Promise.all(
    Array.from({ length: 50 }, () => live.listen(1)),
  );
  // Each one queried when it connected, as it may have missed something.
  const asked = live.questions();
  await live.turn();
  expect(live.questions() - asked).toBeLessThan(50);
  for (const stream of streams) await stream?.cancel();
});

test("past the limit, a listener is told when to retry, until another one leaves", async () => {
  await using live = await startLive({ listeners: 2 });
  const first = await listenTo(await live.urlAfter(0));
  await using second = await listenTo(await live.urlAfter(0));
  expect(second.response.status).toBe(200);
  await using third = await listenTo(await live.urlAfter(0));
  expect(third.response.status).toBe(503);
  expect(third.response.headers.get("retry-after")).toBe("30");
  expect(await third.next()).toBeUndefined();
  await first[Symbol.asyncDispose]();
  await until(async () => {
    await using fourth = await listenTo(await live.urlAfter(0));
    return fourth.response.status === 200;
  });
});

test("a HEAD request takes no listener's place", async () => {
  await using live = await startLive({ listeners: 1 });
  for (let index = 0; index < 3; index++) {
    const head = await fetch(await live.urlAfter(0), { method: "HEAD" });
    expect(head.status).toBe(200);
  }
  await using listener = await listenTo(await live.urlAfter(0));
  expect(listener.response.status).toBe(200);
});

test("a listener that doesn't read gets fewer updates and is cut off in the end", async () => {
  await using live = await startLive({ pollMs: 20, heartbeatMs: 600 });
  let cutOffs = 0;
  const stream = await live.listen(0, () => cutOffs++);
  for (let index = 0; index < 12; index++) {
    await live.record("failed");
    await live.turn();
  }
  await until(() => cutOffs > 0);
  const reader = stream?.getReader();
  const decoder = new TextDecoder();
  const ids: number[] = [];
  while (ids.at(-1) !== 12) {
    const chunk = await reader?.read();
    const [, id] = /"order":(\d+)/.exec(decoder.decode(chunk?.value)) ?? [];
    if (id !== undefined) ids.push(Number(id));
  }
  // A few had waited, and the rest arrived as one.
  expect(ids.length).toBeLessThan(6);
  await reader?.cancel();
});

test("a stop ends every stream, and no new one starts", async () => {
  await using live = await startLive();
  await using listener = await listenTo(await live.urlAfter(0));
  await live.turn();
  live.stop();
  expect(await listener.next()).toBeUndefined();
  const after = await fetch(await live.urlAfter(0));
  expect(after.status).toBe(503);
});
