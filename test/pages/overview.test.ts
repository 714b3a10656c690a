import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { eventOf } from "../store/events.ts";
import { get, linksIn, sidsIn, type Page } from "./page-client.ts";

type Server = Awaited<ReturnType<typeof startServer>>;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

test("the overview counts messages by status, and each number links to them", async () => {
  await using server = await startServer();
  await post(server, 5, { MessageStatus: "delivered" });
  await server.twilio.post({ MessageStatus: "read" }, { channel: "whatsapp" });
  await post(server, 2, { MessageStatus: "sent" });
  await post(server, 2, { MessageStatus: "undelivered", ErrorCode: "30003" });
  await post(server, 1, { MessageStatus: "failed", ErrorCode: "21610" });
  // It arrived after all, so it isn't a reason for failed messages.
  const arrived = { MessageSid: newMessageSid(), ErrorCode: "63018" };
  await server.twilio.post({ ...arrived, MessageStatus: "sent" });
  await server.twilio.post({ ...arrived, MessageStatus: "delivered" });
  const page = await get(`${server.origin}/`);
  expect(page.status).toBe(200);
  expect(page.text).toContain("<h1>7 of 10 messages delivered</h1>");
  expect(figuresIn(page)).toEqual(["70.0%", "12", "7", "2", "2", "1"]);
  expect(page.text).toContain(
    "3 messages failed, 2 of them because of error 30003: Unreachable destination handset.",
  );

  const lists = linksIn(page).filter((link) => link.startsWith("/messages?"));
  const counts: Record<string, number> = {};
  for (const link of new Set(lists)) {
    const list = await get(server.origin + link);
    expect([link, list.status]).toEqual([link, 200]);
    const [, filter = ""] =
      /^(.*?) ?after:/.exec(
        new URLSearchParams(link.slice(10)).get("q") ?? "",
      ) ?? [];
    counts[filter] = sidsIn(list).length;
  }
  expect(counts).toEqual({
    "": 12,
    "status:delivered,read": 7,
    "status:sent": 2,
    "status:undelivered": 2,
    "status:failed": 1,
    "status:failed,undelivered": 3,
    "code:30003 status:failed,undelivered": 2,
    "code:21610 status:failed,undelivered": 1,
  });
});

test("error codes link to their pages in the same range, with what to do", async () => {
  await using server = await startServer();
  await post(server, 3, { MessageStatus: "undelivered", ErrorCode: "30005" });
  const page = await get(`${server.origin}/?range=7d`);
  expect(linksIn(page)).toContain("/errors/30005?range=7d");
  expect(linksIn(page)).toContain("/errors?range=7d");
  expect(page.text).toContain(
    "Ask the recipient for the right number and correct your records.",
  );
});

test("countries and senders are ranked from 20 finished messages on", async () => {
  await using server = await startServer();
  await post(server, 16, { MessageStatus: "delivered", To: "+442079460018" });
  await post(server, 4, { MessageStatus: "failed", To: "+442079460018" });
  await post(server, 19, { MessageStatus: "failed", To: "+33612345678" });
  const page = await get(`${server.origin}/`);
  const { text } = page;
  expect(text).toContain("United Kingdom");
  expect(text).toContain("20.0%");
  expect(text).not.toContain(">France<");
  const [link] = linksIn(page).filter((each) => each.includes("country"));
  expect(sidsIn(await get(server.origin + link))).toHaveLength(4);
});

test("counts are compared with the previous period, once messages reach back that far", async () => {
  for (const [since, words] of [
    [26, []],
    [50, ["100% more"]],
  ] as const) {
    await using server = await startServer();
    const record = async (count: number, hoursAgo: number): Promise<void> => {
      const receivedAt = Date.now() - hoursAgo * HOUR_MS;
      for (let index = 0; index < count; index++)
        await server.store.recordEvent(
          eventOf({ MessageStatus: "delivered" }, { receivedAt }),
        );
    };
    await record(1, since);
    await record(20 - (since === 26 ? 1 : 0), 26);
    await record(40, 2);
    const { text } = await get(`${server.origin}/`);
    expect([since, [...new Set(text.match(/\d+% more/g))]]).toEqual([
      since,
      [...words],
    ]);
  }
});

