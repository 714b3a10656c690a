import { SQL } from "bun";
import { expect, test } from "bun:test";
import { postgresEngine } from "../../../src/store/postgres/postgres-engine.ts";
import { openServerStore } from "../../support/open-store.ts";
import {
  newPostgresDatabase,
  newPostgresLedger,
} from "../../support/postgres-server.ts";
import { messagesIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { expectRecount } from "../recount.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT = Date.UTC(2026, 10, 23);
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const DIGITS = "14155550123";

/** Tables in which something is about a message. */
const ABOUT_MESSAGES = [
  "addresses",
  "event_addresses",
  "api_messages",
  "event_repeats",
  "events",
  "failing_recipients",
  "inbox",
  "message_hours",
  "message_minutes",
  "message_sids",
  "message_tags",
  "messages",
  "post_shapes",
  "receipts",
  "rollups",
  "shape_days",
  "sid_days",
  "sids",
  "tags",
];

test("retention leaves nothing of a message in any table, and drops a partition that is empty", async () => {
  await using database = await newPostgresDatabase();
  await using node = await openNode(database.url);
  await using sql = new SQL(database.url, { max: 1 });
  // As if nearly all ids of the first partition were taken, which the keeper reads again.
  await sql.begin(async (change) => {
    await change`UPDATE keeper SET version = version + 1`;
    await change`UPDATE highest_ids SET id = 99998 WHERE name = 'messages'`;
  });
  for (let index = 0; index < 5; index++) {
    const MessageSid = newMessageSid();
    const at = { receivedAt: MIDNIGHT + index, query: `order=${index}` };
    const failed = { MessageSid, MessageStatus: "failed" };
    await node.recordEvent(eventOf({ MessageSid }, at));
    await node.recordEvent(eventOf({ ...failed, From: "+14155559999" }, at));
    await node.recordEvent(eventOf({ ...failed, ErrorCode: "30003" }, at));
    await node.recordEvent(eventOf({ ...failed, ErrorCode: "30003" }, at));
  }
  await node.settled();
  const partitions = async () =>
    (
      await sql`SELECT c.relname AS name FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid
        JOIN pg_class p ON p.oid = inhparent WHERE p.relname = 'events' ORDER BY 1`
    ).map(({ name }: { name: string }) => name);
  expect(await partitions()).toContain("events_1");
  const pruned = await node.upkeep.prune(MIDNIGHT + 2 * DAY_MS);
  expect(pruned).toEqual({ messages: 5, events: 15 });
  for (const table of ABOUT_MESSAGES)
    expect({
      table,
      rows: [...(await sql`SELECT * FROM ${sql(table)}`)],
    }).toEqual({ table, rows: [] });
  expect(await partitions()).not.toContain("events_1");
  expect(await partitions()).toContain("events_2");
});

test("while one node deletes, callbacks of the same messages and numbers are recorded through another", async () => {
  await using database = await newPostgresDatabase();
  await using keeper = await openNode(database.url);
  await using other = await openNode(database.url);
  const sids = Array.from({ length: 10 }, newMessageSid);
  let isOver = false;
  const recording = sids.map(async (MessageSid, index) => {
    const To = `+1415555${1_000 + (index % 3)}`;
    for (let time = 0; !isOver; time++) {
      await keeper.recordEvent(
        eventOf(
          { MessageSid, To, Note: String(time % 5) },
          { receivedAt: MIDNIGHT, query: `order=${index % 4}` },
        ),
      );
      // Time is the subject: callbacks keep coming while messages are deleted.
      await Bun.sleep(5);
    }
  });
  let messages = 0;
  try {
    // Until some were deleted that came back meanwhile.
    for (let time = 0; time < 5 || messages <= sids.length; time++)
      messages += (await other.upkeep.prune(MIDNIGHT + DAY_MS)).messages;
  } finally {
    isOver = true;
    await Promise.all(recording);
  }
  await keeper.settled();
  for (const { messageSid } of await messagesIn(keeper))
    expect(await keeper.timeline(messageSid)).not.toEqual([]);
  for (const by of [undefined, "sender", "country"] as const)
    await expectRecount(keeper, { range: ALL_TIME, by });
  // Each is new again, as nothing of it is left.
  await other.upkeep.prune(MIDNIGHT + DAY_MS);
  for (const MessageSid of sids)
    expect(await keeper.recordEvent(eventOf({ MessageSid }))).toBe("new");
});

test("what an erased number was can't be worked out from checksums", async () => {
  await using database = await newPostgresDatabase();
  await using node = await openNode(database.url);
  await using sql = new SQL(database.url, { max: 1 });
  await node.recordEvent(eventOf({ To: `+${DIGITS}` }));
  const said = async () =>
    (await sql`SELECT said::text FROM receipts`).map(
      (row: { said: string }) => row.said,
    );
  expect(await said()).not.toEqual(["{}"]);
  await node.upkeep.erase(DIGITS);
  expect(await said()).toEqual(["{}"]);
});

test("a number is also erased from callbacks that couldn't be recorded, and they still can be later", async () => {
  await using database = await newPostgresLedger();
  await using node = await openNode(database.url);
  await using sql = new SQL(database.url, { max: 1 });
  const [MessageSid, other] = [newMessageSid(), newMessageSid()];
  const of = (sid: string, values: Record<string, string>, query: string) =>
    node.recordEvent(eventOf({ MessageSid: sid, ...values }, { query }));
  await of(MessageSid, { To: `+${DIGITS}`, Note: "415 555 0123" }, "");
  await of(MessageSid, { To: `+${DIGITS}`, MessageStatus: "sent" }, "x=1");
  await of(other, { To: "+12125550199", Note: `for +${DIGITS}` }, "order=1");
  // As if they had met a bug; they are as received.
  await node.settled();
  const events = await sql`SELECT json_build_object(
      'messageSid', ${MessageSid}::text, 'channel', 0, 'status', 4, 'receivedAt', ${MIDNIGHT}::bigint,
      'to', ${`+${DIGITS}`}::text, 'from', '+15595551269', 'errorCode', NULL, 'errorMessage', NULL,
      'accountSid', NULL, 'messagingServiceSid', NULL, 'numSegments', 1, 'rawDlrDoneDate', NULL,
      'query', ${`to=%2B${DIGITS}`}::text, 'shape', 'MessageSid={messageSid}&To={to}&Body={}',
      'values', json_build_array(${`call (415) 555-0123`}::text))::text AS event`;
  const [{ event }] = events;
  const unknown = newMessageSid();
  await sql`INSERT INTO inbox_set_aside VALUES (1, ${event}, 'a bug'),
    (2, ${event.replaceAll(MessageSid, unknown)}, 'a bug'),
    (3, ${event.replaceAll(MessageSid, other).replaceAll(DIGITS, "12125550199").replace("(415) 555-0123", "me")}, 'a bug')`;
  const found = await node.upkeep.findNumber(DIGITS);
  expect(found).toMatchObject({ messages: 3, events: 5 });
  expect(await node.upkeep.erase(DIGITS)).toEqual(found);
  const left = await sql`SELECT event FROM inbox_set_aside ORDER BY id`;
  const text = JSON.stringify([...left]);
  expect(text).not.toMatch(/4155550123|555-0123/);
  expect(text).toContain("+12125550199");
  expect(await node.upkeep.findNumber(DIGITS)).toMatchObject({
    messages: 0,
    events: 0,
  });
  await sql`WITH moved AS (DELETE FROM inbox_set_aside RETURNING id, event)
    INSERT INTO inbox (event) SELECT event FROM moved ORDER BY id`;
  await node.settled();
  // Each is of the same recipient as before.
  const { to } = (await node.messageBySid(MessageSid)) ?? {};
  expect(to).toMatch(/^erased-\d+$/);
  expect((await node.messageBySid(unknown))?.to).toBe(to ?? "");
});

test("a command that only reads finds a number beside a node", async () => {
  await using database = await newPostgresDatabase();
  const engine = postgresEngine(database.url);
  await using node = await openNode(database.url);
  await node.recordEvent(eventOf({ To: `+${DIGITS}` }));
  await node.settled();
  const reader = await engine.openForReading();
  expect(await reader.findNumber(DIGITS)).toMatchObject({
    messages: 1,
    events: 1,
  });
  await reader.close();
});

async function openNode(url: string) {
  const store = await openServerStore(postgresEngine(url));
  return { ...store, [Symbol.asyncDispose]: () => store.close() };
}
