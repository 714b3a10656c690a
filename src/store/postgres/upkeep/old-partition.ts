import type { PruneStep } from "../../core/long-work.ts";
import {
  DAYS_PER_WEEK,
  GRAINS,
  HOURS_PER_DAY,
  MINUTES_PER_HOUR,
} from "../../core/rollup-table.ts";
import { createRecipientsToCheck } from "../../core/failing-recipients.ts";
import { EVENT_STATUSES } from "../../../twilio/status.ts";
import type { Connection } from "../connection/pool.ts";
import { writeFailingRecipients } from "../keeper/batch-writing.ts";
import { removeCosts } from "../keeper/message-costs.ts";
import { readRollupState } from "../keeper/rollup-upkeep.ts";
import { deleteOfEvents, listOf, removeMessages } from "./removal.ts";
import { removeReceipts, removeUnusedNames } from "./unused-names.ts";

/*
 * A partition whose messages are all past retention is deleted whole. One transaction takes it out
 * of the tables that pages read, together with its part of every count. What else is stored about
 * its messages can't go in that transaction: a receipt and a SID for each, by keys in no order,
 * while no node could receive or record. It isn't shown anywhere, and goes bit by bit afterward;
 * then the partition's tables are dropped. So do prices, and until then costs still count them.
 */

type Query = Connection["query"];

const PARENTS = ["messages", "events", "message_tags"];

/** Recipients that are checked in one query. */
const RECIPIENTS = 1_000;

/** The oldest partition, when all its messages are past retention. */
export type OldPartition = {
  readonly number: number;
  readonly until: number;
};

// No message can still come into it, and those of it were all first seen before the hour.
const FIND = `SELECT number, until_id AS until FROM
    (SELECT * FROM message_partitions ORDER BY number LIMIT 1) AS oldest
  WHERE until_id <= (SELECT id FROM highest_ids WHERE name = 'messages')
    AND NOT EXISTS (SELECT 1 FROM message_hours WHERE hour >= $1::bigint AND first_id < until_id)
    AND EXISTS (SELECT 1 FROM message_hours WHERE hour < $1::bigint AND first_id < until_id)`;

/** Finds the partition to delete whole, if there is one: the first hour that is kept is `hour`. */
export async function findOldPartition(
  query: Query,
  hour: number,
): Promise<OldPartition | undefined> {
  const [found] = await query<OldPartition>(FIND, [hour]);
  return found;
}

/**
 * Deletes some of the messages after a partition that were first seen in the same hours as
 * messages in it, so that the counts of these hours become the partition's alone. Resolves to
 * undefined when there are none.
 */
export async function separateHours(
  query: Query,
  { until }: OldPartition,
  before: number,
  limit: number,
): Promise<PruneStep | undefined> {
  const [shared] = await query<{ hour: number; last: number }>(
    `SELECT hour, last_id AS last FROM message_hours
       WHERE first_id < $1::bigint AND last_id >= $1::bigint ORDER BY hour LIMIT 1`,
    [until],
  );
  if (shared === undefined) return undefined;
  const found = await query<{ id: number }>(
    `SELECT id FROM messages WHERE id BETWEEN $1::bigint AND $2::bigint
       AND first_event_at < $3::bigint ORDER BY id LIMIT $4::integer`,
    [until, shared.last, before, limit],
  );
  const ids = found.map(({ id }) => id);
  const events = ids.length === 0 ? 0 : await removeMessages(query, ids);
  if (ids.length < limit)
    await query(
      "UPDATE message_hours SET last_id = $2::bigint - 1 WHERE hour = $1::bigint",
      [shared.hour, until],
    );
  return { messages: ids.length, events, isDone: false };
}

/**
 * Takes a partition out of the tables, with what is counted and shown of its messages, in a
 * transaction of `changing`. If a query is reading for long, this is refused rather than that all
 * others wait for it.
 */
