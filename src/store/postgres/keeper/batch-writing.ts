import {
  FAILED,
  FAILED_AT,
  recentFailures,
} from "../../core/failing-recipients.ts";
import {
  changeOfAll,
  eachRollupRow,
  type Change,
} from "../../core/rollup-changes.ts";
import type { RollupBorders } from "../../core/rollup-table.ts";
import { FAILURES_MIN, RECENT_MESSAGES } from "../../store.ts";
import { EVENT_STATUSES } from "../../../twilio/status.ts";
import type { Connection } from "../connection/pool.ts";
import { storableJson } from "../connection/storable.ts";
import type { Batch } from "./batch.ts";
import type { HighestIds } from "./highest-ids.ts";
import type { NewNames } from "./names.ts";

type Query = Connection["query"];

/** The rows in a parameter, as rows of a table. Each list has its own, as JSON is read from its start. */
const rowsOf = (table: string, parameter: number): string =>
  `json_populate_recordset(NULL::${table}, $${parameter}::text::json)`;

const WRITE_NAMES = `WITH
  addresses AS (INSERT INTO addresses SELECT * FROM ${rowsOf("addresses", 1)}),
  sids AS (INSERT INTO sids SELECT * FROM ${rowsOf("sids", 2)}),
  post_shapes AS (INSERT INTO post_shapes SELECT * FROM ${rowsOf("post_shapes", 3)}),
  tags AS (INSERT INTO tags SELECT * FROM ${rowsOf("tags", 4)}),
  sid_days AS (INSERT INTO sid_days SELECT * FROM ${rowsOf("sid_days", 5)}
    ON CONFLICT (id) DO UPDATE SET last_day = greatest(sid_days.last_day, excluded.last_day)),
  shape_days AS (INSERT INTO shape_days SELECT * FROM ${rowsOf("shape_days", 6)}
    ON CONFLICT (id) DO UPDATE SET last_day = greatest(shape_days.last_day, excluded.last_day))
  SELECT 1`;

/** Adds the names that are new. */
export async function writeNames(
  query: Query,
  { sid_days, shape_days, ...names }: NewNames,
): Promise<void> {
  const isNone =
    Object.values(names).every((rows) => rows.length === 0) &&
    sid_days.size + shape_days.size === 0;
  if (isNone) return;
  await query(
    WRITE_NAMES,
    [
      names.addresses,
      names.sids,
      names.post_shapes,
      names.tags,
      daysOf(sid_days),
      daysOf(shape_days),
    ].map(storableJson),
  );
}

function daysOf(days: ReadonlyMap<number, number>) {
  return [...days].map(([id, last_day]) => ({ id, last_day }));
}

const CHANGED_COLUMNS = [
  "to_id",
  "from_id",
  "first_event_at",
  "last_event_at",
  "error_code",
  "account_id",
  "service_id",
  "num_segments",
  "channel",
  "status",
  "country",
  "sources",
  "carrier",
];

const WRITE_ROWS = `WITH
  inserted AS (INSERT INTO messages SELECT * FROM ${rowsOf("messages", 1)} RETURNING sid, id),
  sids AS (INSERT INTO message_sids SELECT sid, id FROM inserted
    ON CONFLICT (sid) DO UPDATE SET id = excluded.id),
  updated AS (UPDATE messages SET ${CHANGED_COLUMNS.map((name) => `${name} = changed.${name}`).join(", ")}
    FROM ${rowsOf("messages", 2)} AS changed WHERE messages.id = changed.id),
  events AS (INSERT INTO events SELECT * FROM ${rowsOf("events", 3)}),
  tags AS (INSERT INTO message_tags SELECT * FROM ${rowsOf("message_tags", 4)} ON CONFLICT DO NOTHING),
  others AS (INSERT INTO event_addresses SELECT * FROM ${rowsOf("event_addresses", 5)}
    ON CONFLICT DO NOTHING),
  repeats AS (INSERT INTO event_repeats SELECT * FROM ${rowsOf("event_repeats", 6)}
    ON CONFLICT (event_id) DO UPDATE SET repeats = event_repeats.repeats + excluded.repeats,
      last_at = greatest(event_repeats.last_at, excluded.last_at)),
  confirmations AS (INSERT INTO event_confirmations SELECT * FROM ${rowsOf("event_confirmations", 9)}
    ON CONFLICT (event_id, source) DO UPDATE SET received_at = excluded.received_at,
      occurred_at = excluded.occurred_at, num_segments = excluded.num_segments,
      carrier = excluded.carrier),
  api AS (INSERT INTO api_messages SELECT * FROM ${rowsOf("api_messages", 10)} ON CONFLICT DO NOTHING),
  hours AS (INSERT INTO message_hours SELECT * FROM ${rowsOf("message_hours", 7)}
    ON CONFLICT (hour) DO UPDATE SET first_id = least(message_hours.first_id, excluded.first_id),
      last_id = greatest(message_hours.last_id, excluded.last_id)),
  ids AS (UPDATE highest_ids SET id = now.id FROM ${rowsOf("highest_ids", 8)} AS now
    WHERE highest_ids.name = now.name AND highest_ids.id <> now.id)
  SELECT 1`;

