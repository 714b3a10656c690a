import { expect, test } from "bun:test";
import { get, linksIn, sidsIn } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { postMessagesTo } from "./number-posts.ts";

const NUMBER = "+4915112345678";
const MASKED = "+49151••••••78";

test("with MASK_NUMBERS, pages and exports show no number in full, and links use its ID", async () => {
  await using server = await startServer({ MASK_NUMBERS: "true" });
  await postMessagesTo(server, NUMBER, [30005, 30005]);
  const pending = ["/numbers", "/messages", "/numbers.csv", "/numbers.json"];
  const seen = new Set(pending);
  for (const path of pending) {
    const page = await get(server.origin + path);
    expect([path, page.status]).toEqual([path, 200]);
    expect([path, page.text.includes("15112345678")]).toEqual([path, false]);
    for (const link of linksIn(page)) {
      if (!/^\/(?:numbers|messages)/.test(link) || seen.has(link)) continue;
      seen.add(link);
      pending.push(link);
    }
  }
  const list = await get(`${server.origin}/numbers`);
  expect(list.text).toContain(MASKED);
  const link = linksIn(list).find((each) => each.startsWith("/numbers/"));
  expect(link).toMatch(/^\/numbers\/(?:~|%7E)\d+$/);
  const page = await get(`${server.origin}${link}`);
  expect(page.text).toContain(MASKED);
  expect(sidsIn(page)).toHaveLength(2);
});

test("numbers are masked in tags, errors and posted text, however people write them; dates and order numbers stay", async () => {
  await using server = await startServer({ MASK_NUMBERS: "true" });
  const MessageSid = newMessageSid();
  await server.twilio.post(
    {
      MessageSid,
      MessageStatus: "failed",
      ErrorCode: "21211",
      ErrorMessage: "Cannot reach +44 7700 900123 nor 415-555-0188",
      Note: "ask (415) 555-0166",
    },
    {
      query:
        "?alt=(415)%20555-0199&mix=tel-4155550177x&order=4711&day=20261123",
    },
  );
  const paths = [
    `/messages/${MessageSid}`,
    "/messages",
    "/messages.jsonl",
    "/messages.csv",
  ];
  for (const path of paths) {
    const { text } = await get(server.origin + path);
    const digits = text.replaceAll(/%[0-9A-F]{2}|[ ().+-]/g, "");
    for (const end of ["555019", "555017", "900123", "555018", "555016"])
      expect([path, end, digits.includes(end)]).toEqual([path, end, false]);
  }
  const page = await get(`${server.origin}/messages/${MessageSid}`);
  expect(page.text).toContain("alt=41••••••99");
  const queries = linksIn(page).map((link) => decodeURIComponent(link));
  for (const tag of ["tag:order=4711", "tag:day=20261123"])
    expect(queries).toContainEqual(expect.stringContaining(tag));
  expect(queries.filter((each) => each.includes("•"))).toEqual([]);
});

test("anyone who knows a number can still find it, and only that one", async () => {
  await using server = await startServer({ MASK_NUMBERS: "true" });
  await postMessagesTo(server, NUMBER, ["delivered"]);
  const statusOf = async (name: string): Promise<number> => {
    const path = `/numbers/${encodeURIComponent(name)}`;
    return (await get(server.origin + path)).status;
  };
  expect(await statusOf(NUMBER)).toBe(200);
  expect(await statusOf("+4915112345")).toBe(404);
  expect(await statusOf("12345678")).toBe(404);
});