export async function detachPartition(
  query: Query,
  { number, until }: OldPartition,
): Promise<PruneStep> {
  const [counted] = await query<{ messages: number; events: number }>(
    `SELECT (SELECT count(*) FROM messages_${number}) AS messages,
       (SELECT count(*) FROM events_${number}) AS events`,
  );
  await removeCounts(query, until);
  await query(
    `UPDATE suppressions SET is_stale = 1
       WHERE EXISTS (SELECT 1 FROM messages_${number} WHERE to_id = recipient_id)`,
  );
  for (const table of ["event_addresses", "api_messages"])
    await query(`DELETE FROM ${table} WHERE message_id < $1::bigint`, [until]);
  const failing = await query<{ id: number }>(
    `SELECT recipient_id AS id FROM failing_recipients
       WHERE EXISTS (SELECT 1 FROM messages_${number} WHERE to_id = recipient_id)`,
  );
  await query("SET LOCAL lock_timeout = 200");
  for (const parent of PARENTS)
    await query(`ALTER TABLE ${parent} DETACH PARTITION ${parent}_${number}`);
  await query("SET LOCAL lock_timeout = 0");
  // Their newer messages decide now.
  for (let start = 0; start < failing.length; start += RECIPIENTS) {
    const recipients = createRecipientsToCheck();
    for (const { id } of failing.slice(start, start + RECIPIENTS))
      recipients.noteRemoved({ to: id });
    await writeFailingRecipients(query, { recipients });
  }
  await query(
    `WITH detached AS (DELETE FROM message_partitions WHERE number = $1::integer
        RETURNING number, until_id, from_id)
      INSERT INTO detached_partitions SELECT number, until_id, from_id FROM detached`,
    [number],
  );
  return { messages: 0, events: 0, ...counted, isDone: false };
}

const HOURS_PER_WEEK = HOURS_PER_DAY * DAYS_PER_WEEK;
const LESS = EVENT_STATUSES.map((name) => `-sum(${name})`).join(", ");
const ADDED = EVENT_STATUSES.map(
  (name) => `${name} = rollups.${name} + excluded.${name}`,
).join(", ");
const IS_EMPTY = EVENT_STATUSES.map((name) => `${name} = 0`).join(" AND ");

// An hour that is in days has all its rows, and a day that is in weeks has all its hours.
const REMOVE_HOURS = `WITH gone AS (
    DELETE FROM rollups WHERE grain = ${GRAINS.hour} AND bucket = ANY ($1::text::integer[]) RETURNING *
  ), minutes AS (
    DELETE FROM rollups WHERE grain = ${GRAINS.minute} AND bucket BETWEEN $2::integer AND $3::integer
      AND bucket / ${MINUTES_PER_HOUR} = ANY ($1::text::integer[])
  ), all_minutes AS (
    DELETE FROM message_minutes WHERE minute BETWEEN $2::integer AND $3::integer
      AND minute / ${MINUTES_PER_HOUR} = ANY ($1::text::integer[])
  ), hours AS (DELETE FROM message_hours WHERE hour = ANY ($1::text::bigint[])
  ), less AS (
    SELECT ${GRAINS.day} AS grain, bucket / ${HOURS_PER_DAY} AS bucket, dimension, error_code, key, ${LESS}
      FROM gone WHERE bucket < $4::integer GROUP BY 2, 3, 4, 5
    UNION ALL SELECT ${GRAINS.week}, bucket / ${HOURS_PER_WEEK}, dimension, error_code, key, ${LESS}
      FROM gone WHERE bucket < $4::integer AND bucket / ${HOURS_PER_DAY} < $5::integer GROUP BY 2, 3, 4, 5
  ) INSERT INTO rollups SELECT * FROM less
    ON CONFLICT (grain, bucket, dimension, error_code, key) DO UPDATE SET ${ADDED}`;

/** Removes the counts of the hours whose messages are all before an id; no other hour has such a message. */
async function removeCounts(query: Query, until: number): Promise<void> {
  const found = await query<{ hour: number }>(
    "SELECT hour FROM message_hours WHERE last_id < $1::bigint ORDER BY hour",
    [until],
  );
  const hours = found.map(({ hour }) => hour);
  const [first] = hours;
  const last = hours.at(-1);
  if (first === undefined || last === undefined) return;
  const { borders } = await readRollupState(query);
  await query(REMOVE_HOURS, [
    listOf(hours),
    first * MINUTES_PER_HOUR,
    (last + 1) * MINUTES_PER_HOUR - 1,
    borders.daysUntil,
    borders.weeksUntil,
  ]);
  for (const [grain, length] of [
    [GRAINS.day, HOURS_PER_DAY],
    [GRAINS.week, HOURS_PER_WEEK],
  ] as const)
    await query(
      `DELETE FROM rollups WHERE grain = ${grain} AND bucket BETWEEN $1::integer AND $2::integer AND ${IS_EMPTY}`,
      [Math.floor(first / length), Math.floor(last / length)],
    );
}