/** Writes messages, events and what belongs to them. */
export async function writeRows(
  query: Query,
  batch: Batch,
  ids: HighestIds,
): Promise<void> {
  const rows = batch.rows();
  await query(
    WRITE_ROWS,
    [
      rows.inserted,
      rows.updated,
      rows.events,
      rows.message_tags,
      rows.event_addresses,
      rows.event_repeats,
      rows.message_hours,
      ids.all(),
      rows.event_confirmations,
      rows.api_messages,
    ].map(storableJson),
  );
}

/** Ends an INSERT: the counts are added to those of the row with the same key. */
const addTo = (table: string): string =>
  EVENT_STATUSES.map(
    (name) => `${name} = ${table}.${name} + excluded.${name}`,
  ).join(", ");

const ROLLUP_KEY = ["grain", "bucket", "dimension", "error_code", "key"];

const WRITE_COUNTS = `WITH
  minutes AS (INSERT INTO message_minutes SELECT * FROM ${rowsOf("message_minutes", 1)}
    ON CONFLICT (minute) DO UPDATE SET ${addTo("message_minutes")})
  INSERT INTO rollups SELECT * FROM ${rowsOf("rollups", 2)}
    ON CONFLICT (${ROLLUP_KEY.join(", ")}) DO UPDATE SET ${addTo("rollups")}`;

const isEmpty = (table: string): string =>
  EVENT_STATUSES.map((name) => `${table}.${name} = 0`).join(" AND ");

const REMOVE_EMPTY = `WITH
  minutes AS (DELETE FROM message_minutes USING ${rowsOf("message_minutes", 1)} AS less
    WHERE message_minutes.minute = less.minute AND ${isEmpty("message_minutes")})
  DELETE FROM rollups USING ${rowsOf("rollups", 2)} AS less
    WHERE ${ROLLUP_KEY.map((name) => `rollups.${name} = less.${name}`).join(" AND ")}
      AND ${isEmpty("rollups")}`;

/** Adds what a batch changes to the counts, and removes rows that lost all of theirs. */
export async function writeCounts(
  query: Query,
  { minutes }: Pick<Batch, "minutes">,
  borders: RollupBorders,
): Promise<void> {
  const message_minutes = [...minutes].flatMap(([minute, bucket]) => {
    const change = changeOfAll(bucket);
    return change && changesAny(change)
      ? [{ minute, ...countsOf(change) }]
      : [];
  });
  const rollups: (Counts & Record<string, number | string>)[] = [];
  eachRollupRow(
    minutes,
    borders,
    (change, grain, bucket, dimension, error_code, key) => {
      if (changesAny(change))
        rollups.push({
          grain,
          bucket,
          dimension,
          error_code,
          key: String(key),
          ...countsOf(change),
        });
    },
  );
  if (rollups.length + message_minutes.length === 0) return;
  await query(
    WRITE_COUNTS,
    [message_minutes, rollups].map((rows) => JSON.stringify(rows)),
  );
  // Only a row that lost a message can be empty.
  const less = [message_minutes.filter(isLess), rollups.filter(isLess)];
  if (less.some((rows) => rows.length > 0))
    await query(
      REMOVE_EMPTY,
      less.map((rows) => JSON.stringify(rows)),
    );
}

