import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { RECENT_SEARCHED } from "../../src/store/store.ts";
import { signedInAs, startWithPeople } from "../account/people.ts";
import { HOSTILE_VALUES } from "../browser/sample-callbacks.ts";
import { get, linksIn, type Page } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import { eventOf } from "../store/events.ts";
import { newMessageSid } from "../support/twilio-client.ts";

const NUMBER = "+4915112345678";
const NUMBER_PAGE = "/numbers/%2B4915112345678";

type Server = Awaited<ReturnType<typeof startServer>>;

function search({ origin }: Pick<Server, "origin">, q: string): Promise<Page> {
  return get(`${origin}/search?q=${encodeURIComponent(q)}`);
}

/** What a page or list of suggestions finds, without the frame's links. */
function foundIn(page: Page): string[] {
  return linksIn({
    ...page,
    text: [
      ...page.text.matchAll(/<a [^>]*class="[^"]*find-option[^>]*>/g),
    ].join(),
  });
}

async function record(
  { store }: Pick<Server, "store">,
  fields: Record<string, string>,
  query = "",
): Promise<string> {
  const MessageSid = newMessageSid();
  await store.recordEvent(eventOf({ MessageSid, ...fields }, { query }));
  return MessageSid;
}

let server: Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

describe("a text that names one thing in full leads to it", () => {
  test("a number, in any notation", async () => {
    await record(server, { To: NUMBER });
    await record(server, { To: "+4915112345679" });
    for (const text of [
      NUMBER,
      "004915112345678",
      "+49 (0)151 1234-5678",
      "  whatsapp:+4915112345678 ",
      "tel:+49-151-12345678",
      "4915112345678",
      "+٤٩١٥١١٢٣٤٥٦٧٨",
    ]) {
      const { status, headers } = await search(server, text);
      expect([text, status, headers.get("location")]).toEqual([
        text,
        302,
        NUMBER_PAGE,
      ]);
    }
  });

  test("a message's SID, an error code, a tag, a page, a filter", async () => {
    const sid = await record(server, { To: NUMBER }, "order=A-1042&team=x");
    await record(server, { To: NUMBER }, "order=A-1043&team=x");
    for (const [text, location] of [
      [sid, `/messages/${sid}`],
      [sid.toUpperCase(), `/messages/${sid}`],
      ["30003", "/errors/30003"],
      ["a-1042", "/messages?q=tag%3Aorder%3DA-1042"],
      ["order=A-1042", "/messages?q=tag%3Aorder%3DA-1042"],
      ["audit list", "/settings/audit"],
      ["Alerts", "/alerts"],
      [
        "status:failed country:DE",
        "/messages?q=status%3Afailed%20country%3ADE",
      ],
    ] as const) {
      const { headers } = await search(server, text);
      expect([text, headers.get("location")]).toEqual([text, location]);
    }
  });

  test("not while it's being typed, and not if it may be several things", async () => {
    await record(server, { To: NUMBER }, "order=30004");
    const several = await search(server, "30004");
    expect(several.status).toBe(200);
    expect(foundIn(several)).toEqual(
      expect.arrayContaining([
        "/errors/30004",
        "/messages?q=tag%3Aorder%3D30004",
      ]),
    );
    const typed = await get(`${server.origin}/search?q=30005`, {
      headers: { "hx-request": "true" },
    });
    expect(typed.status).toBe(200);
    expect(foundIn(typed)).toContain("/errors/30005");
  });
});

describe("parts are found", () => {
  test("of a number: its beginning, its end, and among recent messages any digits", async () => {
    const sid = await record(server, { To: NUMBER });
    for (const text of ["+49151", "5678", "345678", "0151 12345678"]) {
      const found = foundIn(await search(server, text));
      expect([text, found[0]]).toEqual([text, NUMBER_PAGE]);
      expect([text, found]).toEqual([
        text,
        expect.arrayContaining([`/messages/${sid}`]),
      ]);
    }
    const middle = await search(server, "1123");
    expect(foundIn(middle)[0]).toEqual(NUMBER_PAGE);
    expect(middle.text).toContain(
      `only searched for in the latest ${RECENT_SEARCHED.toLocaleString("en-US")} messages`,
    );
    expect(foundIn(await search(server, "123"))).not.toContain(NUMBER_PAGE);
  });

  test("of a SID, a tag, a sender, a service, an account", async () => {
    const AccountSid = "AC0123456789abcdef0123456789abcdef";
    const MessagingServiceSid = "MG0123456789abcdef0123456789abcdef";
    const sid = await record(
      server,
      { To: NUMBER, From: "ACMEshop", AccountSid, MessagingServiceSid },
      "campaign=spring-sale",
    );
    for (const [text, link] of [
      [sid.slice(0, 9).toLowerCase(), `/messages/${sid}`],
      ["spring", "/messages?q=tag%3Acampaign%3Dspring-sale"],
      ["campaign=spr", "/messages?q=tag%3Acampaign%3Dspring-sale"],
      ["acme", "/messages?q=from%3AACMEshop"],
      ["mg0123", `/messages?q=service%3A${MessagingServiceSid}`],
      [AccountSid.slice(0, 8), `/messages?q=account%3A${AccountSid}`],
    ] as const) {
      const found = foundIn(await search(server, text));
      expect([text, found]).toEqual([text, expect.arrayContaining([link])]);
    }
  });

  test("of an error code and its meaning, with those whose title says it first", async () => {
    expect(foundIn(await search(server, "3000"))).toContain("/errors/30003");
    const [first] = foundIn(await search(server, "unreachable handset"));
    expect(first).toBe("/errors/30003");
    const codes = foundIn(await search(server, "unsubscribed")).filter((link) =>
      link.startsWith("/errors/"),
    );
    expect(codes[0]).toBe("/errors/21610");
  });
});

