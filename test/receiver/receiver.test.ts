import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";

test("a signed callback gets 200 and is in the message's timeline", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  const answer = await server.twilio.post({
    MessageSid: sid,
    MessageStatus: "delivered",
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ success: true, processed: 1 });
  const timeline = await server.store.timeline(sid);
  expect(timeline.map((event) => event.status)).toEqual(["delivered"]);
});

test("a repeated callback gets 200 and changes nothing", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
  const again = await server.twilio.post({
    MessageSid: sid,
    MessageStatus: "delivered",
  });
  expect(await again.json()).toEqual({ success: true, processed: 0 });
  expect(await server.store.timeline(sid)).toHaveLength(1);
});