test("old messages without a receipt are shown as stuck", async () => {
  await using server = await startServer();
  const now = Date.now();
  for (const hours of [20, 7, 5, 1])
    await server.store.recordEvent(
      eventOf({ MessageStatus: "sent" }, { receivedAt: now - hours * HOUR_MS }),
    );
  const page = await get(`${server.origin}/`);
  expect(page.text).toContain("2 messages are stuck");
  const link = linksIn(page).find((each) => /status%3Asent.*before/.test(each));
  expect(sidsIn(await get(server.origin + link))).toHaveLength(2);
  expect((await get(`${server.origin}/?range=1h`)).text).not.toContain("stuck");
});

test("the delivery time is measured from the sent to the delivered callback", async () => {
  await using server = await startServer();
  const receivedAt = Date.now() - HOUR_MS;
  for (let index = 0; index < 20; index++) {
    const MessageSid = newMessageSid();
    for (const [MessageStatus, after] of [
      ["sent", 0],
      ["delivered", 3_000],
    ] as const)
      await server.store.recordEvent(
        eventOf(
          { MessageSid, MessageStatus },
          { receivedAt: receivedAt + after },
        ),
      );
  }
  const { text } = await get(`${server.origin}/`);
  expect(text).toMatch(/median [23]\.\d s/);
  expect(text).toContain("From sent to delivered, for 20 messages.");
});

test("a range without messages links to the closest one that has some", async () => {
  await using server = await startServer();
  const record = (ago: number) =>
    server.store.recordEvent(eventOf({}, { receivedAt: Date.now() - ago }));
  await record(300 * DAY_MS);
  const long = await get(`${server.origin}/`);
  expect(long.text).toContain("No messages in the last 24 hours");
  const day = new Date(Date.now() - 300 * DAY_MS).toISOString().slice(0, 10);
  expect(linksIn(long)).toContain(`/?from=${day}&to=${day}`);
  expect((await get(`${server.origin}/?from=${day}&to=${day}`)).text).toContain(
    "1 of 1 message delivered",
  );
  await record(3 * DAY_MS);
  expect((await get(`${server.origin}/?range=1h`)).text).toContain(
    "Show the last 7 days",
  );
});

test("each bar has its values and its list, and so does its table row", async () => {
  await using server = await startServer();
  await post(server, 2, { MessageStatus: "failed" });
  for (const [range, bars] of [
    ["1h", 60],
    ["24h", 24],
    ["7d", 28],
    ["30d", 30],
    ["90d", 90],
  ] as const) {
    const { text } = await get(`${server.origin}/?range=${range}`);
    const tips = [...text.matchAll(/<span class="tip [^"]*">(.*?)<\/a>/g)];
    // One more if the first and the last bar are partial.
    const most = range === "1h" ? bars : bars + 1;
    expect([range, tips.length]).toBeOneOf([
      [range, bars],
      [range, most],
    ]);
    expect(tips.at(-1)?.[1]).toContain("(so far)");
    expect(tips.at(-1)?.[1]).toContain("2 failed");
    expect(text.match(/<tr><th scope="row">/g)).toHaveLength(tips.length);
  }
});

test("an unknown range is refused with the valid ones", async () => {
  await using server = await startServer();
  const page = await get(`${server.origin}/?range=%3Cb%3E`);
  expect(page.status).toBe(400);
  expect(page.text).toContain("The range must be one of");
  expect(page.text).not.toContain("<b>");
  expect(linksIn(page)).toContain("/?range=7d");
});

async function post(
  { twilio }: Server,
  count: number,
  params: Record<string, string>,
): Promise<void> {
  for (let index = 0; index < count; index++) await twilio.post(params);
}

/** Returns the big numbers, in order. */
function figuresIn({ text }: Page): string[] {
  return [...text.matchAll(/class="figure"[^>]*>([^<]*)</g)].map(
    (match) => match[1] ?? "",
  );
}