test("nothing found says so, and everything found on a page leads somewhere", async () => {
  const page = await search(server, "zzzzz");
  expect(page.text).toContain("Nothing found");
  const all = foundIn(await search(server, ""));
  expect(all.length).toBeGreaterThan(15);
  for (const link of all) {
    const { status } = await get(server.origin + link);
    expect([link, status]).toEqual([link, 200]);
  }
});

test("hostile values are found, and neither they nor what is typed becomes markup", async () => {
  for (const value of HOSTILE_VALUES)
    await record(
      server,
      { To: value, From: value },
      new URLSearchParams({ note: value }).toString(),
    );
  for (const value of HOSTILE_VALUES)
    for (const path of ["search", "search/suggest"]) {
      const q = encodeURIComponent(value);
      const page = await get(`${server.origin}/${path}?q=${q}`);
      expect(page.text).not.toMatch(/<script>|<img src=x/);
      expect(page.text.length).toBeLessThan(60_000);
      for (const link of foundIn(page)) expect(link).toMatch(/^\//);
      if (path === "search/suggest") expect(foundIn(page)).not.toEqual([]);
    }
});

test("members find the pages that they may open, and no others", async () => {
  await using server = await startWithPeople();
  const pagesOf = async (name: string): Promise<string[]> => {
    const visitor = await signedInAs(server.origin, name);
    const links = foundIn(await visitor.get("/search"));
    for (const link of links) {
      const { status } = await visitor.get(link);
      expect([name, link, status]).toEqual([name, link, 200]);
    }
    return links;
  };
  const [ofAdmin, ofMember] = [await pagesOf("ana"), await pagesOf("mo")];
  expect(ofAdmin).toContain("/settings/users");
  expect(ofMember).not.toContain("/settings/users");
  expect(ofMember).toContain("/settings/account");
  const mo = await signedInAs(server.origin, "mo");
  const { text } = await mo.get("/search/suggest?q=audit");
  expect(text).not.toContain("/settings/audit");
});

test("where numbers are masked, only all of a number finds it", async () => {
  await using server = await startServer({ MASK_NUMBERS: "true" });
  const tags = new URLSearchParams({ customer: NUMBER, ref: NUMBER.slice(1) });
  const sid = await record(server, { To: NUMBER, From: NUMBER }, `${tags}`);
  const { status, headers } = await search(server, "+49 151 12345678");
  const page = headers.get("location") ?? "";
  expect([status, page]).toEqual([
    302,
    expect.stringMatching(/^\/numbers\/~\d+$/),
  ]);
  const whole = await get(`${server.origin}/search/suggest?q=%2B4915112345678`);
  expect(foundIn(whole)).toContain(`/messages/${sid}`);
  expect(whole.text).not.toContain("15112345678<");

  const parts = new Set<string>();
  for (const text of [NUMBER, NUMBER.slice(1), `0${NUMBER.slice(3)}`])
    for (let at = 1; at < text.length; at++)
      for (const part of [
        text.slice(0, at),
        text.slice(at),
        text.slice(at, at + 4),
        text.slice(at, at + 8),
      ])
        if (!NUMBER.slice(0, 2).includes(part)) parts.add(part);
  parts.delete(NUMBER.slice(1));
  const answerTo = async (part: string): Promise<string> =>
    (await get(`${server.origin}/search/suggest?q=${encodeURIComponent(part)}`))
      .text;
  for (const part of parts) {
    const found = foundIn({ status, headers, text: await answerTo(part) });
    const ofMessages = found.filter((link) =>
      /^\/(?:numbers|messages)./.test(link),
    );
    expect([part, ofMessages]).toEqual([part, []]);
  }
});
