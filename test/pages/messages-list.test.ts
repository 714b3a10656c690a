import { expect, test } from "bun:test";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { get, linkById, linksIn, sidsIn } from "./page-client.ts";

test("older and newer pages together have every message once, in order", async () => {
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

test("messages that arrive during paging neither repeat nor hide others", async () => {
  await using server = await startServer();
  for (let index = 0; index < 60; index++) await server.twilio.post();
  const first = await get(`${server.origin}/messages`);
  for (let index = 0; index < 7; index++) await server.twilio.post();
  const second = await get(server.origin + (linkById(first, "older") ?? ""));
  expect(sidsIn(second)).toHaveLength(10);
  expect(new Set([...sidsIn(first), ...sidsIn(second)]).size).toBe(60);
});

test("a filter narrows the list, and the next page and message links keep it", async () => {
  await using server = await startServer();
  const failed = newMessageSid();
  await server.twilio.post(
    {
      MessageSid: failed,
      MessageStatus: "failed",
      ErrorCode: "30003",
      To: "+4915123456789",
      From: "ACME CLINIC",
    },
    { query: "?campaign=spring%20sale" },
  );
  for (let index = 0; index < 52; index++) await server.twilio.post();
  for (const q of [
    "status:failed",
    "-status:delivered",
    "code:30003",
    failed,
    failed.slice(0, 12),
    "+4915123456789",
    "+49 151 234 567-89",
    "0151 23456789",
    "0049 (0)151 23456789",
    "to:+49 (0)151 23456789",
    "tel:+4915123456789",
    "4915",
    "6789",
    "to:+4915",
    'from:"ACME CLINIC"',
    "country:germany",
    "-country:US",
    'tag:campaign="spring sale"',
    "tag:campaign",
    "status:failed code:30003 6789 after:24h channel:sms",
  ]) {
    const page = await get(listOf(server.origin, q));
    expect([q, sidsIn(page)]).toEqual([q, [failed]]);
  }
  const delivered = await get(listOf(server.origin, "status:delivered"));
  const older = linkById(delivered, "older") ?? "";
  expect(older).toStartWith("/messages?q=status%3Adelivered&older=");
  const rest = await get(server.origin + older);
  expect(sidsIn(rest)).toHaveLength(2);
  expect(linksIn(rest).filter(isMessage)[0]).toEndWith("?q=status%3Adelivered");
});

test("the list says how many messages match and how many are shown", async () => {
  await using server = await startServer();
  for (let index = 0; index < 52; index++) await server.twilio.post();
  const all = await get(`${server.origin}/messages`);
  expect(all.text).toContain("<b>52 messages</b>");
  expect(all.text).toContain("50 shown");
  await server.twilio.post({ MessageStatus: "failed" });
  const failed = await get(listOf(server.origin, "status:failed"));
  expect(failed.text).toContain("<b>1 message</b>");
});

test("the box and the controls show the current filter", async () => {
  await using server = await startServer();
  await server.twilio.post();
  const { text } = await get(
    listOf(server.origin, "status:delivered code:30003 -channel:sms 0123"),
  );
  expect(text).toContain(
    'value="status:delivered code:30003 -channel:sms 0123"',
  );
  expect(text).toContain('<option value="delivered" selected>');
  expect(text).toContain('id="filter-code" value="30003"');
  expect(text).not.toContain('<option value="sms" selected>');
});

test("the controls lead to the filter's own address and keep what they don't show", async () => {
  await using server = await startServer();
  const led = async (query: string): Promise<string | null> => {
    const page = await get(`${server.origin}/messages?${query}`);
    expect([query, page.status]).toEqual([query, 303]);
    return page.headers.get("location");
  };
  expect(
    await led(
      "q=to%3A%2B1415+status%3Asent&status=failed&channel=&code=30003&country=DE&from=A+B&after=2026-11-01&until=2026-11-05",
    ),
  ).toBe(
    `/messages?q=${encodeURIComponent('to:+1415 status:failed code:30003 country:DE from:"A B" after:2026-11-01 before:2026-11-06')}`,
  );
  expect(await led("q=status%3Asent&status=")).toBe("/messages");
  expect(await led("status=failed&code=30003")).toBe(
    "/messages?q=status%3Afailed%20code%3A30003",
  );
});

test("an invalid filter is reported on the page, with the mistake marked and no messages", async () => {
  await using server = await startServer();
  await server.twilio.post();
  for (const [q, marked, words] of [
    [
      "status:foo",
      "foo",
      "The status must be sent, delivered, read, undelivered, or failed.",
    ],
    ["code:1 stauts:failed", "stauts:", "Did you mean status?"],
    ["code:30003;drop", "30003;drop", "An error code must be a number"],
    ['tag:"open', "&quot;open", "nothing closes it"],
    ["12", "12", "at least 4 digits"],
    ["<b>:x status:<i>", "&lt;i&gt;", "The status must be"],
  ] as const) {
    const page = await get(listOf(server.origin, q));
    expect([q, page.status]).toEqual([q, 400]);
    expect(page.text).toContain(`<mark>${marked}</mark>`);
    expect(page.text).toContain(words);
    expect(sidsIn(page)).toEqual([]);
    expect(page.text).not.toMatch(/<b>:x|<i>/);
  }
  const long = await get(listOf(server.origin, "9".repeat(1_001)));
  expect(long.status).toBe(400);
  expect(long.text).toContain("longer than 1,000 characters");
});

test("a damaged address is reported on the page without repeating it", async () => {
  await using server = await startServer();
  await server.twilio.post();
  for (const [query, words] of [
    ["older=x", "older and newer are numbers"],
    ["newer=-5", "older and newer are numbers"],
    ["older=1&newer=2", "older and newer messages at once"],
    ["q=code:1&q=code:2", "gives a part of it twice"],
    ["stauts=failed", "a part that this page does not know"],
    ["%3Cscript%3E=1", "a part that this page does not know"],
  ] as const) {
    const page = await get(`${server.origin}/messages?${query}`);
    expect([query, page.status]).toEqual([query, 400]);
    expect(page.text).toContain(words);
    expect(sidsIn(page)).toEqual([]);
    expect(page.text).not.toMatch(/stauts|<script>/);
  }
});

test("a filter without matches suggests what to try", async () => {
  await using server = await startServer();
  await server.twilio.post();
  const page = await get(listOf(server.origin, "failed country:DE"));
  expect(page.status).toBe(200);
  expect(page.text).toContain("No matching messages");
  expect(page.text).toContain("Clear the filter");
  expect(linksIn(page)).toEqual(
    expect.arrayContaining([
      "/messages?q=status%3Afailed",
      "/messages?q=country%3ADE",
      "/messages?q=failed",
    ]),
  );
  const beyond = await get(`${server.origin}/messages?older=0`);
  expect(beyond.text).toContain("Nothing here");
});

test("before the first message, the list links to the Twilio setup", async () => {
  await using server = await startServer();
  const page = await get(`${server.origin}/messages`);
  expect(page.text).toContain("No messages yet");
  expect(page.text).toContain("How to set up Twilio");
});

test("the last day is counted by status, and a status keeps the rest of the filter", async () => {
  await using server = await startServer();
  await server.twilio.post({ MessageStatus: "failed" });
  await server.twilio.post({ MessageStatus: "failed" });
  await server.twilio.post();
  const all = await get(`${server.origin}/messages`);
  expect(all.text).toMatch(/id="by-failed"[^]*?<b>2<\/b>/);
  expect(all.text).toMatch(/id="by-delivered"[^]*?<b>1<\/b>/);
  expect(all.text).toMatch(/id="by-all"[^>]*aria-current="true"/);
  const some = await get(listOf(server.origin, "country:US status:failed"));
  expect(some.text).not.toContain("Last 24 h");
  expect(linkById(some, "by-delivered")).toBe(
    "/messages?q=status%3Adelivered%2Cread%20country%3AUS",
  );
  expect(linkById(some, "by-all")).toBe("/messages?q=country%3AUS");
  expect(some.text).toMatch(/id="by-failed"[^>]*aria-current="true"/);
  const not = await get(listOf(server.origin, "-status:failed"));
  expect(not.text).not.toMatch(/id="by-\w+"[^>]*aria-current/);
});

test("a count by status for the last day links to a list of that many", async () => {
  await using server = await startServer();
  const [minute, hour] = [60_000, 3_600_000];
  const now = Date.now();
  for (const ago of [
    0,
    12 * hour,
    24 * hour - 2 * minute,
    24 * hour + 2 * minute,
    40 * hour,
  ])
    await server.store.recordEvent(
      eventOf({ MessageStatus: "failed" }, { receivedAt: now - ago }),
    );
  const all = await get(`${server.origin}/messages`);
  expect(all.text).toMatch(/Last 24 h[^]*id="by-failed"[^]*?<b>3<\/b>/);
  const link = linkById(all, "by-failed") ?? "";
  expect(link).toBe("/messages?q=status%3Afailed%20after%3A24h");
  const failed = await get(server.origin + link);
  expect(failed.text).toContain("<b>3 messages</b>");
  expect(failed.text).toMatch(/Last 24 h[^]*id="by-failed"[^]*?<b>3<\/b>/);
  expect(failed.text).toMatch(/id="by-failed"[^>]*aria-current="true"/);
  expect(linkById(failed, "by-all")).toBe("/messages");
  const ever = await get(listOf(server.origin, "status:failed"));
  expect(ever.text).toContain("<b>5 messages</b>");
  expect(ever.text).not.toContain("Last 24 h");
});

test("htmx gets the address without the empty box", async () => {
  await using server = await startServer();
  await server.twilio.post();
  const url = `${server.origin}/messages?q=`;
  const asked = await get(url, { headers: { "hx-request": "true" } });
  expect(asked.headers.get("hx-push-url")).toBe("/messages");
  const restored = await get(url, {
    headers: { "hx-request": "true", "hx-history-restore-request": "true" },
  });
  expect(restored.headers.get("hx-push-url")).toBeNull();
});

test("a filter that is still being typed has no effect until it's valid", async () => {
  await using server = await startServer();
  await server.twilio.post();
  const typed = async (q: string): Promise<number> => {
    const page = await get(listOf(server.origin, q), {
      headers: { "hx-request": "true", "smsledger-typed": "true" },
    });
    if (page.status === 204)
      expect(page.headers.get("hx-push-url")).toBe("false");
    return page.status;
  };
  for (const q of ["stat", "status:", "status:fai", "14", 'tag:"a'])
    expect([q, await typed(q)]).toEqual([q, 204]);
  for (const q of ["", "status:failed", "1415", "SM12", "code:30003"])
    expect([q, await typed(q)]).toEqual([q, 200]);
});

function listOf(origin: string, q: string): string {
  return `${origin}/messages?${new URLSearchParams({ q })}`;
}

function isMessage(link: string): boolean {
  return /\/messages\/[SM]M[0-9a-f]{32}/.test(link);
}