type Counts = Record<(typeof EVENT_STATUSES)[number], number>;

function changesAny(change: Change): boolean {
  return change.some((count) => count !== 0);
}

function countsOf([
  sent,
  failed,
  undelivered,
  delivered,
  read,
]: Change): Counts {
  return { sent, failed, undelivered, delivered, read };
}

function isLess({
  sent,
  failed,
  undelivered,
  delivered,
  read,
}: Counts): boolean {
  return sent + failed + undelivered + delivered + read < 0;
}

// Both lists read only an index: the messages themselves are far apart.
const FIND_FAILING = `SELECT coalesce(json_agg(json_build_object('recipient', noted.recipient,
    'known', known.recipient_id IS NOT NULL, 'latest', latest.ids, 'failed', failed.rows)),
    '[]')::text AS found
  FROM json_to_recordset($1::text::json) AS noted (recipient bigint, "mayFail" boolean)
    LEFT JOIN failing_recipients AS known ON known.recipient_id = noted.recipient
    CROSS JOIN LATERAL (SELECT json_agg(id) AS ids FROM (
      SELECT id FROM messages WHERE to_id = noted.recipient ORDER BY id DESC LIMIT ${RECENT_MESSAGES}
    ) AS each) AS latest
    CROSS JOIN LATERAL (SELECT json_agg(each) AS rows FROM (
      SELECT id, error_code AS code, ${FAILED_AT} AS at FROM messages
        WHERE to_id = noted.recipient AND status IN (${FAILED.join(", ")})
        ORDER BY id DESC LIMIT ${RECENT_MESSAGES}
    ) AS each) AS failed
  WHERE noted."mayFail" OR known.recipient_id IS NOT NULL`;

const WRITE_FAILING = `WITH
  removed AS (DELETE FROM failing_recipients USING json_array_elements_text($1::text::json)
    WHERE recipient_id = value::bigint)
  INSERT INTO failing_recipients SELECT * FROM ${rowsOf("failing_recipients", 2)}
    ON CONFLICT (recipient_id) DO UPDATE SET failures = excluded.failures,
      messages = excluded.messages, last_failure_id = excluded.last_failure_id,
      last_error_code = excluded.last_error_code, last_failure_at = excluded.last_failure_at`;

type Found = {
  readonly recipient: number;
  readonly known: boolean;
  readonly latest: readonly number[] | null;
  readonly failed:
    | readonly {
        readonly id: number;
        readonly code: number | null;
        readonly at: number;
      }[]
    | null;
};

/** Brings the failing recipients up to date, once the messages are written. */
export async function writeFailingRecipients(
  query: Query,
  { recipients }: Pick<Batch, "recipients">,
): Promise<void> {
  const noted = [...recipients.all()].map(([recipient, mayFail]) => ({
    recipient,
    mayFail,
  }));
  if (noted.length === 0) return;
  const [row] = await query<{ found: string }>(FIND_FAILING, [
    JSON.stringify(noted),
  ]);
  const found: readonly Found[] = JSON.parse(row?.found ?? "[]");
  const put = found.flatMap(failingRow);
  const failing = new Set(put.map((each) => each.recipient_id));
  const removed = found
    .filter(({ recipient, known }) => known && !failing.has(recipient))
    .map(({ recipient }) => recipient);
  if (put.length + removed.length > 0)
    await query(WRITE_FAILING, [JSON.stringify(removed), JSON.stringify(put)]);
}

function failingRow({ recipient, latest, failed }: Found) {
  if (latest === null || failed === null || failed.length < FAILURES_MIN)
    return [];
  const recent = recentFailures({
    failed: failed.map(({ id }) => id),
    oldestRecent: latest[RECENT_MESSAGES - 1],
    count: () => latest.length,
  });
  const [last] = failed;
  if (recent === undefined || last === undefined) return [];
  return [
    {
      recipient_id: recipient,
      failures: recent.failures,
      messages: recent.messages,
      last_failure_id: recent.lastFailureId,
      last_error_code: last.code,
      last_failure_at: last.at,
    },
  ];
}
