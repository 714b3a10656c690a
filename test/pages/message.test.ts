import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { ACCOUNT_SID, newMessageSid } from "../support/twilio-client.ts";
import { get, linksIn, sidsIn } from "./page-client.ts";

test("a message's page shows its timeline, its error and all posted parameters", async () => {
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
    "Retry later",
    "https://www.twilio.com/docs/api/errors/30003",
    `https://www.twilio.com/console/sms/logs/${ACCOUNT_SID}/${sid}`,
    "SomethingNew",
    "from Twilio",
    "MG0123456789abcdef0123456789abcdef",
    "campaign=spring",
    "order=4711",
  ])
    expect(text).toContain(part);
  for (const name of ["First seen", "Last update"])
    expect(text).toMatch(
      new RegExp(
        `${name}</dt><dd>.{0,150}>\\d{4}-\\d\\d-\\d\\d [\\d:]{8} UTC<`,
      ),
    );
  expect(text.indexOf("sms_sent")).toBeLessThan(
    text.indexOf("sms_undelivered"),
  );
});

test("an unknown error code is reported as such, with a link to Twilio's page", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({
    MessageSid: sid,
    MessageStatus: "failed",
    ErrorCode: "99123",
  });
  const { text } = await get(`${server.origin}/messages/${sid}`);
  expect(text).toContain("This version doesn’t know this code");
  expect(text).toContain("https://www.twilio.com/docs/api/errors/99123");
});

test("a message that arrived after all keeps its error code, and the page says so", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({
    MessageSid: sid,
    MessageStatus: "undelivered",
    ErrorCode: "30003",
  });
  await server.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
  const { text } = await get(`${server.origin}/messages/${sid}`);
  expect(text).toContain("Nothing to do.");
  expect(text).toContain("This message was delivered.");
  expect(text).not.toContain("What to do</dt>");
});

test("a SID is found in any case", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({ MessageSid: sid });
  const upper = `SM${sid.slice(2).toUpperCase()}`;
  expect((await get(`${server.origin}/messages/${upper}`)).status).toBe(200);
});

test("the timeline says what happened, how long it took, and what was repeated", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({ MessageSid: sid, MessageStatus: "sent" });
  await server.twilio.post({
    MessageSid: sid,
    MessageStatus: "delivered",
    RawDlrDoneDate: "2611231402",
  });
  await server.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
  await server.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
  const { text } = await get(`${server.origin}/messages/${sid}`);
  expect(text).toContain("Handed to the carrier");
  expect(text).toContain("Delivered to the phone");
  expect(text).toMatch(/Delivered <b>\d+ ms<\/b> after it was handed over/);
  expect(text).toContain("Repeated 2 times, last");
  expect(text).toMatch(/2611231402[^]*carrier’s clock/);
});

test("a callback that adds an error code is shown as an addition, with the code explained above", async () => {
  await using server = await startServer();
  const failed = { MessageSid: newMessageSid(), MessageStatus: "undelivered" };
  await server.twilio.post(failed);
  await server.twilio.post({ ...failed, ErrorCode: "30008" });
  const { text } = await get(`${server.origin}/messages/${failed.MessageSid}`);
  expect(text.match(/class="event event-undelivered/g)).toHaveLength(2);
  expect(text).toContain("Twilio reported this again, with error code 30008.");
  expect(text).toContain("event-supplement");
});

test("events that overtook each other are marked", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
  await server.twilio.post({ MessageSid: sid, MessageStatus: "sent" });
  const { text } = await get(`${server.origin}/messages/${sid}`);
  expect(text).toContain("Came late: what follows it had been reported");
});

test("a message links to the messages it shares something with", async () => {
  await using server = await startServer();
  const [sid, other] = [newMessageSid(), newMessageSid()];
  const fields = {
    To: "+4915123456789",
    From: "ACME CLINIC",
    MessagingServiceSid: "MG0123456789abcdef0123456789abcdef",
  };
  const query = "?campaign=spring%20sale";
  for (const each of [other, sid])
    await server.twilio.post({ MessageSid: each, ...fields }, { query });
  await server.twilio.post();
  const page = await get(`${server.origin}/messages/${sid}`);
  const lists = linksIn(page).filter((link) => link.startsWith("/messages?"));
  expect(lists).toEqual([
    "/messages?q=country%3ADE",
    "/messages?q=from%3A%22ACME%20CLINIC%22",
    "/messages?q=channel%3Asms",
    "/messages?q=service%3AMG0123456789abcdef0123456789abcdef",
    `/messages?q=account%3A${ACCOUNT_SID}`,
    "/messages?q=tag%3A%22campaign%3Dspring%20sale%22",
  ]);
  for (const link of lists)
    expect(sidsIn(await get(server.origin + link))).toContain(other);
  expect(linksIn(page)).toContain("/numbers/%2B4915123456789");
  expect(sidsIn(page)).toContain(other);
});

test("older and newer on a message's page keep the filter of its list", async () => {
  await using server = await startServer();
  const sids: string[] = [];
  for (let index = 0; index < 6; index++) {
    const sid = newMessageSid();
    sids.push(sid);
    const MessageStatus = index % 2 === 0 ? "failed" : "delivered";
    await server.twilio.post({ MessageSid: sid, MessageStatus });
  }
  const ledFrom = async (sid = "", q = "") => {
    const { text } = await get(
      `${server.origin}/messages/${sid}?${new URLSearchParams({ q })}`,
    );
    const link = (rel: string) =>
      text.match(new RegExp(`rel="${rel}" href="([^"]*)"`))?.[1];
    return [link("prev"), link("next")];
  };
  const failed = "?q=status%3Afailed";
  expect(await ledFrom(sids[2], "status:failed")).toEqual([
    `/messages/${sids[4]}${failed}`,
    `/messages/${sids[0]}${failed}`,
  ]);
  expect(await ledFrom(sids[2])).toEqual([
    `/messages/${sids[3]}`,
    `/messages/${sids[1]}`,
  ]);
  expect(await ledFrom(sids[4], "status:failed")).toEqual([
    undefined,
    `/messages/${sids[2]}${failed}`,
  ]);
  expect(await ledFrom(sids[2], "status:")).toEqual([undefined, undefined]);
});
