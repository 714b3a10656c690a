import { expect, test } from "bun:test";
import { startServer } from "../support/start-server.ts";
import { get, linksIn } from "./page-client.ts";

test("error codes are counted with their share, their meaning and a way to their messages", async () => {
  await using server = await startServer();
  for (const params of [
    { MessageStatus: "undelivered", ErrorCode: "30003" },
    { MessageStatus: "undelivered", ErrorCode: "30003" },
    { MessageStatus: "failed", ErrorCode: "21610" },
    { MessageStatus: "delivered" },
  ])
    await server.twilio.post(params);
  const page = await get(`${server.origin}/errors?period=7d`);
  const cells = [...page.text.matchAll(/<td class="col-[a-z -]+">([^<]*)</g)];
  expect(cells.map((cell) => cell[1]).filter((text) => text !== "")).toEqual([
    "Recipient",
    "Send again later",
    "2",
    "2",
    "Recipient",
    "Do not send again",
    "1",
    "1",
  ]);
  expect(page.text).toContain("50.0%");
  expect(page.text).toContain("25.0%");
  expect(linksIn(page)).toContain("/messages?code=30003");
});

test("without errors the page says so, and a period that there is not is refused", async () => {
  await using server = await startServer();
  for (const query of ["", "?period=24h", "?period=7d", "?period=30d"]) {
    const page = await get(`${server.origin}/errors${query}`);
    expect(page.status).toBe(200);
    expect(page.text).toContain("No errors in the last");
  }
  const wrong = await get(`${server.origin}/errors?period=%3Cb%3E`);
  expect(wrong.status).toBe(400);
  expect(wrong.text).toContain("There is no such period");
  expect(wrong.text).not.toContain("<b>");
});
