import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { get, linkById, sidsIn } from "./page-client.ts";

test("older and newer pages hold every message once, in order", async () => {
  await using server = await startServer();
  const sids: string[] = [];
  for (let index = 0; index < 131; index++) {
    const sid = newMessageSid();
    sids.unshift(sid);
    await server.twilio.post({ MessageSid: sid });
  }
  const seen: string[][] = [];
  let link: string | undefined = "/messages";
  let last = link;
  while (link !== undefined) {
    const page = await get(server.origin + link);
    expect(page.status).toBe(200);
    seen.push(sidsIn(page));
    last = link;
    link = linkById(page, "older");
  }
  expect(seen.map((each) => each.length)).toEqual([50, 50, 31]);
  expect(seen.flat()).toEqual(sids);

  const back: string[][] = [];
  link = last;
  while (link !== undefined) {
    const page = await get(server.origin + link);
    back.unshift(sidsIn(page));
    link = linkById(page, "newer");
  }
  expect(back.flat()).toEqual(sids);
});

test("messages that come in while someone pages neither repeat nor hide others", async () => {
  await using server = await startServer();
  for (let index = 0; index < 60; index++) await server.twilio.post();
  const first = await get(`${server.origin}/messages`);
  for (let index = 0; index < 7; index++) await server.twilio.post();
  const second = await get(server.origin + (linkById(first, "older") ?? ""));
  expect(sidsIn(second)).toHaveLength(10);
  expect(new Set([...sidsIn(first), ...sidsIn(second)]).size).toBe(60);
});

test("the list is filtered by status, error code, SID and number, and keeps the filter on its next page", async () => {
  await using server = await startServer();
  const failed = newMessageSid();
  await server.twilio.post({
    MessageSid: failed,
    MessageStatus: "failed",
    ErrorCode: "30003",
    To: "+4915123456789",
  });
  for (let index = 0; index < 52; index++) await server.twilio.post();
  for (const query of [
    "status=failed",
    "code=30003",
    `q=${failed}`,
    `q=${failed.slice(0, 12)}`,
    "q=%2B4915123456789",
    "q=%2B49%20151%20234%20567-89",
    "q=4915",
    "q=6789",
    "status=failed&code=30003&q=6789",
  ]) {
    const page = await get(`${server.origin}/messages?${query}`);
    expect([query, sidsIn(page)]).toEqual([query, [failed]]);
  }
  const delivered = await get(`${server.origin}/messages?status=delivered`);
  const older = linkById(delivered, "older") ?? "";
  expect(older).toStartWith("/messages?status=delivered&before=");
  expect(sidsIn(await get(server.origin + older))).toHaveLength(2);
});

test("the form shows the filter that is on", async () => {
  await using server = await startServer();
  await server.twilio.post();
  const { text } = await get(
    `${server.origin}/messages?status=delivered&code=30003&q=0123`,
  );
  expect(text).toContain('<option value="delivered" selected>');
  expect(text).toContain('value="30003"');
  expect(text).toContain('value="0123"');
});

test("a wrong filter is said in the page, with nothing listed and nothing repeated", async () => {
  await using server = await startServer();
  await server.twilio.post();
  for (const [query, words] of [
    ["status=foo", "The status must be one of"],
    ["status=Delivered", "The status must be one of"],
    ["code=abc", "The error code must be a number"],
    ["code=-1", "The error code must be a number"],
    ["code=30003;drop", "The error code must be a number"],
    ["before=x", "before and after are numbers"],
    ["after=-5", "before and after are numbers"],
    ["before=1&after=2", "older and newer messages at once"],
    ["status=sent&status=read", "gives a filter twice"],
    ["stauts=failed", "a filter that this page does not know"],
    [`q=${"9".repeat(101)}`, "longer than 100 characters"],
  ] as const) {
    const page = await get(`${server.origin}/messages?${query}`);
    expect([query, page.status]).toEqual([query, 400]);
    expect(page.text).toContain(words);
    expect(sidsIn(page)).toEqual([]);
  }
  const markup = await get(
    `${server.origin}/messages?status=%3Cb%3Ehere&code=%22%3E%3Cb%3E&q=%3Cscript%3E`,
  );
  expect(markup.text).not.toMatch(/<b>here|"><b>|<script>/);
});

test("a filter that nothing matches says so and can be cleared", async () => {
  await using server = await startServer();
  await server.twilio.post();
  const page = await get(`${server.origin}/messages?status=failed`);
  expect(page.status).toBe(200);
  expect(page.text).toContain("No message matches");
  expect(page.text).toContain("Clear the filter");
  const beyond = await get(`${server.origin}/messages?before=0`);
  expect(beyond.text).toContain("Nothing further here");
});

test("the last day is counted by status", async () => {
  await using server = await startServer();
  await server.twilio.post({ MessageStatus: "failed" });
  await server.twilio.post({ MessageStatus: "failed" });
  await server.twilio.post();
  const { text } = await get(`${server.origin}/messages`);
  expect(text).toMatch(/id="by-failed"[^]*?<b>2<\/b>/);
  expect(text).toMatch(/id="by-delivered"[^]*?<b>1<\/b>/);
});

test("htmx is told the address without the empty fields of the form", async () => {
  await using server = await startServer();
  await server.twilio.post();
  const url = `${server.origin}/messages?status=delivered&code=&q=`;
  const asked = await get(url, { headers: { "hx-request": "true" } });
  expect(asked.headers.get("hx-push-url")).toBe("/messages?status=delivered");
  const restored = await get(url, {
    headers: { "hx-request": "true", "hx-history-restore-request": "true" },
  });
  expect(restored.headers.get("hx-push-url")).toBeNull();
});
