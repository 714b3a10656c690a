import { SQL } from "bun";
import { expect, test } from "bun:test";
import { KEEPER_NAME } from "../../../src/store/postgres/keeper/lease.ts";
import { postgresEngine } from "../../../src/store/postgres/postgres-engine.ts";
import type { NewEvent } from "../../../src/store/store.ts";
import type { StoreFault } from "../../../src/store/store-fault.ts";
import {
  newPostgresDatabase,
  startPostgres,
} from "../../support/postgres-server.ts";
import { eventsIn } from "../../support/rows.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { until } from "../../support/until.ts";
import { eventOf } from "../events.ts";
import { expectRecount } from "../recount.ts";
import { startNode, type Node } from "./nodes.ts";

const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
/** How soon another node becomes the keeper. */
const FAILOVER_MS = 10_000;

/** The process of the node that is the keeper. */
async function keeperOf(sql: SQL): Promise<number> {
  const [row] =
    await sql`SELECT node FROM keeper WHERE until > clock_timestamp()`;
  return Number(/process (\d+)$/.exec(row?.node ?? "")?.[1]);
}

/** Posts callbacks to nodes, a few at a time, until it's stopped; resolves to those that were acknowledged. */
function postTo(nodes: readonly Node[]) {
  let isStopped = false;
  const acknowledged: NewEvent[] = [];
  const running = nodes.map(async (node) => {
    while (!isStopped) {
      const events = Array.from({ length: 20 }, () => eventOf({}));
      const outcomes = await node.post(events);
      outcomes.forEach((outcome, place) => {
        const event = events[place];
        if (outcome === "new" && event) acknowledged.push(event);
      });
      // Time is the subject: callbacks keep coming while nodes end.
      await Bun.sleep(20);
    }
  });
  return async () => {
    isStopped = true;
    await Promise.all(running);
    return acknowledged;
  };
}

test("a keeper that stalls past its lease loses and duplicates nothing, and another node takes over", async () => {
  await using database = await newPostgresDatabase();
  await using one = await startNode(database.url);
  await using other = await startNode(database.url);
  const nodes = [one, other];
  await using sql = new SQL(database.url, { max: 2 });
  const stop = postTo(nodes);
  for (const isWithinTransaction of [true, false, true]) {
    const keeper = await until(async () => {
      const pid = await keeperOf(sql);
      return nodes.find((node) => node.pid === pid) ?? false;
    });
    if (isWithinTransaction)
      await sql.begin(async (blocker) => {
        // What the keeper's transaction updates last.
        await blocker`LOCK TABLE highest_ids IN EXCLUSIVE MODE`;
        await until(async () => {
          const [row] = await sql`
            SELECT count(*)::integer AS waiting FROM pg_locks
            WHERE NOT granted AND relation = 'highest_ids'::regclass`;
          return row.waiting > 0;
        });
        keeper.signal("SIGSTOP");
      });
    else keeper.signal("SIGSTOP");
    const stalledAt = performance.now();
    await until(async () => {
      const pid = await keeperOf(sql);
      return pid > 0 && pid !== keeper.pid;
    });
    expect(performance.now() - stalledAt).toBeLessThan(FAILOVER_MS);
    keeper.signal("SIGCONT");
  }
  const acknowledged = await stop();
  const { store, opened } = postgresEngine(database.url).openForServer({
    onFault(fault) {
      throw fault;
    },
  });
  await opened;
  await store.settled();
  const events = await eventsIn(store);
  expect(events.map(({ id }) => id)).toEqual(
    events.map((_, place) => place + 1),
  );
  const recorded = new Set(events.map(({ messageSid }) => messageSid));
  expect(recorded.size).toBe(events.length);
  expect(acknowledged.length).toBeGreaterThan(100);
  expect(
    acknowledged.filter(({ messageSid }) => !recorded.has(messageSid)),
  ).toEqual([]);
  await expectRecount(store, { range: ALL_TIME, by: "country" });
  await store.close();
}, 120_000);

