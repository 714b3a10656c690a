import { SQL } from "bun";
import { expect, test } from "bun:test";
import { hostname } from "node:os";
import { keepingProblem, type Keeping } from "../../../src/store/keeping.ts";
import type { Stores } from "../../../src/store/stores.ts";
import { openStore } from "../../support/open-store.ts";
import { newPostgresLedger } from "../../support/postgres-server.ts";
import { until } from "../../support/until.ts";
import { eventOf } from "../events.ts";
import { startNode } from "./nodes.ts";

const HOUR_MS = 3_600_000;
const OWN_NAME = `${hostname()}, process ${process.pid}`;

const STATE: Keeping = {
  node: "one",
  isThisNode: false,
  since: 0,
  vacantMs: 0,
  behindMs: 0,
  waiting: { count: 0, isMore: false },
  setAside: { count: 0, isMore: false },
};

async function keepingOf({ keeping }: Stores): Promise<Keeping> {
  if (keeping === undefined) throw new Error("It has no keeper.");
  return keeping();
}

/** Resolves to what is known of the keeper once it's as expected. */
function untilKeeping(
  store: Stores,
  isExpected: (state: Keeping) => boolean,
): Promise<Keeping> {
  return until(async () => {
    const state = await keepingOf(store);
    return isExpected(state) && state;
  });
}

test("each node says which one is the keeper, and since when", async () => {
  await using database = await newPostgresLedger();
  const startedAt = Date.now();
  const first = await openStore(database.url);
  const own = await untilKeeping(first, ({ node }) => node !== undefined);
  expect(own).toMatchObject({
    ...STATE,
    node: OWN_NAME,
    isThisNode: true,
    since: own.since,
  });
  expect(own.since).toBeGreaterThanOrEqual(startedAt - 1_000);
  expect(own.since).toBeLessThanOrEqual(Date.now() + 1_000);
  await using node = await startNode(database.url);
  await first.close();
  const second = await openStore(database.url);
  const other = await untilKeeping(second, ({ node: name }) => !!name);
  expect(other).toMatchObject({
    node: `${hostname()}, process ${node.pid}`,
    isThisNode: false,
  });
  expect(other.since).toBeGreaterThan(own.since);
  await second.close();
});

/** Does something while no node can record, as if the keeper had stalled. */
async function withoutRecording(
  sql: SQL,
  work: () => Promise<void>,
): Promise<void> {
  await sql.begin(async (blocker) => {
    await blocker`SELECT FROM keeper FOR UPDATE`;
    await work();
  });
}

test("how far the keeper is behind doesn't depend on the clocks of nodes", async () => {
  await using database = await newPostgresLedger();
  const store = await openStore(database.url);
  await untilKeeping(store, ({ isThisNode }) => isThisNode);
  await using sql = new SQL(database.url, { max: 2 });
  const beganAt = performance.now();
  await withoutRecording(sql, async () => {
    for (const offMs of [-HOUR_MS, 0, HOUR_MS])
      await store.recordEvent(eventOf({}, { receivedAt: Date.now() + offMs }));
    const late = await untilKeeping(
      store,
      ({ waiting, behindMs }) => waiting.count === 3 && behindMs > 1_000,
    );
    expect(late.behindMs).toBeLessThanOrEqual(performance.now() - beganAt);
    expect(late.waiting.isMore).toBe(false);
    // No other node may take the lease while the row is locked.
    const vacant = await untilKeeping(store, ({ vacantMs }) => vacantMs > 0);
    expect(vacant).toMatchObject({ node: undefined, isThisNode: false });
    expect(vacant.vacantMs).toBeLessThan(performance.now() - beganAt);
    await sql`UPDATE inbox SET appended_at = appended_at + interval '1 hour'`;
    // The server's clock was set back.
    await untilKeeping(store, ({ behindMs }) => behindMs === 0);
    await sql`UPDATE inbox SET appended_at = appended_at - interval '2 hours'`;
    await untilKeeping(store, ({ behindMs }) => behindMs > HOUR_MS);
  });
  await untilKeeping(
    store,
    (state) =>
      state.isThisNode && state.waiting.count === 0 && state.behindMs === 0,
  );
  await store.close();
});

test("callbacks that were set aside are counted up to a limit", async () => {
  await using database = await newPostgresLedger();
  const store = await openStore(database.url);
  await using sql = new SQL(database.url, { max: 2 });
  await sql`INSERT INTO inbox_set_aside SELECT id, '{}', 'TypeError' FROM generate_series(1, 10000) AS id`;
  const full = await untilKeeping(store, ({ setAside }) => setAside.count > 0);
  expect(full.setAside).toEqual({ count: 10_000, isMore: false });
  await sql`INSERT INTO inbox_set_aside VALUES (10001, '{}', 'TypeError')`;
  const more = await untilKeeping(store, ({ setAside }) => setAside.isMore);
  expect(more.setAside).toEqual({ count: 10_000, isMore: true });
  await store.close();
});

test("monitoring that asks often costs a query a second", async () => {
  await using database = await newPostgresLedger();
  const store = await openStore(database.url);
  await untilKeeping(store, ({ node }) => node !== undefined);
  const beganAt = performance.now();
  const answers = new Set<Keeping>();
  while (performance.now() - beganAt < 1_500) {
    const some = await Promise.all(
      Array.from({ length: 100 }, () => keepingOf(store)),
    );
    for (const each of some) answers.add(each);
    // Time is the subject: health checks come all the time.
    await Bun.sleep(5);
  }
  expect(answers.size).toBeLessThanOrEqual(3);
  await store.close();
});

test("what is wrong is said in a sentence, and nothing of what a busy moment or a failover does", () => {
  const problem = (state: Partial<Keeping>) =>
    keepingProblem({ ...STATE, ...state });
  const waiting = { count: 10_000, isMore: true };
  expect(problem({})).toBeUndefined();
  expect(problem({ behindMs: 59_000, waiting })).toBeUndefined();
  expect(problem({ node: undefined, vacantMs: 9_000 })).toBeUndefined();
  expect(problem({ behindMs: 90_000, waiting })).toBe(
    "The keeper (one) is 1 min 30 s behind: 10,000+ callbacks are waiting to be recorded.",
  );
  expect(
    problem({
      node: undefined,
      vacantMs: 11_000,
      waiting: { count: 1, isMore: false },
    }),
  ).toBe(
    "No node has recorded callbacks for 11 s; 1 callback is waiting to be recorded.",
  );
});
