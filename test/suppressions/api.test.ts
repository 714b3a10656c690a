import { expect, test } from "bun:test";
import { ask, newToken, startApi } from "../api/api-server.ts";
import { postMessagesTo } from "../numbers/number-posts.ts";
import { FeedPosition } from "../../src/store/feed-position.ts";

const GONE = "+4915112345678";
const OPTED_OUT = "+14155550123";
const asked = (number: string) => encodeURIComponent(number);

test("the API lists numbers, answers about one, and reports changes since a cursor", async () => {
  await using api = await startApi();
  await postMessagesTo(api, GONE, [30005]);
  const list = await api.get("/suppressions");
  expect(list.status).toBe(200);
  expect(list.body).toEqual({
    data: [
      {
        number: GONE,
        channel: "sms",
        reason: "gone",
        errorCode: 30005,
        since: expect.stringMatching(/^\d{4}-.*Z$/),
        country: "DE",
        messageSid: expect.stringMatching(/^SM/),
      },
    ],
    nextCursor: null,
    changesCursor: expect.any(String),
    isComplete: true,
  });
  await postMessagesTo(api, OPTED_OUT, [21610]);
  await postMessagesTo(api, GONE, ["delivered"]);
  const one = async (number: string) =>
    (await api.get(`/suppressions?number=${asked(number)}`)).body.data;
  expect(await one(OPTED_OUT)).toMatchObject([{ reason: "opted-out" }]);
  expect(await one("+1 (415) 555-0123")).toHaveLength(1);
  expect(await one(GONE)).toEqual([]);
  expect(await one("+19995550100")).toEqual([]);
  const changes = await api.get(
    `/suppressions/changes?limit=1&cursor=${list.body.changesCursor}`,
  );
  expect(changes.body.data).toMatchObject([
    { type: "number_suppressed", number: OPTED_OUT, restoredBy: null },
  ]);
  const next = await api.get(
    `/suppressions/changes?cursor=${changes.body.nextCursor}`,
  );
  expect(next.body.data).toMatchObject([
    { type: "number_restored", number: GONE, restoredBy: "delivered" },
  ]);
  const end = await api.get("/suppressions/changes?cursor=now");
  expect(end.body).toEqual({ data: [], nextCursor: next.body.nextCursor });
});

test("pages of the API's list follow each other, and wrong cursors are refused", async () => {
  await using api = await startApi();
  const numbers = Array.from({ length: 5 }, (_, i) => `+1415555010${i}`);
  for (const number of numbers) await postMessagesTo(api, number, [30005]);
  const seen: string[] = [];
  let query = "?limit=2";
  for (;;) {
    const { body } = await api.get(`/suppressions${query}`);
    for (const { number } of body.data) seen.push(number);
    if (body.nextCursor === null) break;
    query = `?limit=2&cursor=${body.nextCursor}`;
  }
  expect(seen).toEqual(numbers.toReversed());
  const status = async (path: string) => (await api.get(path)).status;
  expect(await status("/suppressions?cursor=nonsense")).toBe(400);
  expect(await status("/suppressions/changes?cursor=nonsense")).toBe(400);
  const events = (await api.get("/events")).body.nextCursor;
  expect(await status(`/suppressions/changes?cursor=${events}`)).toBe(400);
  const other = new FeedPosition("0123456789abcdef", 1, "suppressions").text;
  const gone = await api.get(`/suppressions/changes?cursor=${other}`);
  expect([gone.status, gone.body.type]).toEqual([
    410,
    "urn:smsledger:problem:start-over",
  ]);
});

test("a token that sees numbers masked gets masked numbers, and can't ask about one", async () => {
  await using api = await startApi();
  await postMessagesTo(api, GONE, [30005]);
  for (const path of ["/suppressions", "/suppressions/changes"]) {
    const { text, body } = await api.get(path, api.masked);
    expect(text).not.toContain(GONE.slice(-7));
    expect(body.data).toHaveLength(1);
  }
  const refused = await api.get(
    `/suppressions?number=${asked(GONE)}`,
    api.masked,
  );
  expect([refused.status, refused.text.includes(GONE)]).toEqual([400, false]);
});

test("only a token with access to changes takes a number off the list", async () => {
  await using api = await startApi();
  await postMessagesTo(api, GONE, [30005]);
  const writing = await newToken(api.store, "write", "crm");
  const remove = (token: string, number = GONE, body?: object) =>
    ask(api.origin, `/suppressions/${asked(number)}/sms`, token, {
      method: "DELETE",
      ...(body && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
  expect((await remove(api.whole)).status).toBe(403);
  expect((await remove(writing, "+19995550100")).status).toBe(404);
  expect((await remove(writing, GONE, { note: 1 })).status).toBe(400);
  const done = await remove(writing, GONE, { note: "texted START" });
  expect([done.status, done.text]).toEqual([204, ""]);
  expect((await remove(writing)).status).toBe(404);
  expect((await api.get("/suppressions")).body.data).toEqual([]);
  const { body } = await api.get("/suppressions/changes");
  expect(body.data.at(-1)).toMatchObject({
    type: "number_restored",
    restoredBy: "removed",
    removedBy: "token crm",
    note: "texted START",
  });
});
