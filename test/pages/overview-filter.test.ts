import { expect, test } from "bun:test";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";
import { get, linksIn, sidsIn } from "./page-client.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

const HOUR_MS = 3_600_000;

async function record(
  { store }: Pick<Server, "store">,
  count: number,
  params: Record<string, string>,
  more: Parameters<typeof eventOf>[1] = {},
): Promise<void> {
  for (let index = 0; index < count; index++)
    await store.recordEvent(
      eventOf(params, { receivedAt: Date.now() - HOUR_MS, ...more }),
    );
}

async function startWithTwo() {
  const server = await startServer();
  const query = "campaign=spring";
  const to = { To: "+442079460018", From: "ACME" };
  await record(server, 15, { ...to, MessageStatus: "delivered" }, { query });
  await record(server, 10, {
    ...to,
    MessageStatus: "undelivered",
    ErrorCode: "30003",
  });
  await record(server, 40, { MessageStatus: "delivered" });
  await record(server, 20, { MessageStatus: "failed", ErrorCode: "30005" });
  return server;
}

test("a filtered overview counts only what matches, in all its parts, and its lists have the filter", async () => {
  await using server = await startWithTwo();
  for (const [q, figures, codes] of [
    ["country:GB", ["60.0%", "25", "15", "0", "10", "0"], ["30003"]],
    ["from:ACME tag:campaign=spring", ["100%", "15", "15", "0", "0", "0"], []],
    ["-country:GB", ["66.7%", "60", "40", "0", "0", "20"], ["30005"]],
  ] as const) {
    const page = await get(`${server.origin}/?q=${encodeURIComponent(q)}`);
    expect([q, page.status]).toEqual([q, 200]);
    const found = [...page.text.matchAll(/class="figure"[^>]*>([^<]*)</g)];
    expect([q, found.map(([, text]) => text ?? "")]).toEqual([q, [...figures]]);
    const links = linksIn(page);
    expect([
      q,
      [30003, 30005].filter((code) =>
        links.some((link) => link.startsWith(`/errors/${code}`)),
      ),
    ]).toEqual([q, codes.map(Number)]);
    const lists = links.filter((link) => link.startsWith("/messages?q="));
    const texts = lists.map(
      (link) => new URLSearchParams(link.slice(10)).get("q") ?? "",
    );
    expect(texts.filter((text) => !text.includes(q))).toEqual([]);
    // The ranges keep it, and so does the form for another.
    expect(links).toContain(`/?range=7d&q=${encodeURIComponent(q)}`);
    expect(page.text).toContain(`<input type="hidden" name="q" value="${q}"/>`);
  }
});

test("a country's row leads to its overview, and its count to its failures", async () => {
  await using server = await startWithTwo();
  const page = await get(`${server.origin}/?range=7d`);
  const links = linksIn(page);
  expect(links).toContain("/?range=7d&q=country%3AGB");
  expect(links).toContain("/?range=7d&q=from%3AACME");
  const list = links.find((link) =>
    link.startsWith("/messages?q=country%3AGB%20status%3Afailed"),
  );
  expect(sidsIn(await get(server.origin + list))).toHaveLength(10);
  // In a filtered overview it narrows further.
  const ofAcme = await get(`${server.origin}/?range=7d&q=from%3AACME`);
  expect(linksIn(ofAcme)).toContain("/?range=7d&q=from%3AACME%20country%3AGB");
});

test("what an overview shows anyway, its filter can't contain; mistakes are marked", async () => {
  await using server = await startWithTwo();
  for (const [q, sentence] of [
    ["status:failed", "The overview shows all statuses"],
    ["code:30003", "Each error code has its own page"],
    ["after:7d", "Choose the time range beside the title"],
    ["country:<b>", "country"],
  ] as const) {
    const page = await get(`${server.origin}/?q=${encodeURIComponent(q)}`);
    expect([q, page.status]).toEqual([q, 400]);
    expect(page.text).toContain(sentence);
    expect(page.text).not.toContain("<b>");
    expect(page.text).toContain("<mark>");
  }
});

test("a filter that matches nothing leads to the list and to all messages", async () => {
  await using server = await startWithTwo();
  const page = await get(`${server.origin}/?range=7d&q=country%3AFR`);
  expect(page.status).toBe(200);
  expect(page.text).toContain("No matching messages in the last 7 days");
  expect(linksIn(page)).toContain("/messages?q=country%3AFR");
  expect(linksIn(page)).toContain("/?range=7d");
});

test("a filtered overview is compared with the same messages of the period before", async () => {
  await using server = await startServer();
  const at = (hours: number) => ({ receivedAt: Date.now() - hours * HOUR_MS });
  await record(server, 1, {}, at(60));
  for (const [To, before, now] of [
    ["+442079460018", 40, 80],
    ["+14155550123", 100, 50],
  ] as const) {
    await record(server, before, { To, MessageStatus: "delivered" }, at(30));
    await record(server, now, { To, MessageStatus: "delivered" }, at(2));
  }
  for (const [q, words] of [
    ["country:GB", "100% more"],
    ["country:US", "50% fewer"],
    ["channel:sms country:GB", "100% more"],
  ] as const)
    expect(
      (await get(`${server.origin}/?q=${encodeURIComponent(q)}`)).text,
    ).toContain(words);
});

test("masked numbers stay masked in a filtered overview", async () => {
  await using server = await startServer({ MASK_NUMBERS: "true" });
  await record(server, 25, { From: "+15595551269", MessageStatus: "failed" });
  const { text } = await get(`${server.origin}/?q=country%3AUS`);
  expect(text).toContain("Senders that fail most");
  expect(text).not.toContain("+15595551269");
});
