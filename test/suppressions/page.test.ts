import { expect, test } from "bun:test";
import { signedInAs, startWithPeople } from "../account/people.ts";
import { postMessagesTo } from "../numbers/number-posts.ts";
import { get, linkById, linksIn, type Page } from "../pages/page-client.ts";
import { followList } from "../store/follow-list.ts";
import { startServer } from "../support/start-server.ts";

const GONE = "+4915112345678";
const OPTED_OUT = "+14155550123";
const KEEPS_FAILING = "+14155550124";
const FINE = "+442071838750";

/** The numbers that a page links to, in order, each once. */
function numbersIn(page: Page): string[] {
  const found = linksIn(page).flatMap((link) => {
    const [, name] = /\/numbers\/([^/?]+)$/.exec(link) ?? [];
    return name === undefined ? [] : [decodeURIComponent(name)];
  });
  return [...new Set(found)];
}

async function startWithList(env: Record<string, string> = {}) {
  const server = await startServer(env);
  await postMessagesTo(server, GONE, ["delivered", 30005]);
  await postMessagesTo(server, FINE, ["delivered", 30005]);
  await postMessagesTo(server, FINE, ["delivered"]);
  await postMessagesTo(server, OPTED_OUT, [21610]);
  await postMessagesTo(server, KEEPS_FAILING, [30003, 30003, 30008]);
  return server;
}

test("the list shows each number with its channel, reason, error and since when, latest first", async () => {
  await using server = await startWithList();
  const page = await get(`${server.origin}/do-not-send`);
  expect(page.status).toBe(200);
  expect(numbersIn(page)).toEqual([KEEPS_FAILING, OPTED_OUT, GONE]);
  const row = page.text.split("<tr").find((each) => each.includes(GONE)) ?? "";
  for (const words of ["SMS", "Gone", "30005", "<time", 'title="Germany"'])
    expect(row).toContain(words);
  expect(linksIn(page)).toContain("/numbers");
  expect(linksIn(await get(`${server.origin}/numbers`))).toContain(
    "/do-not-send",
  );
});

test("reasons divide the list, and addresses that no page links to are refused", async () => {
  await using server = await startWithList();
  const of = async (query: string) =>
    get(`${server.origin}/do-not-send?${query}`);
  expect(numbersIn(await of("reason=gone"))).toEqual([GONE]);
  expect(numbersIn(await of("reason=opted-out"))).toEqual([OPTED_OUT]);
  expect(numbersIn(await of("reason=keeps-failing"))).toEqual([KEEPS_FAILING]);
  const blocked = await of("reason=blocked");
  expect(numbersIn(blocked)).toEqual([]);
  expect(blocked.text).toContain("for this reason");
  for (const query of ["reason=lost", "older=x", "older=1e3"])
    expect([query, (await of(query)).status]).toEqual([query, 400]);
});

test("the page answers whether one number is on the list, however it's written", async () => {
  await using server = await startWithList();
  const ask = async (number: string) =>
    (
      await get(
        `${server.origin}/do-not-send?number=${encodeURIComponent(number)}`,
      )
    ).text;
  for (const written of [GONE, "0049 151 1234 5678", "4915112345678"])
    expect(await ask(written)).toContain("On the list.");
  expect(await ask(FINE)).toContain("You can send to");
  expect(await ask("+19995550100")).toContain("No message went to this number");
  const hostile = await ask('"><script>alert(1)</script>');
  expect(hostile).not.toContain("<script>alert");
});

