import { expect, test } from "bun:test";
import { HOSTILE_VALUES, sampleSid } from "../browser/sample-callbacks.ts";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";
import type { Store } from "../../src/store/store.ts";
import { get, linksIn, sidsIn } from "./page-client.ts";

test("posted text never becomes markup, an address or a script", async () => {
  await using server = await startServer();
  await recordHostileEvents(server.store);
  const list = await get(`${server.origin}/messages`);
  const sids = sidsIn(list);
  expect(sids).toContain(sampleSid(10_000));
  expect(sids.length).toBeGreaterThan(6);
  const pages = await Promise.all(
    sids.map((sid) => get(`${server.origin}/messages/${sid}`)),
  );
  for (const page of [list, ...pages]) {
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/<script>|<img src=x|<i>|<b>name/);
    for (const link of linksIn(page))
      expect(link).toMatch(/^(?:\/|#main$|https:\/\/www\.twilio\.com\/)/);
    expect(tagsOf(page.text).every((tag) => KNOWN_TAG.test(tag))).toBe(true);
  }
});

test("a list stays short if values are long, and the message's page shows them in full", async () => {
  await using server = await startServer();
  const long = "W".repeat(4_000);
  for (let index = 0; index < 50; index++)
    await server.store.recordEvent(
      eventOf({ To: long, From: long, MessageStatus: "sent" }),
    );
  const list = await get(`${server.origin}/messages`);
  expect(list.text.length).toBeLessThan(150_000);
  expect(list.text).not.toContain("W".repeat(301));
  const [sid = ""] = sidsIn(list);
  const page = await get(`${server.origin}/messages/${sid}`);
  expect(page.text).toContain(long);
});

test("every link on a hostile message's page leads to a list that has it", async () => {
  await using server = await startServer();
  await recordHostileEvents(server.store);
  const list = await get(`${server.origin}/messages`);
  for (const sid of sidsIn(list)) {
    const page = await get(`${server.origin}/messages/${sid}`);
    const lists = linksIn(page).filter((link) => link.includes("?q="));
    expect(lists.length).toBeGreaterThan(2);
    for (const link of lists) {
      const found = sidsIn(await get(server.origin + link));
      expect([link, found.includes(sid)]).toEqual([link, true]);
    }
  }
});

test("a hostile filter never becomes markup", async () => {
  await using server = await startServer();
  await recordHostileEvents(server.store);
  for (const text of [
    '"><script>alert(1)</script>',
    "status:<img src=x onerror=alert(1)>",
    'tag:"<i>=1"',
    "مرحبا \u202egnp.exe",
  ]) {
    const q = new URLSearchParams({ q: text });
    for (const path of ["/messages", "/messages/suggest", "/messages.csv"]) {
      const page = await get(`${server.origin}${path}?${q}`);
      if (page.headers.get("content-type")?.startsWith("text/html"))
        expect(page.text).not.toMatch(/<script>|<img src=x|<i>/);
    }
  }
});

/** Records what older versions accepted from the webhook: invalid names and addresses. */
async function recordHostileEvents(
  store: Pick<Store, "recordEvent">,
): Promise<void> {
  for (const [index, value] of HOSTILE_VALUES.entries()) {
    const query = new URLSearchParams({
      note: value.slice(0, 1_500),
      "<i>": "1",
    });
    await store.recordEvent(
      eventOf(
        {
          MessageSid: sampleSid(10_000 + index),
          MessageStatus: index % 2 === 0 ? "undelivered" : "delivered",
          To: value,
          From: value,
          ErrorCode: index % 2 === 0 ? "99123" : "",
          ErrorMessage: value,
          Body: value,
          ["<b>name</b>"]: value,
        },
        { query: query.toString(), receivedAt: Date.now() },
      ),
    );
  }
}

const KNOWN_TAG = /^<\/?[a-z][a-z0-9]*$/;

function tagsOf(text: string): string[] {
  return text.replace("<!doctype html>", "").match(/<\/?[^\s>/]*/g) ?? [];
}
