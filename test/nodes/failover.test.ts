import { expect, test } from "bun:test";
import { PROGRAM, run } from "../cli/program.ts";
import { startProcess } from "../faults/server-process.ts";
import { startReceiver } from "../forwarding/loopback-receiver.ts";
import { listenTo, type Listening } from "../live/live-client.ts";
import { newPostgresDatabase } from "../support/postgres-server.ts";
import { newMessageSid, twilioClient } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";

/** How soon another node does what a killed one did, and what a busy machine adds. */
const MOVED_MS = 10_000 + 3_000;
const ENV = { FORWARD_ALLOW: "127.0.0.0/8" };

/** Waits for the next event, however many heartbeats come before it. */
async function nextEvent(listener: Listening) {
  for (;;) {
    const said = await listener.next();
    if (said === undefined) throw new Error("The stream ended.");
    if ("event" in said) return said;
  }
}

async function post(origin: string, status = "delivered"): Promise<string> {
  const sid = newMessageSid();
  const callback = { MessageSid: sid, MessageStatus: status };
  const answer = await twilioClient(origin).post(callback);
  expect(answer.status).toBe(200);
  return sid;
}

test("open pages of each node learn of what the other one received, and go on at the other one", async () => {
  await using database = await newPostgresDatabase();
  const nodes = await Promise.all([
    startProcess(database.url),
    startProcess(database.url),
  ]);
  const [one, other] = nodes;
  try {
    let last = "";
    for (const [listening, receiving] of [
      [one, other],
      [other, one],
    ] as const) {
      await using listener = await listenTo(`${listening.origin}/live`);
      await post(receiving.origin, "failed");
      const said = await nextEvent(listener);
      expect(said).toMatchObject({ event: "recorded", failures: 1 });
      last = said.id;
    }
    await other.kill();
    await post(one.origin, "failed");
    // As a browser reconnects.
    await using listener = await listenTo(`${one.origin}/live`, {
      "last-event-id": last,
    });
    expect(await nextEvent(listener)).toMatchObject({ failures: 1 });
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
  }
});

test("when a node is killed, the other one records and forwards within ten seconds", async () => {
  await using database = await newPostgresDatabase();
  await using receiver = startReceiver();
  const nodes = [
    await startProcess(database.url, ENV),
    await startProcess(database.url, ENV),
  ] as const;
  const add = ["endpoint", "add", "receiver", receiver.url];
  const env = { DATABASE_URL: database.url, ...ENV };
  expect(await run(PROGRAM, add, { env })).toMatchObject({ status: 0 });
  const arrived = (sid: string) =>
    receiver.requests.filter(({ body }) => body.includes(sid)).length;
  let running = [...nodes];
  try {
    const first = await post(nodes[0].origin);
    await until(() => arrived(first) === 1);
    // One of the two is the keeper, and one of the two forwards: each is killed once.
    for (const killed of nodes) {
      running = running.filter((node) => node !== killed);
      await killed.kill();
      const [left] = running;
      if (left === undefined) throw new Error("No node is left.");
      const sid = await post(left.origin);
      await until(() => arrived(sid) === 1, MOVED_MS);
      running.push(await startProcess(database.url, ENV));
    }
  } finally {
    await Promise.all(running.map((node) => node.kill()));
  }
});
