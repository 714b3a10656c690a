import {
  ATTEMPTS_MAX,
  DURATION_BUCKETS,
  RETRY_DELAY_MAX_MS,
  type Attempt,
  type AttemptFacts,
  type Delivery,
  type OutboxStore,
  type Target,
  type TargetHour,
  type TargetState,
} from "../../outbox.ts";
import type { Db } from "../dialect.ts";

const HOUR_MS = 3_600_000;
/** A delivery that was added or attempted this far ahead of the clock is due: the clock was wrong then. */
const AHEAD_MS_MAX = 60_000;
/** Events that an endpoint is behind are counted up to this many. */
const BEHIND_MAX = 10_000;

export async function dueDeliveries(
  db: Db,
  target: Target,
  now: number,
  limit: number,
): Promise<Delivery[]> {
  const rows = await db
    .selectFrom("deliveries")
    .selectAll()
    .where("target", "=", target)
    .where("next_at", "is not", null)
    .where((eb) =>
      eb.or([
        eb("next_at", "<=", now),
        eb("next_at", ">", now + RETRY_DELAY_MAX_MS),
        eb(eb.fn.coalesce("last_at", "added_at"), ">", now + AHEAD_MS_MAX),
      ]),
    )
    .orderBy("next_at")
    .limit(limit)
    .execute();
  return rows.map(deliveryOf);
}

export async function deliveries(
  db: Db,
  target: Target,
  { isFailed, afterId, size }: Parameters<OutboxStore["deliveries"]>[1],
): Promise<Delivery[]> {
  const rows = await db
    .selectFrom("deliveries")
    .selectAll()
    .where("target", "=", target)
    .where("next_at", isFailed ? "is" : "is not", null)
    .where("id", ">", afterId)
    .orderBy("id")
    .limit(size)
    .execute();
  return rows.map(deliveryOf);
}

function deliveryOf(row: {
  readonly id: number;
  readonly target: Target;
  readonly feed: Delivery["item"]["feed"];
  readonly item_id: number;
  readonly attempts: number;
  readonly added_at: number;
  readonly last_at: number | null;
  readonly next_at: number | null;
  readonly notice: string | null;
}): Delivery {
  return {
    id: row.id,
    target: row.target,
    item: { feed: row.feed, id: row.item_id },
    attempts: row.attempts,
    addedAt: row.added_at,
    lastAt: row.last_at,
    nextAt: row.next_at,
    notice: row.notice,
  };
}

export async function attempts(
  db: Db,
  target: Target,
  {
    size,
    olderThan,
    isSuccess,
    between,
  }: Parameters<OutboxStore["attempts"]>[1],
): Promise<Attempt[]> {
  const rows = await db
    .selectFrom("attempts")
    .selectAll()
    .where("target", "=", target)
    .where("id", ">", await beforeNewest(db, target))
    .$if(olderThan !== undefined, (query) =>
      query.where("id", "<", olderThan ?? 0),
    )
    .$if(isSuccess !== undefined, (query) =>
      query.where("is_success", "=", Number(isSuccess)),
    )
    .$if(between !== undefined, (query) =>
      query
        .where("at", ">=", between?.from ?? 0)
        .where("at", "<", between?.to ?? 0),
    )
    .orderBy("id", "desc")
    .limit(size)
    .execute();
  return rows.map(attemptOf);
}

/** The attempt before the newest `ATTEMPTS_MAX`: it's removed later, together with others. */
async function beforeNewest(db: Db, target: Target): Promise<number> {
  const row = await db
    .selectFrom("attempts")
    .select("id")
    .where("target", "=", target)
    .orderBy("id", "desc")
    .limit(1)
    .offset(ATTEMPTS_MAX)
    .executeTakeFirst();
  return row?.id ?? 0;
}

export async function attemptById(
  db: Db,
  id: number,
): Promise<Attempt | undefined> {
  const row = await db
    .selectFrom("attempts")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && attemptOf(row);
}

function attemptOf(row: {
  readonly id: number;
  readonly target: Target;
  readonly at: number;
  readonly is_success: number;
  readonly facts: string;
}): Attempt {
  const facts: AttemptFacts = JSON.parse(row.facts);
  return {
    ...facts,
    id: row.id,
    target: row.target,
    at: row.at,
    isSuccess: row.is_success === 1,
  };
}

