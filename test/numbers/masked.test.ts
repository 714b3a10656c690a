import { expect, test } from "bun:test";
import { get, linksIn, sidsIn } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import { postMessagesTo } from "./number-posts.ts";

const NUMBER = "+4915112345678";
const MASKED = "+49151••••••78";

test("with MASK_NUMBERS no page and no export shows a number, and links name it by its id", async () => {
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

test("who knows a number still finds it, and only it", async () => {
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
