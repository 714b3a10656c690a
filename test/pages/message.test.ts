import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { ACCOUNT_SID, newMessageSid } from "../support/twilio-client.ts";
import { get } from "./page-client.ts";

test("a message's page tells its timeline, its error and all that was posted", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post(
    { MessageSid: sid, MessageStatus: "sent", To: "+4915123456789" },
    { query: "?campaign=spring&order=4711" },
  );
  await server.twilio.post({
    MessageSid: sid,
    MessageStatus: "undelivered",
    ErrorCode: "30003",
    To: "+4915123456789",
    MessagingServiceSid: "MG0123456789abcdef0123456789abcdef",
    SomethingNew: "from Twilio",
  });
  const { status, text } = await get(`${server.origin}/messages/${sid}`);
  expect(status).toBe(200);
  for (const part of [
    "+4915123456789",
    'title="Germany"',
    "sms_sent",
    "sms_undelivered",
    "30003",
    "Unreachable destination handset",
    "Send again later",
    "https://www.twilio.com/docs/api/errors/30003",
    `https://www.twilio.com/console/sms/logs/${ACCOUNT_SID}/${sid}`,
    "SomethingNew",
    "from Twilio",
    "MG0123456789abcdef0123456789abcdef",
    "campaign=spring",
    "order=4711",
  ])
    expect(text).toContain(part);
  expect(text.indexOf("sms_sent")).toBeLessThan(
    text.indexOf("sms_undelivered"),
  );
});

test("an error code that nobody knows is shown as such, with Twilio's page", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({
    MessageSid: sid,
    MessageStatus: "failed",
    ErrorCode: "99123",
  });
  const { text } = await get(`${server.origin}/messages/${sid}`);
  expect(text).toContain("This version does not know this code");
  expect(text).toContain("https://www.twilio.com/docs/api/errors/99123");
});

test("an error code stays on a message that arrived after all, and the page says so", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({
    MessageSid: sid,
    MessageStatus: "undelivered",
    ErrorCode: "30003",
  });
  await server.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
  const { text } = await get(`${server.origin}/messages/${sid}`);
  expect(text).toContain("The message arrived all the same");
});

test("a SID is found whatever the case of its digits", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({ MessageSid: sid });
  const upper = `SM${sid.slice(2).toUpperCase()}`;
  expect((await get(`${server.origin}/messages/${upper}`)).status).toBe(200);
});
