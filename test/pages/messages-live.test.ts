import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { FeedPosition } from "../../src/store/feed-position.ts";
import { oldCursor } from "../store/positions.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { get, linkById, sidsIn, type Page } from "./page-client.ts";

test("an open list gets the number of new messages and the rows that changed", async () => {
  await using server = await startServer();
  const [kept, changed] = [newMessageSid(), newMessageSid()];
  await server.twilio.post({ MessageSid: kept, MessageStatus: "sent" });
  await server.twilio.post({ MessageSid: changed, MessageStatus: "sent" });
  const list = await get(`${server.origin}/messages`);

  const quiet = await get(newsOf(server.origin, list));
  expect(quiet.status).toBe(200);
  expect(quiet.text).not.toContain("new</span>");
  expect(quiet.text).not.toContain("<tr");

  await server.twilio.post({ MessageSid: changed, MessageStatus: "delivered" });
  await server.twilio.post();
  await server.twilio.post({ MessageStatus: "failed" });
  const news = await get(newsOf(server.origin, list));
  expect(news.text).toContain(">2 new</span>");
  expect(news.text.match(/<tr id="message-\d+" class="changed/g)).toHaveLength(
    1,
  );
  expect(news.text).toContain(`/messages/${changed}`);
  expect(news.text).not.toContain(kept);

  const told = await get(newsOf(server.origin, news));
  expect(told.text).toContain(">2 new</span>");
  expect(told.text).not.toContain("<tr");
});

test("in a filtered list, only matching messages are new", async () => {
  await using server = await startServer();
  await server.twilio.post({ MessageStatus: "failed" });
  const list = await get(`${server.origin}/messages?q=status%3Afailed`);
  await server.twilio.post();
  await server.twilio.post({ MessageStatus: "failed" });
  const news = await get(newsOf(server.origin, list));
  expect(news.text).toContain(">1 new</span>");
  expect(news.text).toContain('href="/messages?q=status%3Afailed"');
});

test("an in-flight message that fails is new in an open list of failures", async () => {
  await using server = await startServer();
  const [shown, inFlight] = [newMessageSid(), newMessageSid()];
  await server.twilio.post({ MessageSid: inFlight, MessageStatus: "sent" });
  await server.twilio.post({ MessageSid: shown, MessageStatus: "failed" });
  const url = `${server.origin}/messages?q=status%3Afailed%2Cundelivered`;
  const list = await get(url);
  expect(sidsIn(list)).toEqual([shown]);
  await server.twilio.post({
    MessageSid: inFlight,
    MessageStatus: "undelivered",
  });
  const news = await get(newsOf(server.origin, list));
  expect(news.text).toContain(">1 new</span>");
  expect((await get(newsOf(server.origin, news))).text).toContain(
    ">1 new</span>",
  );
  const reloaded = await get(url);
  expect(sidsIn(reloaded)).toEqual([shown, inFlight]);
  expect((await get(newsOf(server.origin, reloaded))).text).not.toContain(
    "new</span>",
  );
});

test("changes on later pages aren't new to an open list, and new messages are new on its later pages", async () => {
  await using server = await startServer();
  const old = newMessageSid();
  await server.twilio.post({ MessageSid: old, MessageStatus: "sent" });
  for (let index = 0; index < 55; index++) await server.twilio.post();
  const first = await get(`${server.origin}/messages`);
  const second = await get(server.origin + (linkById(first, "older") ?? ""));
  await server.twilio.post({ MessageSid: old, MessageStatus: "delivered" });
  for (const list of [first, second])
    expect((await get(newsOf(server.origin, list))).text).not.toContain(
      "new</span>",
    );
  await server.twilio.post();
  for (const list of [first, second])
    expect((await get(newsOf(server.origin, list))).text).toContain(
      ">1 new</span>",
    );
});

test("a damaged request for news gets nothing", async () => {
  await using server = await startServer();
  await server.twilio.post();
  const after = (await server.store.feedEnd()).text;
  for (const query of [
    "",
    "above=1",
    "above=1&after=x",
    `above=x&after=${after}`,
    `above=1&after=${after}&ids=${"1,".repeat(51)}`,
    `above=1&after=${after}&q=status%3Afoo`,
  ]) {
    const { status } = await get(`${server.origin}/messages/live?${query}`);
    expect([query, status]).toEqual([query, 204]);
  }
});

test("an open page from before a restore is told to reload", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({ MessageSid: sid });
  const cursor = new FeedPosition("0123456789abcdef", 1).text;
  for (const after of [cursor, "1", oldCursor(1)]) {
    for (const path of [
      `/messages/live?above=1&after=${after}`,
      `/messages/${sid}?seen=${after}`,
    ]) {
      const { status, headers, text } = await get(server.origin + path);
      expect([path, status]).toEqual([path, 410]);
      expect(headers.get("hx-refresh")).toBe("true");
      expect(text).toContain("The ledger was restored");
    }
  }
});

test("an open message is updated only if it has changed", async () => {
  await using server = await startServer();
  const sid = newMessageSid();
  await server.twilio.post({ MessageSid: sid, MessageStatus: "sent" });
  const url = `${server.origin}/messages/${sid}`;
  const page = await get(url);
  const seen = page.text.match(/name="seen" value="([\w-]+)"/)?.[1] ?? "";
  await server.twilio.post();
  expect((await get(`${url}?seen=${seen}`)).status).toBe(204);
  await server.twilio.post({ MessageSid: sid, MessageStatus: "delivered" });
  const renewed = await get(`${url}?seen=${seen}`);
  expect(renewed.status).toBe(200);
  expect(renewed.text).toContain("Delivered to the phone");
});

test("suggestions are returned as a list for the box", async () => {
  await using server = await startServer();
  await server.twilio.post(
    { From: 'ACME "<b>' },
    { query: "?campaign=spring" },
  );
  const suggested = async (q: string, at = String(q.length)): Promise<Page> =>
    get(`${server.origin}/messages/suggest?${new URLSearchParams({ q, at })}`);
  const status = await suggested("status:f");
  expect(status.text).toStartWith('<ul id="suggestions"');
  expect(status.text).toContain('data-text="status:failed "');
  expect((await suggested("tag:camp")).text).toContain(
    'data-text="tag:campaign=spring "',
  );
  expect((await suggested("country:")).text).toContain("United States");
  const sender = await suggested("from:ac");
  expect(sender.text).toContain("data-text");
  expect(sender.text).not.toContain('<b>"');
  for (const at of ["-1", "x", "1e9", ""])
    expect((await suggested("status:f", at)).status).toBe(200);
});

/** Returns the address from which a list requests its news, as its hidden fields build it. */
function newsOf(origin: string, { text }: Page): string {
  const news = text.slice(text.indexOf('id="news"'));
  const fields = [
    ...news.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g),
  ].slice(0, 4);
  const params = fields.map(([, name = "", value = ""]) => [name, value]);
  return `${origin}/messages/live?${new URLSearchParams(params)}`;
}