type Detached = {
  readonly number: number;
  readonly until: number;
  readonly cleanedUntil: number;
};

async function oldestDetached(query: Query): Promise<Detached | undefined> {
  const [found] = await query<Detached>(
    `SELECT number, until_id AS until, cleaned_until AS "cleanedUntil"
       FROM detached_partitions ORDER BY number LIMIT 1`,
  );
  return found;
}

/** Whether a partition was taken out of the tables whose messages have left something behind. */
export async function hasDetached(query: Query): Promise<boolean> {
  return (await oldestDetached(query)) !== undefined;
}

type Left = {
  readonly id: number;
  readonly sid: string;
  readonly events: readonly (readonly [
    id: number,
    to: number | null,
    from: number | null,
  ])[];
  readonly tags: readonly number[];
};

const findLeft = (
  number: number,
): string => `SELECT coalesce(json_agg(json_build_object(
    'id', id, 'sid', encode(sid, 'hex'),
    'events', (SELECT coalesce(json_agg(json_build_array(id, to_id, from_id)), '[]')
      FROM events_${number} WHERE message_id = message.id),
    'tags', (SELECT coalesce(json_agg(tag_id), '[]')
      FROM message_tags_${number} WHERE message_id = message.id)) ORDER BY id), '[]')::text AS found
  FROM (SELECT id, sid FROM messages_${number} WHERE id >= $1::bigint
    ORDER BY id LIMIT $2::integer) AS message`;

/** Messages that came back since, as a callback of theirs arrived; they are new ones now. */
const FIND_NEW = `SELECT encode(sid, 'hex') AS sid FROM message_sids
  WHERE id >= $2::bigint
    AND sid = ANY (ARRAY(SELECT decode(value, 'hex') FROM json_array_elements_text($1::text::json)))`;

/**
 * Deletes what `limit` messages of a detached partition have left behind, or drops its tables if that
 * is all, in a transaction of `changing`. Call this while `hasDetached`.
 */
export async function cleanDetached(
  query: Query,
  limit: number,
): Promise<void> {
  const detached = await oldestDetached(query);
  if (detached === undefined) return;
  const { number, until, cleanedUntil } = detached;
  const [row] = await query<{ found: string }>(findLeft(number), [
    cleanedUntil,
    limit,
  ]);
  const left: readonly Left[] = JSON.parse(row?.found ?? "[]");
  const last = left.at(-1);
  if (last === undefined) {
    await dropDetached(query, number);
    return;
  }
  await removeCosts(
    query,
    left.map(({ id }) => id),
    { messages: `messages_${number}`, tags: `message_tags_${number}` },
  );
  const events = left.flatMap((message) => message.events);
  await query(`WITH ${deleteOfEvents(1)} SELECT 1`, [
    listOf(events.map(([id]) => id)),
  ]);
  const addresses = events.flatMap(([, ...ids]) =>
    ids.filter((id) => id !== null),
  );
  await removeUnusedNames(query, {
    addresses: [...new Set(addresses)],
    tags: [...new Set(left.flatMap(({ tags }) => tags))],
  });
  await query(
    "UPDATE detached_partitions SET cleaned_until = $2::bigint + 1 WHERE number = $1::integer",
    [number, last.id],
  );
  const sids = left.map(({ sid }) => sid);
  const again = await query<{ sid: string }>(FIND_NEW, [
    JSON.stringify(sids),
    until,
  ]);
  const kept = new Set(again.map(({ sid }) => sid));
  await removeReceipts(
    query,
    sids.filter((sid) => !kept.has(sid)),
  );
}

async function dropDetached(query: Query, number: number): Promise<void> {
  await query("SET LOCAL lock_timeout = 200");
  for (const parent of PARENTS) await query(`DROP TABLE ${parent}_${number}`);
  await query("DELETE FROM detached_partitions WHERE number = $1::integer", [
    number,
  ]);
}
