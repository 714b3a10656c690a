import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { eventOf } from "../store/events.ts";
import { get, linksIn, sidsIn, type Page } from "./page-client.ts";

const DAY_MS = 24 * 3_600_000;

test("error codes are shown with their counts, share, recipients, meaning and a link to their messages", async () => {
  await using server = await startServer();
  for (const params of [
    { MessageStatus: "undelivered", ErrorCode: "30003", To: "+14155550101" },
    { MessageStatus: "undelivered", ErrorCode: "30003", To: "+14155550102" },
    { MessageStatus: "undelivered", ErrorCode: "30003", To: "+14155550102" },
    { MessageStatus: "failed", ErrorCode: "21610" },
    { MessageStatus: "delivered", ErrorCode: "30003", To: "+14155550101" },
    { MessageStatus: "failed" },
    { MessageStatus: "delivered" },
    { MessageStatus: "delivered" },
  ])
    await server.twilio.post(params);
  const page = await get(`${server.origin}/errors?range=7d`);
  expect(amountsIn(page)).toEqual([
    ["4", "3", "50.0%", "2"],
    ["1", "1", "12.5%", "1"],
  ]);
  expect(page.text).toContain(
    "5 of 8 messages carry an error code (62.5%), 2 codes in all.",
  );
  expect(page.text).toContain("Recipient · Retry later");
  expect(page.text).toContain("Recipient · Don’t retry");
  expect(page.text).toContain("1 more message failed without an error code.");
  expect(linksIn(page)).toContain("/errors/30003?range=7d");
  const lists = linksIn(page).filter((link) => link.includes("30003%20"));
  const found = await Promise.all(
    lists.map(async (link) => sidsIn(await get(server.origin + link)).length),
  );
  expect(found).toEqual([4, 3]);
});

test("a code first seen in the range is marked as new, if there are earlier messages", async () => {
  await using server = await startServer();
  const record = (ErrorCode: string, ago: number) =>
    server.store.recordEvent(
      eventOf(
        { MessageStatus: "failed", ErrorCode },
        { receivedAt: Date.now() - ago },
      ),
    );
  await server.store.recordEvent(
    eventOf({}, { receivedAt: Date.now() - 9 * DAY_MS }),
  );
  await record("30003", 3 * DAY_MS);
  await record("30003", 1_000);
  await record("30005", 1_000);
  const marks = ({ text }: Page): (string | undefined)[] =>
    [...text.matchAll(/<b>(\d+)<\/b>.{0,99}?class="new-mark"/g)].map(
      (match) => match[1],
    );
  expect(marks(await get(`${server.origin}/errors`))).toEqual(["30005"]);
  expect(marks(await get(`${server.origin}/errors?range=7d`))).toEqual([
    "30003",
    "30005",
  ]);
  expect(marks(await get(`${server.origin}/errors?range=30d`))).toEqual([]);
});

test("the 40 most frequent codes are listed, and all of them on request", async () => {
  await using server = await startServer();
  for (let code = 30_001; code <= 30_043; code++)
    await server.twilio.post({
      MessageStatus: "failed",
      ErrorCode: String(code),
    });
  const first = await get(`${server.origin}/errors?range=7d`);
  expect(amountsIn(first)).toHaveLength(40);
  expect(first.text).toContain("Show all 43 codes");
  expect(linksIn(first)).toContain("/errors?range=7d&all=1");
  const all = await get(`${server.origin}/errors?range=7d&all=1`);
  expect(amountsIn(all)).toHaveLength(43);
  expect(all.text).not.toContain("Show all");
});