test("the list is paged, and exported whole", async () => {
  await using server = await startServer();
  const numbers = Array.from({ length: 60 }, (_, i) => `+1415555${1_000 + i}`);
  for (const number of numbers) await postMessagesTo(server, number, [30005]);
  const first = await get(`${server.origin}/do-not-send?reason=gone`);
  const older = linkById(first, "older");
  const second = await get(`${server.origin}${older}`);
  expect([...numbersIn(first), ...numbersIn(second)]).toEqual(
    numbers.toReversed(),
  );
  expect(linkById(second, "newest")).toBe("/do-not-send?reason=gone");
  const csv = await get(`${server.origin}/do-not-send.csv`);
  expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const [header, ...lines] = csv.text.trimEnd().split("\n");
  expect(header).toBe(
    "number,channel,reason,since,errorCode,errorTitle,whatToDo,country,messageSid",
  );
  expect(lines).toHaveLength(60);
  expect(lines[0]).toStartWith(`${numbers[59]},sms,gone,`);
  const json = await get(`${server.origin}/do-not-send.json?reason=opted-out`);
  expect(JSON.parse(json.text)).toEqual({ data: [] });
});

test("an admin takes a number off the list with a note, and a member can't", async () => {
  await using server = await startWithPeople();
  const { store } = server;
  await postMessagesTo(server, GONE, [30005]);
  const [entry] = await store.suppressions.ofAddress(GONE);
  const remove = `/do-not-send/${entry?.recipientId}/sms/remove`;
  const mo = await signedInAs(server.origin, "mo");
  expect((await mo.get(remove)).status).toBe(403);
  expect((await mo.post(remove, { note: "" })).status).toBe(403);
  const members = await mo.get("/do-not-send");
  expect(members.text).toContain(GONE);
  expect(members.text).not.toContain(remove);
  const ana = await signedInAs(server.origin, "ana");
  expect((await ana.get(remove)).text).toContain("Remove it");
  const note = "says <b>it works</b> again";
  const done = await ana.post(remove, { note });
  expect([done.status, done.headers.get("location")]).toEqual([
    303,
    `/numbers/${encodeURIComponent(GONE)}`,
  ]);
  expect((await ana.post(remove, { note })).status).toBe(303);
  expect((await ana.get(remove)).status).toBe(404);
  await followList(store);
  expect(await store.suppressions.ofAddress(GONE)).toEqual([]);
  const page = await ana.get(`/numbers/${encodeURIComponent(GONE)}`);
  expect(page.text).toContain("This number isn’t on the list now");
  expect(page.text).toContain("says &lt;b&gt;it works&lt;/b&gt; again");
  const audit = await ana.get("/settings/audit");
  expect(audit.text).toContain("removed from the Do not send list");
  expect(audit.text).not.toContain(GONE);
});

test("a number's page shows its entries, and how they came and went", async () => {
  await using server = await startWithList();
  const page = await get(
    `${server.origin}/numbers/${encodeURIComponent(OPTED_OUT)}`,
  );
  expect(page.text).toContain("Opted out");
  expect(page.text).toContain("Added to the list");
  expect(linksIn(page)).toContain("/do-not-send");
  const fine = await get(
    `${server.origin}/numbers/${encodeURIComponent(FINE)}`,
  );
  expect(fine.text).toContain("Off the list: a later message was delivered");
});

test("with MASK_NUMBERS, the list, its exports and removals show no number in full", async () => {
  await using server = await startWithList({ MASK_NUMBERS: "true" });
  const [entry] = await server.store.suppressions.ofAddress(GONE);
  const id = entry?.recipientId ?? 0;
  await server.store.suppressions.remove(
    { recipientId: id, channel: "sms", note: `${GONE} wrote`, subject: "" },
    { at: Date.now(), actor: "ana", address: null },
  );
  for (const path of [
    "/do-not-send",
    "/do-not-send.csv",
    "/do-not-send.json",
    `/do-not-send?number=${encodeURIComponent(OPTED_OUT)}`,
    `/numbers/~${id}`,
  ]) {
    const { status, text } = await get(server.origin + path);
    expect([path, status]).toEqual([path, 200]);
    for (const number of [GONE, KEEPS_FAILING])
      expect([path, text.includes(number.slice(-7))]).toEqual([path, false]);
  }
  const list = await get(`${server.origin}/do-not-send`);
  expect(list.text).toContain("+141••••••24");
});