export async function targetHours(
  db: Db,
  target: Target,
  { from, until }: Parameters<OutboxStore["hours"]>[1],
): Promise<TargetHour[]> {
  const rows = await db
    .selectFrom("target_hours")
    .selectAll()
    .where("target", "=", target)
    .where("hour", ">=", Math.ceil(from / HOUR_MS))
    .where("hour", "<", Math.ceil(until / HOUR_MS))
    .orderBy("hour")
    .execute();
  return [...Map.groupBy(rows, ({ hour }) => hour)].map(([hour, some]) => {
    const durations = DURATION_BUCKETS.map(() => 0);
    let succeeded = 0;
    let failed = 0;
    for (const { is_success, bucket, times } of some)
      if (is_success === 1) {
        succeeded += times;
        durations[bucket] = (durations[bucket] ?? 0) + times;
      } else failed += times;
    return { at: hour * HOUR_MS, succeeded, failed, durations };
  });
}

export async function targetStates(
  db: Db,
  targets: readonly Target[],
): Promise<Map<Target, TargetState>> {
  const states = new Map<Target, TargetState>();
  for (const target of targets) {
    const state = await targetState(db, target);
    if (state) states.set(target, state);
  }
  return states;
}

async function targetState(
  db: Db,
  target: Target,
): Promise<TargetState | undefined> {
  const row = await db
    .selectFrom("targets")
    .select("events_cursor")
    .where("target", "=", target)
    .executeTakeFirst();
  if (!row) return undefined;
  const { waiting, waitingSince, failed } = await db
    .selectFrom("deliveries")
    .select(({ fn }) => [
      fn.count<number>("next_at").as("waiting"),
      fn
        .min<number | null>("added_at")
        .filterWhere("next_at", "is not", null)
        .as("waitingSince"),
      fn.countAll<number>().filterWhere("next_at", "is", null).as("failed"),
    ])
    .where("target", "=", target)
    .executeTakeFirstOrThrow();
  const behind = target.startsWith("endpoint:")
    ? await eventsBehind(db, row.events_cursor)
    : { count: 0, since: null };
  return {
    behind: {
      count: Math.min(behind.count, BEHIND_MAX),
      isMore: behind.count > BEHIND_MAX,
    },
    behindSince: behind.since ?? undefined,
    waiting,
    waitingSince: waitingSince ?? undefined,
    failed,
  };
}

async function eventsBehind(db: Db, cursor: number) {
  const after = db
    .selectFrom("events")
    .select("id")
    .where("id", ">", cursor)
    .orderBy("id")
    .limit(BEHIND_MAX + 1);
  const { count } = await db
    .selectFrom(after.as("after"))
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  const first = await db
    .selectFrom("events")
    .select("received_at")
    .where("id", ">", cursor)
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return { count, since: first?.received_at ?? null };
}

/**
 * The ids of the events received in a time range: those after `afterId`, up to `untilId`, with
 * some others at both ends. Ids rise with the time of receipt, apart from moments in which the
 * clock was wrong.
 */
export async function eventIdsBetween(
  db: Db,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<{ afterId: number; untilId: number }> {
  const ends = await db
    .selectFrom("events")
    .select(({ fn }) => [
      fn.min<number | null>("id").as("first"),
      fn.max<number | null>("id").as("last"),
    ])
    .executeTakeFirstOrThrow();
  if (ends.first === null || ends.last === null)
    return { afterId: 0, untilId: 0 };
  const all = { first: ends.first, last: ends.last };
  return {
    afterId: (await firstSince(db, all, from - DISORDER_MS)) - 1,
    untilId: (await firstSince(db, all, until + DISORDER_MS)) - 1,
  };
}

/** How much later an event can be recorded than others that were received after it. */
const DISORDER_MS = 60_000;

/** The id after that of the last event received before this time. */
async function firstSince(
  db: Db,
  { first, last }: { readonly first: number; readonly last: number },
  at: number,
): Promise<number> {
  let low = first;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    // Retention has left gaps.
    const event = await db
      .selectFrom("events")
      .select(["id", "received_at"])
      .where("id", ">=", middle)
      .orderBy("id")
      .limit(1)
      .executeTakeFirst();
    if (event !== undefined && event.received_at < at) low = event.id + 1;
    else high = middle;
  }
  return low;
}