test("without errors the page says so, and an unknown range is refused", async () => {
  await using server = await startServer();
  for (const query of ["", "?range=1h", "?range=90d"]) {
    const page = await get(`${server.origin}/errors${query}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain("No errors in the last");
  }
  for (const path of ["/errors", "/errors/30003"]) {
    const wrong = await get(`${server.origin}${path}?range=%3Cb%3E`);
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain("Can’t read this time range");
    expect(wrong.text).not.toContain("<b>");
  }
});

test("a code’s page says what it means, how often it occurs, and whom it affects", async () => {
  await using server = await startServer();
  const service = "MG0123456789abcdef0123456789abcdef";
  for (const params of [
    { To: "+442079460018", From: "ACME", MessagingServiceSid: service },
    { To: "+442079460018", From: "ACME" },
    { To: "+33612345678", From: "+15595551269" },
  ])
    await server.twilio.post({
      MessageStatus: "undelivered",
      ErrorCode: "30003",
      ...params,
    });
  await server.twilio.post({ MessageStatus: "delivered" });
  const page = await get(`${server.origin}/errors/30003`);
  const { text } = page;
  expect(text).toContain("The phone could not be reached.");
  expect(text).toContain("Retry later");
  expect(text).toContain("<b>3 messages</b>");
  expect(text).toContain(", 75.0% of all, to 2 recipients. 3 failed.");
  expect(linksIn(page)).toContain(
    "https://www.twilio.com/docs/api/errors/30003",
  );
  const found: Record<string, number> = {};
  for (const link of linksIn(page)) {
    const q = new URLSearchParams(link.split("?")[1]).get("q");
    const [, term] = /^(.*?) ?code:30003 /.exec(q ?? "") ?? [];
    if (term !== undefined)
      found[term] = sidsIn(await get(server.origin + link)).length;
  }
  expect(found).toEqual({
    "": 3,
    "country:GB": 2,
    "country:FR": 1,
    "from:ACME": 2,
    "from:+15595551269": 1,
    [`service:${service}`]: 1,
  });
  expect(sidsIn(page)).toHaveLength(3);
});

test("an unused code and an unknown code have a page too", async () => {
  await using server = await startServer();
  await server.store.recordEvent(
    eventOf(
      { MessageStatus: "failed", ErrorCode: "30005" },
      { receivedAt: Date.now() - 3 * DAY_MS },
    ),
  );
  const earlier = await get(`${server.origin}/errors/30005`);
  expect(earlier.text).toContain("No message had it in the last 24 hours");
  expect(linksIn(earlier)).toContain("/messages?q=code%3A30005");
  const unseen = await get(`${server.origin}/errors/30001`);
  expect(unseen.text).toContain("No message has had this code");
  const unknown = await get(`${server.origin}/errors/99123`);
  expect(unknown.status).toBe(200);
  expect(unknown.text).toContain("This version doesn’t know this code");
  expect(linksIn(unknown)).toContain(
    "https://www.twilio.com/docs/api/errors/99123",
  );
  for (const code of ["abc", "0", "-1", "3e4", "030003", "1234567890"])
    expect((await get(`${server.origin}/errors/${code}`)).status).toBe(404);
  const { text } = await get(`${server.origin}/errors/abc`);
  expect(text).toContain(
    "This address doesn’t name an error code. A code is a number of up to",
  );
  expect(text).toContain('action="/errors/dictionary"');
});

test("looking up a whole code leads to its page, but not while typing", async () => {
  await using server = await startServer();
  const lookUp = (q: string, headers = {}) =>
    get(`${server.origin}/errors/dictionary?q=${q}`, { headers });
  for (const q of ["30003", "%20030003", "+30003+"]) {
    const page = await lookUp(q);
    const isCode = !q.includes("030003");
    expect([q, page.status, page.headers.get("location")]).toEqual(
      isCode ? [q, 302, "/errors/30003"] : [q, 200, null],
    );
  }
  expect((await lookUp("99123")).status).toBe(200);
  expect((await lookUp("30003", { "hx-request": "true" })).status).toBe(200);
});

test("the error code reference finds codes by number and by words, and links to each code’s page", async () => {
  await using server = await startServer();
  const dictionary = `${server.origin}/errors/dictionary`;
  const all = await get(dictionary);
  expect(all.text).toContain("2,674 codes; showing the first 100.");
  const found = await get(`${dictionary}?q=3000`);
  expect(linksIn(found)).toContain("/errors/30003");
  expect(found.text).toContain('value="3000"');
  const nothing = await get(`${dictionary}?q=%22%3E%3Cscript%3Ezzzz`);
  expect(nothing.text).toContain("No error code matches");
  expect(nothing.text).not.toContain("<script>zzzz");
});

/** Returns, per code: messages, failed, share of all, recipients. */
function amountsIn({ text }: Page): string[][] {
  return [...text.matchAll(/<tr><td class="col-code">.*?<\/tr>/g)].map(
    ([row]) =>
      [
        ...row.matchAll(/<td class="col-amount[^>]*>(?:<a[^>]*>)?([^<]*)</g),
      ].map((match) => match[1] ?? ""),
  );
}