test("a keeper that stalls while an answer is sent to it is replaced", async () => {
  await using server = await startPostgres();
  const url = server.urlOf("postgres");
  await using first = await startNode(url);
  await using sql = new SQL(url, { max: 1 });
  await until(async () => (await keeperOf(sql)) === first.pid);
  await first[Symbol.asyncDispose]();
  // As a keeper of this much to read would be at any moment.
  const stalled = Bun.spawn(
    [
      "psql",
      "--quiet",
      `--command=BEGIN; UPDATE keeper SET version = version + 1;
         SELECT repeat('x', 1000), pg_sleep(0.001) FROM generate_series(1, 5000)`,
      `host=${server.folder} user=postgres application_name='${KEEPER_NAME}'`,
    ],
    { stdout: "ignore", stderr: "ignore" },
  );
  const waits = (event: string) =>
    until(async () => {
      const rows = await sql`SELECT 1 FROM pg_stat_activity
        WHERE application_name = ${KEEPER_NAME} AND wait_event = ${event}`;
      return rows.length > 0;
    });
  await waits("PgSleep");
  stalled.kill("SIGSTOP");
  await waits("ClientWrite");
  const stalledAt = performance.now();
  await using second = await startNode(url);
  await until(async () => (await keeperOf(sql)) === second.pid);
  expect(performance.now() - stalledAt).toBeLessThan(FAILOVER_MS);
  stalled.kill("SIGKILL");
});

test("a node that stops lets another be the keeper at once", async () => {
  await using database = await newPostgresDatabase();
  await using sql = new SQL(database.url, { max: 1 });
  await using first = await startNode(database.url);
  await until(async () => (await keeperOf(sql)) === first.pid);
  await using second = await startNode(database.url);
  await first[Symbol.asyncDispose]();
  const stoppedAt = performance.now();
  await until(async () => (await keeperOf(sql)) === second.pid);
  // Sooner than a lease ends.
  expect(performance.now() - stoppedAt).toBeLessThan(4_000);
});

test("a callback that can't be recorded is set aside, and the others are recorded", async () => {
  await using database = await newPostgresDatabase();
  const faults: StoreFault[] = [];
  const { store, opened } = postgresEngine(database.url).openForServer({
    onFault: (fault) => void faults.push(fault),
  });
  await opened;
  await using sql = new SQL(database.url, { max: 1 });
  const record = (count: number) =>
    Promise.all(
      Array.from({ length: count }, () => store.recordEvent(eventOf({}))),
    );
  await record(3);
  await sql`INSERT INTO inbox (event) VALUES ('{"messageSid":5}')`;
  await record(3);
  await until(async () => {
    const [row] = await sql`SELECT count(*)::integer AS waiting FROM inbox`;
    return row.waiting === 0;
  });
  expect(await eventsIn(store)).toHaveLength(6);
  const aside = await sql`SELECT event FROM inbox_set_aside`;
  expect([...aside]).toEqual([{ event: '{"messageSid":5}' }]);
  expect(faults.map(({ message }) => message)).toContainEqual(
    expect.stringContaining("inbox_set_aside"),
  );
  await store.close();
});

test("partitions are added ahead, and messages and their events are found in any of them", async () => {
  await using database = await newPostgresDatabase();
  const { store, opened } = postgresEngine(database.url).openForServer({
    onFault(fault) {
      throw fault;
    },
  });
  await opened;
  await using sql = new SQL(database.url, { max: 1 });
  // As if nearly all ids of the first partition were taken, which the keeper reads again.
  await sql.begin(async (change) => {
    await change`UPDATE keeper SET version = version + 1`;
    await change`UPDATE highest_ids SET id = 99998 WHERE name = 'messages'`;
  });
  const sids = Array.from({ length: 5 }, newMessageSid);
  for (const MessageStatus of ["sent", "delivered"])
    await Promise.all(
      sids.map((MessageSid) =>
        store.recordEvent(eventOf({ MessageSid, MessageStatus })),
      ),
    );
  await store.settled();
  const messages = (await store.listMessages([], { size: 10 })).messages;
  expect(messages.map(({ id }) => id)).toEqual([
    100_003, 100_002, 100_001, 100_000, 99_999,
  ]);
  for (const sid of sids) expect(await store.timeline(sid)).toHaveLength(2);
  await until(async () => {
    const rows = await sql`SELECT from_id FROM message_partitions`;
    return rows.length === 3;
  });
  await store.close();
});
