import { expect, test } from "bun:test";
import { get, linkById, linksIn, sidsIn } from "../pages/page-client.ts";
import { eventOf } from "../store/events.ts";
import { startServer } from "../support/start-server.ts";
import { postMessagesTo } from "./number-posts.ts";

const NUMBER = "+4915112345678";

const pathOf = (name: string) => `/numbers/${encodeURIComponent(name)}`;

test("a recipient's page shows how many of its messages arrived, why the others failed, and what to do", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, ["delivered", 30003, 30005, 30005]);
  await postMessagesTo(server, "+14155550123", ["delivered"]);
  const page = await get(server.origin + pathOf(NUMBER));
  expect(page.status).toBe(200);
  expect(sidsIn(page)).toHaveLength(4);
  expect(page.text).toContain("Germany");
  expect(page.text).toMatch(/Delivered<\/span><\/span><\/dt><dd>1</);
  expect(page.text).toMatch(/Undelivered<\/span><\/span><\/dt><dd>3</);
  expect(page.text).toMatch(
    /<b>3<\/b> of 4[^]*of the\s+latest messages weren’t delivered/,
  );
  expect(page.text).toContain("no mobile number");
  expect(page.text).toContain("The carrier does not know this number.");
  expect(linksIn(page)).toContain(
    `/messages?q=${encodeURIComponent(`to:${NUMBER}`)}`,
  );
});

test("a recipient whose messages arrive has no verdict", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, [30003, "delivered"]);
  const { text } = await get(server.origin + pathOf(NUMBER));
  expect(text).not.toMatch(/Gone for good|Don’t retry|Worth another try/);
});

test("its messages are paged, newest first", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, Array(60).fill("delivered"));
  const first = await get(server.origin + pathOf(NUMBER));
  const second = await get(server.origin + linkById(first, "older"));
  expect([sidsIn(first).length, sidsIn(second).length]).toEqual([50, 10]);
  expect(new Set([...sidsIn(first), ...sidsIn(second)]).size).toBe(60);
  const back = await get(server.origin + linkById(second, "newer"));
  expect(sidsIn(back)).toEqual(sidsIn(first));
  const wrong = await get(`${server.origin}${pathOf(NUMBER)}?older=x`);
  expect(wrong.status).toBe(400);
});

test("the first page says what to tell the recipient about the latest message, with a link for the ticket", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, ["delivered", 30005]);
  const page = await get(server.origin + pathOf(NUMBER));
  expect(page.text).toContain("just now couldn’t be delivered because");
  const [latest = ""] = sidsIn(page);
  expect(page.text).toContain(`${server.origin}/messages/${latest}</span>`);
  const { messages } = await server.store.listMessages([], { size: 1 });
  const older = `${pathOf(NUMBER)}?older=${messages[0]?.id}`;
  const second = await get(server.origin + older);
  expect(second.text).not.toContain("For the ticket");
});

test("an address that names two parts of the list at once is a mistake", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, ["delivered", "delivered"]);
  const both = await get(`${server.origin}${pathOf(NUMBER)}?older=2&newer=1`);
  expect(both.status).toBe(400);
});

test("a number without its plus sign leads to the one with it", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, ["delivered"]);
  const page = await get(server.origin + pathOf(NUMBER.slice(1)));
  expect(page.status).toBe(302);
  expect(page.headers.get("location")).toBe(pathOf(NUMBER));
  await postMessagesTo(server, NUMBER.slice(1), ["delivered"]);
  const own = await get(server.origin + pathOf(NUMBER.slice(1)));
  expect([own.status, sidsIn(own).length]).toEqual([200, 1]);
});

test("a recipient who unsubscribed isn't called gone", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, [21610, 21610]);
  await postMessagesTo(server, "+14155550123", [30004, 30004]);
  const list = await get(`${server.origin}/numbers?verdict=do-not-send`);
  for (const text of [
    (await get(server.origin + pathOf(NUMBER))).text,
    list.text,
  ]) {
    expect(text).toContain("<span>Don’t retry: unsubscribed</span>");
    expect(text).not.toContain("no mobile number");
  }
  expect(list.text).toContain("<span>Don’t retry</span>");
});

test("its page is found by its ID too", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, ["delivered"]);
  const { messages } = await server.store.listMessages([], { size: 1 });
  const page = await get(
    server.origin + pathOf(`~${messages[0]?.recipientId}`),
  );
  expect([page.status, sidsIn(page).length]).toEqual([200, 1]);
});

test("an address without messages is reported as such", async () => {
  await using server = await startServer();
  await postMessagesTo(server, NUMBER, ["delivered"]);
  const { messages } = await server.store.listMessages([], { size: 1 });
  for (const name of [
    "+14155550123",
    NUMBER.slice(0, -1),
    NUMBER.slice(-6),
    "~999",
    // It only sends.
    `~${messages[0]?.senderId}`,
    "~",
    "",
    " ",
    "%",
    "<script>alert(1)</script>",
    "x".repeat(3_000),
  ]) {
    const page = await get(server.origin + pathOf(name));
    if (name === "") continue;
    expect([name, page.status]).toEqual([name, 404]);
    expect(page.text).toContain("No message went to this number");
    expect(page.text).not.toContain("alert(1)");
  }
});

test("for any address, its page and the links to it work", async () => {
  await using server = await startServer();
  const hostile = [
    '"><script>alert(1)</script>',
    "a/b?c#d&e",
    "..",
    "مرحبا +1",
    "🙂".repeat(200),
    "~1",
    " +1 415 ",
    'to:"x y" -status:sent',
  ];
  // Older versions accepted any address.
  for (const To of [...hostile, ...hostile])
    await server.store.recordEvent(
      eventOf({ To, MessageStatus: "undelivered", ErrorCode: "30005" }),
    );
  const list = await get(`${server.origin}/numbers`);
  expect(list.text).not.toContain("<script>alert");
  const links = linksIn(list).filter((link) => /^\/numbers\/[^?]/.test(link));
  expect(new Set(links).size).toBe(hostile.length);
  for (const link of links) {
    const page = await get(server.origin + link);
    expect([link, page.status, sidsIn(page).length]).toEqual([link, 200, 2]);
    expect(page.text).not.toContain("<script>alert");
    const filter = linksIn(page).find((each) =>
      each.startsWith("/messages?q="),
    );
    expect(sidsIn(await get(`${server.origin}${filter}`))).toHaveLength(2);
  }
});
