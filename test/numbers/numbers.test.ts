import { expect, test } from "bun:test";
import { get, linkById, linksIn, type Page } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import { postMessagesTo } from "./number-posts.ts";

const GONE = "+4915112345678";
const RETRY = "+14155550123";
const KEEPS_FAILING = "+14155550124";
const CONTENT = "+14155550125";
const FINE = "+442071838750";

/** Returns the numbers that a page's list links to, in order. */
function numbersIn(page: Page): string[] {
  return linksIn(page).flatMap((link) => {
    const [, name] = /\/numbers\/([^/?]+)$/.exec(link) ?? [];
    return name === undefined ? [] : [decodeURIComponent(name)];
  });
}

/** Starts a server that knows a number of each kind. */
async function startWithNumbers(env: Record<string, string> = {}) {
  const server = await startServer(env);
  await postMessagesTo(server, GONE, ["delivered", 30005, 30005]);
  await postMessagesTo(server, FINE, ["delivered", 30003, "delivered"]);
  await postMessagesTo(server, KEEPS_FAILING, [
    30003,
    "delivered",
    30003,
    30008,
  ]);
  await postMessagesTo(server, CONTENT, [30007, 30007, 30007]);
  await postMessagesTo(server, RETRY, ["delivered", 30003, "delivered", 30008]);
  return server;
}

test("numbers with two or more failures are listed, latest first, with what happened and what to do", async () => {
  await using server = await startWithNumbers();
  const page = await get(`${server.origin}/numbers`);
  expect(page.status).toBe(200);
  expect(numbersIn(page)).toEqual([RETRY, CONTENT, KEEPS_FAILING, GONE]);
  const [, , row = ""] = page.text.split("<tr");
  expect(row).toContain('title="United States"');
  expect(row).toContain("<b>2</b> of 4");
  expect(row).toContain("<b>30008</b> <span>Unknown error</span>");
  expect(row).toContain("Retry once");
  expect(row).toContain("Send it once more");
});

test("a number leaves the list when its messages arrive again", async () => {
  await using server = await startServer();
  await postMessagesTo(server, GONE, [30005, 30005]);
  expect(numbersIn(await get(`${server.origin}/numbers`))).toEqual([GONE]);
  await postMessagesTo(server, GONE, Array(9).fill("delivered"));
  const page = await get(`${server.origin}/numbers`);
  expect(numbersIn(page)).toEqual([]);
  expect(page.text).toContain("No number keeps failing");
});

test("the verdicts divide the list, and advise against sending to a number that keeps failing", async () => {
  await using server = await startWithNumbers();
  const of = async (verdict: string) =>
    get(`${server.origin}/numbers?verdict=${verdict}`);
  expect(numbersIn(await of("do-not-send"))).toEqual([KEEPS_FAILING, GONE]);
  expect(numbersIn(await of("fix-first"))).toEqual([CONTENT]);
  expect(numbersIn(await of("send-again"))).toEqual([RETRY]);
  const list = await of("do-not-send");
  expect(list.text).toContain("Don’t retry: keeps failing");
  expect(list.text).not.toContain("Send it once more");
  for (const query of [
    "verdict=lost",
    "older=x",
    "older=-1",
    "verdict=do-not-send&older=1e9",
  ]) {
    const page = await get(`${server.origin}/numbers?${query}`);
    expect([query, page.status]).toEqual([query, 400]);
  }
});

test("paging shows every number once", async () => {
  await using server = await startServer();
  const numbers = Array.from(
    { length: 60 },
    (_, index) => `+1415555${1000 + index}`,
  );
  for (const number of numbers)
    await postMessagesTo(server, number, [30003, 30003]);
  const first = await get(`${server.origin}/numbers?verdict=send-again`);
  const older = linkById(first, "older");
  expect(numbersIn(first)).toHaveLength(50);
  const second = await get(`${server.origin}${older}`);
  expect(linkById(second, "older")).toBeUndefined();
  expect(linkById(second, "newest")).toBe("/numbers?verdict=send-again");
  expect([...numbersIn(first), ...numbersIn(second)]).toEqual(
    numbers.toReversed(),
  );
  const beyond = await get(`${server.origin}/numbers?older=1`);
  expect(beyond.text).toContain("Nothing here");
});

test("the same list can be exported, also for spreadsheets", async () => {
  await using server = await startWithNumbers();
  await postMessagesTo(server, "=1+1", [30005, 30005]);
  const csv = await get(`${server.origin}/numbers.csv?verdict=do-not-send`);
  expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  expect(csv.headers.get("content-disposition")).toStartWith("attachment;");
  const [header, ...lines] = csv.text.trimEnd().split("\n");
  expect(header).toBe(
    "number,country,verdict,failures,messages,lastErrorCode,lastErrorTitle,whatToDo,lastFailureAt",
  );
  expect(lines).toHaveLength(3);
  expect(lines[0]).toStartWith("'=1+1,,do-not-send,2,2,30005,");
  expect(lines[1]).toStartWith(`${KEEPS_FAILING},US,do-not-send,3,4,30008,`);
  expect(lines[2]).toStartWith(`${GONE},DE,do-not-send,2,3,30005,`);
  const json = await get(`${server.origin}/numbers.json`);
  expect(json.headers.get("content-type")).toBe("application/json");
  const { data } = JSON.parse(json.text);
  expect(data).toHaveLength(5);
  expect(data[1]).toMatchObject({
    number: RETRY,
    country: "US",
    verdict: "send-again",
    failures: 2,
    messages: 4,
    lastErrorCode: 30008,
  });
  const wrong = await get(`${server.origin}/numbers.csv?verdict=lost`);
  expect(wrong.status).toBe(400);
});

test("an empty export is whole too", async () => {
  await using server = await startServer();
  const json = await get(`${server.origin}/numbers.json`);
  expect(JSON.parse(json.text)).toEqual({ data: [] });
  const csv = await get(`${server.origin}/numbers.csv`);
  expect(csv.text.split("\n")).toHaveLength(2);
});

test("the list refreshes itself starting from the event it was built at", async () => {
  await using server = await startWithNumbers();
  const { text } = await get(`${server.origin}/numbers`);
  const { text: cursor } = await server.store.feedEnd();
  expect(text).toContain(`hx-sse:connect="/live?after=${cursor}&alerts=`);
  expect(text).toContain("recorded from:#live");
});
