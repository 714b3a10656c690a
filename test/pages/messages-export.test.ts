import { BY_CALLBACK } from "../../src/store/event-sources.ts";
import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { ACCOUNT_SID, newMessageSid } from "../support/twilio-client.ts";
import { get } from "./page-client.ts";

test("an export contains everything that matches the filter, newest first", async () => {
  await using server = await startServer();
  const failed: string[] = [];
  for (let index = 0; index < 470; index++) {
    const sid = newMessageSid();
    const isFailed = index % 2 === 0;
    if (isFailed) failed.unshift(sid);
    await server.store.recordEvent({
      ...BY_CALLBACK,
      channel: "sms",
      messageSid: sid,
      status: isFailed ? "failed" : "sent",
      receivedAt: Date.now(),
      query: "",
      to: null,
      from: null,
      errorCode: null,
      errorMessage: null,
      accountSid: null,
      messagingServiceSid: null,
      numSegments: null,
      rawDlrDoneDate: null,
      params: [["MessageSid", sid]],
    });
  }
  const jsonl = await get(`${server.origin}/messages.jsonl?q=status%3Afailed`);
  expect(jsonl.headers.get("content-type")).toBe(
    "application/jsonl; charset=utf-8",
  );
  const sids = jsonl.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).messageSid);
  expect(sids).toEqual(failed);

  const csv = await get(`${server.origin}/messages.csv`);
  expect(csv.headers.get("content-disposition")).toMatch(
    /^attachment; filename="smsledger-messages-\d{4}-\d\d-\d\d-\d{4}\.csv"$/,
  );
  expect(csv.text.trimEnd().split("\n")).toHaveLength(471);
});

test("a line is the same as in the command's export, and contains no formula", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post(
    {
      MessageSid: sid,
      MessageStatus: "undelivered",
      ErrorCode: "30003",
      From: "=HYPERLINK(1)",
    },
    { query: "?campaign=spring" },
  );
  const jsonl = await get(`${server.origin}/messages.jsonl`);
  expect(JSON.parse(jsonl.text)).toMatchObject({
    messageSid: sid,
    status: "undelivered",
    from: "=HYPERLINK(1)",
    country: "US",
    errorCode: 30003,
    accountSid: ACCOUNT_SID,
    tags: { campaign: "spring" },
  });
  const csv = await get(`${server.origin}/messages.csv`);
  expect(csv.text).toContain(",+14155550123,'=HYPERLINK(1),US,30003,");
});

test("a CSV download begins with a byte order mark, so that Excel reads accents", async () => {
  await using server = await startServer();
  await server.twilio.post({ MessageStatus: "sent", From: "ÉLAN Paris" });
  for (const path of ["/messages.csv", "/numbers.csv"]) {
    const bytes = await (await fetch(server.origin + path)).bytes();
    expect([path, ...bytes.slice(0, 3)]).toEqual([path, 0xef, 0xbb, 0xbf]);
  }
  for (const path of ["/messages.jsonl", "/numbers.json"]) {
    const bytes = await (await fetch(server.origin + path)).bytes();
    expect([path, bytes[0]]).toEqual([path, "{".charCodeAt(0)]);
  }
});

test("an export without messages is a header, or empty", async () => {
  await using server = await startServer();
  expect((await get(`${server.origin}/messages.csv`)).text).toStartWith(
    "messageSid,channel,status,",
  );
  expect((await get(`${server.origin}/messages.jsonl`)).text).toBe("");
});

test("an invalid filter gets a page that says so", async () => {
  await using server = await startServer();
  for (const query of ["q=status%3Afoo", "q=x%3A1", "older=x", "what=1"]) {
    const page = await get(`${server.origin}/messages.csv?${query}`);
    expect([query, page.status]).toEqual([query, 400]);
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.get("content-disposition")).toBeNull();
    expect(page.text).toContain("Can’t read this filter");
  }
});
