import { MADE_UP_SID_START } from "../../../twilio/made-up-sid.ts";
import { sidRange } from "../../core/message-sid.ts";
import type { PruneStep } from "../../core/long-work.ts";
import type { Connection } from "../connection/pool.ts";
import {
  detachPartition,
  findOldPartition,
  separateHours,
} from "./old-partition.ts";
import { removeMessages } from "./removal.ts";

type Query = Connection["query"];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type Pruning = {
  /** The start of an hour. */
  readonly before: number;
  /** Messages of a step, unless they are those of a whole partition. */
  readonly limit: number;
  readonly mayDetach: boolean;
};

/**
 * Deletes some of the messages first seen before `before`, in a transaction of `changing`: a whole
 * partition if there is an old one, or else the oldest ones up to `limit`.
 */
export async function pruneStep(
  query: Query,
  { before, limit, mayDetach }: Pruning,
): Promise<PruneStep> {
  const old = mayDetach
    ? await findOldPartition(query, Math.floor(before / HOUR_MS))
    : undefined;
  if (old !== undefined)
    return (
      (await separateHours(query, old, before, limit)) ??
      (await detachPartition(query, old))
    );
  const [oldest] = await query<{ hour: number; first: number; last: number }>(
    `SELECT hour, first_id AS first, last_id AS last FROM message_hours
       WHERE hour < $1::bigint ORDER BY hour LIMIT 1`,
    [Math.floor(before / HOUR_MS)],
  );
  if (oldest === undefined) {
    await removeOldNames(query, before);
    return { messages: 0, events: 0, isDone: true };
  }
  const { hour, first, last } = oldest;
  // An hour's range of ids also contains messages of other hours.
  const found = await query<{ id: number }>(
    `SELECT id FROM messages WHERE id BETWEEN $1::bigint AND $2::bigint
       AND first_event_at < $3::bigint ORDER BY id LIMIT $4::integer`,
    [first, last, before, limit],
  );
  const ids = found.map(({ id }) => id);
  const events = ids.length === 0 ? 0 : await removeMessages(query, ids);
  if (ids.length < limit)
    await query("DELETE FROM message_hours WHERE hour = $1::bigint", [hour]);
  else
    await query(
      "UPDATE message_hours SET first_id = $2::bigint WHERE hour = $1::bigint",
      [hour, (ids.at(-1) ?? last) + 1],
    );
  return { messages: ids.length, events, isDone: false };
}

/** Deletes up to `limit` of the made-up messages, in a transaction of `changing`. */
export async function pruneMadeUpStep(
  query: Query,
  limit: number,
): Promise<PruneStep> {
  const found = await query<{ id: number }>(
    `SELECT id FROM message_sids
       WHERE sid BETWEEN decode($1::text, 'hex') AND decode($2::text, 'hex')
       LIMIT $3::integer`,
    [
      ...sidRange(MADE_UP_SID_START).map((sid) =>
        Buffer.from(sid).toString("hex"),
      ),
      limit,
    ],
  );
  const ids = found.map(({ id }) => id);
  const events = ids.length === 0 ? 0 : await removeMessages(query, ids);
  return { messages: ids.length, events, isDone: ids.length === 0 };
}

/** Deletes the SIDs and shapes that only old events had, and old changes of suppressions. */
async function removeOldNames(query: Query, before: number): Promise<void> {
  await query(
    `WITH old_sids AS (DELETE FROM sid_days WHERE last_day < $1::integer RETURNING id),
       sids AS (DELETE FROM sids USING old_sids WHERE sids.id = old_sids.id),
       old_shapes AS (DELETE FROM shape_days WHERE last_day < $1::integer RETURNING id)
       DELETE FROM post_shapes USING old_shapes WHERE post_shapes.id = old_shapes.id`,
    [Math.floor(before / DAY_MS)],
  );
  await query("DELETE FROM suppression_changes WHERE at < $1::bigint", [
    before,
  ]);
}

// Not one that has messages, or can still get some.
const FIND_EMPTY = `SELECT number FROM message_partitions
  WHERE until_id <= (SELECT id FROM highest_ids WHERE name = 'messages')
    AND NOT EXISTS (SELECT 1 FROM messages WHERE id >= message_partitions.from_id AND id < until_id)
  ORDER BY number LIMIT 1`;

/**
 * Finds a partition that has lost all its messages, and for which there is no more use. Do this
 * outside of a transaction, as it may pass many deleted rows.
 */
export async function emptyPartition(
  query: Query,
): Promise<number | undefined> {
  const [empty] = await query<{ number: number }>(FIND_EMPTY);
  return empty?.number;
}

/**
 * Drops a partition in a transaction of `changing`, which gives its space back to the disk at
 * once. If a query is reading for long, this is refused rather than that all others wait for it.
 */
export async function dropPartition(
  query: Query,
  number: number,
): Promise<void> {
  await query("SET LOCAL lock_timeout = 200");
  for (const parent of ["messages", "events", "message_tags"])
    await query(`DROP TABLE ${parent}_${number}`);
  await query("DELETE FROM message_partitions WHERE number = $1::integer", [
    number,
  ]);
}
