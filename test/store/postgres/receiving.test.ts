import { SQL } from "bun";
import { expect, test } from "bun:test";
import { packMessageSid } from "../../../src/store/core/message-sid.ts";
import { appendable } from "../../../src/store/postgres/receiving/receipts.ts";
import { postgresEngine } from "../../../src/store/postgres/postgres-engine.ts";
import {
  StoreUnavailable,
  type NewEvent,
  type RecordOutcome,
} from "../../../src/store/store.ts";
import type { Stores } from "../../../src/store/stores.ts";
import {
  newPostgresDatabase,
  startPostgres,
} from "../../support/postgres-server.ts";
import { eventsIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { until } from "../../support/until.ts";
import { eventOf } from "../events.ts";

/** What a sender is promised, and what a busy machine adds. */
const ANSWER_MS = 5_000 + 1_500;

async function openNode(url: string): Promise<Stores> {
  const { store, opened } = postgresEngine(url).openForServer({
    onFault(fault) {
      throw fault;
    },
  });
  await opened;
  return store;
}

/** Records events one after another; resolves to how each ended, and after how long. */
function recordOn(store: Stores) {
  let isStopped = false;
  const ended: {
    readonly event: NewEvent;
    readonly outcome: RecordOutcome | undefined;
    readonly ms: number;
  }[] = [];
  const record = async (): Promise<void> => {
    while (!isStopped) {
      const event = eventOf({});
      const start = performance.now();
      let outcome: RecordOutcome | undefined;
      try {
        outcome = await store.recordEvent(event);
      } catch (error) {
        expect(error).toBeInstanceOf(StoreUnavailable);
        // Time is the subject: whoever was refused tries again in a moment.
        await Bun.sleep(20);
      }
      ended.push({ event, outcome, ms: performance.now() - start });
    }
  };
  const running = Promise.all(Array.from({ length: 20 }, record));
  return {
    ended,
    async stop() {
      isStopped = true;
      await running;
      return ended;
    },
  };
}

test("while the server is down, callbacks are refused in time; then they are recorded again, and none that was acknowledged is lost", async () => {
  // The default of this server is not to wait for the disk.
  await using server = await startPostgres();
  const store = await openNode(server.urlOf("postgres"));
  const load = recordOn(store);
  const acknowledged = () =>
    load.ended.filter(({ outcome }) => outcome === "new").length;
  for (const how of ["crash", "in order", "crash"] as const) {
    const before = acknowledged();
    await until(() => acknowledged() > before + 50);
    await server.stop(how);
    const refused = load.ended.length;
    await until(() => load.ended.length > refused + 20);
    await server.start();
  }
  const before = acknowledged();
  await until(() => acknowledged() > before + 50);
  const ended = await load.stop();
  expect(Math.max(...ended.map(({ ms }) => ms))).toBeLessThan(ANSWER_MS);
  await store.settled();
  const recorded = new Set(
    (await eventsIn(store)).map(({ messageSid }) => messageSid),
  );
  const lost = ended.filter(
    ({ event, outcome }) =>
      outcome === "new" && !recorded.has(event.messageSid),
  );
  expect(lost).toEqual([]);
  await store.close();
}, 120_000);

test("while the server is silent, callbacks are refused in time", async () => {
  await using server = await startPostgres();
  const store = await openNode(server.urlOf("postgres"));
  await store.recordEvent(eventOf({}));
  server.signal("SIGSTOP");
  const start = performance.now();
  const refused = await Promise.allSettled(
    Array.from({ length: 50 }, () => store.recordEvent(eventOf({}))),
  );
  expect(performance.now() - start).toBeLessThan(ANSWER_MS);
  for (const each of refused)
    expect(each).toMatchObject({ reason: expect.any(StoreUnavailable) });
  server.signal("SIGCONT");
  await until(async () => {
    await store.recordEvent(eventOf({}));
  });
  await store.settled();
  await store.close();
}, 120_000);

test("of the same callbacks on two nodes at once, in different orders, exactly one of each is new", async () => {
  await using database = await newPostgresDatabase();
  const nodes = [
    await openNode(database.url),
    await openNode(database.url),
  ] as const;
  const events = Array.from({ length: 300 }, newMessageSid).flatMap(
    (MessageSid) =>
      ["sent", "delivered"].map((MessageStatus) =>
        eventOf({ MessageSid, MessageStatus }),
      ),
  );
  const orders = [events, events.toReversed(), events.toSorted(byDigits)];
  const outcomes = await Promise.all(
    orders.flatMap((order) =>
      nodes.flatMap((node) =>
        order.map(async (event) => ({
          key: `${event.messageSid} ${event.status}`,
          outcome: await node.recordEvent(event),
        })),
      ),
    ),
  );
  for (const each of Map.groupBy(outcomes, ({ key }) => key).values())
    expect(each.map(({ outcome }) => outcome).toSorted()).toEqual([
      "new",
      ...Array.from({ length: 5 }, () => "repeat" as const),
    ]);
  const [node] = nodes;
  await node.settled();
  const timeline = await eventsIn(node);
  expect(timeline).toHaveLength(events.length);
  expect(new Set(timeline.map(({ repeats }) => repeats))).toEqual(new Set([5]));
  for (const each of nodes) await each.close();
}, 120_000);

test("callbacks are durable whatever the server's default is", async () => {
  await using database = await newPostgresDatabase();
  const store = await openNode(database.url);
  await using sql = new SQL(database.url, { max: 1 });
  await sql`CREATE TABLE seen (setting text)`;
  await sql.unsafe(`CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      INSERT INTO seen VALUES (current_setting('synchronous_commit'));
      RETURN NEW;
    END $$;
    CREATE CONSTRAINT TRIGGER see AFTER INSERT ON inbox DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION see()`);
  await sql`SET synchronous_commit = off`;
  await sql`SELECT append_callbacks(${`[${appendable(eventOf({}))}]`}::text::json)`;
  // A deferred trigger runs as the last thing before the commit.
  expect([...(await sql`SELECT DISTINCT setting FROM seen`)]).toEqual([
    { setting: "on" },
  ]);
  await store.close();
});

function byDigits(a: NewEvent, b: NewEvent): number {
  return a.messageSid.slice(-8) < b.messageSid.slice(-8) ? -1 : 1;
}

/**
 * A callback as nodes of version 6 append it, which is the first one that may beside a newer one
 * (APPENDS_FROM). This stays as it is, as those nodes do.
 */
const appendedByVersion6 = (messageSid: string) => ({
  sid: Buffer.from(packMessageSid(messageSid)).toString("hex"),
  account: `AC${"a".repeat(32)}`,
  status: 4,
  said: "{11,-12}",
  event: {
    messageSid,
    channel: 0,
    status: 4,
    receivedAt: Date.UTC(2026, 10, 23),
    to: "+14155550123",
    from: "+15595551269",
    errorCode: null,
    errorMessage: null,
    accountSid: `AC${"a".repeat(32)}`,
    messagingServiceSid: null,
    numSegments: 1,
    rawDlrDoneDate: null,
    query: "order=1",
    shape: "MessageSid={messageSid}&MessageStatus=delivered&To={to}&Note={}",
    values: ["hello"],
  },
});

test("what a node of the oldest version that may append has received is recorded", async () => {
  await using database = await newPostgresDatabase();
  const node = await openNode(database.url);
  await using sql = new SQL(database.url, { max: 1 });
  const sid = newMessageSid();
  const append = async () => {
    const callbacks = JSON.stringify([appendedByVersion6(sid)]);
    const [row] =
      await sql`SELECT append_callbacks(${callbacks}::text::json) AS outcomes`;
    return row.outcomes;
  };
  expect([await append(), await append()]).toEqual(["1", "0"]);
  await node.settled();
  expect(await node.timeline(sid)).toMatchObject([
    {
      status: "delivered",
      to: "+14155550123",
      query: "order=1",
      params: [
        ["MessageSid", sid],
        ["MessageStatus", "delivered"],
        ["To", "+14155550123"],
        ["Note", "hello"],
      ],
      repeats: 1,
    },
  ]);
  await node.close();
});
