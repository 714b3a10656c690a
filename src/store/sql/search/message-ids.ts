import { sql, type Kysely, type RawBuilder } from "kysely";
import { query } from "../../sqlite/connection/read-connection.ts";
import type { Schema } from "../schema.ts";

/** Message ids from `from` up to, not including, `to`. */
export type IdRange = { readonly from: number; readonly to: number };

/** Which way to go on from an id; ids rise as messages are first heard of. */
export type Direction = "older" | "newer";

const HOUR_MS = 3_600_000;

export function isEmpty({ from, to }: IdRange): boolean {
  return from >= to;
}

export function lengthOf({ from, to }: IdRange): number {
  return to - from;
}

/** So many ids of the range, from where a search in this direction begins. */
export function nearEnd(
  { from, to }: IdRange,
  direction: Direction,
  length: number,
): IdRange {
  return direction === "older"
    ? { from: Math.max(from, to - length), to }
    : { from, to: Math.min(to, from + length) };
}

/** The range as far as this id, with it; all of the range for null. */
export function upTo(
  range: IdRange,
  direction: Direction,
  id: number | null,
): IdRange {
  if (id === null) return range;
  return direction === "older"
    ? { ...range, from: id }
    : { ...range, to: id + 1 };
}

/** What is left of the range after its near end. */
export function beyond(
  range: IdRange,
  near: IdRange,
  direction: Direction,
): IdRange {
  return direction === "older"
    ? { ...range, to: near.from }
    : { ...range, from: near.to };
}

/** The ids of all messages. */
export async function allIds(db: Kysely<Schema>): Promise<IdRange> {
  const [all] = await query<IdRange>(
    db,
    `SELECT ifnull((SELECT min(id) FROM messages), 1) AS "from",
      ifnull((SELECT max(id) FROM messages), 0) + 1 AS "to"`,
  );
  return all ?? { from: 1, to: 1 };
}

/** A range but for a gap in its midst, where there is one. */
export type GappedRange = {
  readonly range: IdRange;
  readonly gap?: IdRange | undefined;
};

/** What of a range lies before and after its gap, in this direction. */
export function partsOf(
  { range, gap = { from: range.to, to: range.to } }: GappedRange,
  direction: Direction,
): readonly IdRange[] {
  const lower = { ...range, to: Math.min(range.to, gap.from) };
  const upper = { ...range, from: Math.max(range.from, gap.to) };
  return direction === "older" ? [upper, lower] : [lower, upper];
}

/**
 * The ids that messages first heard of from `after` on, and before `before`, can have:
 * milliseconds since 1970. Messages of other times may be among them. A message from a
 * clock that ran ahead may lie far before the others, with a gap in between.
 */
export async function idsBetween(
  db: Kysely<Schema>,
  all: IdRange,
  after: number | undefined,
  before: number | undefined,
): Promise<GappedRange> {
  const last =
    before === undefined
      ? undefined
      : await lastIdBefore(db, all, Math.ceil(before / HOUR_MS));
  const to = before === undefined ? all.to : Math.min(all.to, (last ?? 0) + 1);
  if (after === undefined) return { range: { from: all.from, to } };
  const { ahead, ...since } = await idsSince(db, Math.floor(after / HOUR_MS));
  const from = since.from ?? all.to;
  return {
    range: { from: Math.min(from, ahead.from ?? from), to },
    gap: ahead.to < from ? { from: ahead.to, to: from } : undefined,
  };
}

/** The ids that only messages first heard of in this time can have; maybe not all of those. */
export async function idsSurelyBetween(
  db: Kysely<Schema>,
  all: IdRange,
  after: number,
  before: number,
): Promise<IdRange> {
  const last = await lastIdBefore(db, all, Math.ceil(after / HOUR_MS));
  const { from, ahead } = await idsSince(db, Math.floor(before / HOUR_MS));
  return { from: Math.max((last ?? 0) + 1, ahead.to), to: from ?? all.to };
}

/**
 * The lowest id that messages of this hour since 1970 or later ones can have; and,
 * apart, the ids of those whose hour is yet to come by the clock of the latest event.
 */
async function idsSince(db: Kysely<Schema>, hour: number) {
  const [row] = await query<{
    readonly from: number | null;
    readonly aheadFrom: number | null;
    readonly aheadTo: number | null;
  }>(
    db,
    `SELECT min(first_id) FILTER (WHERE hour <= now) AS "from",
      min(first_id) FILTER (WHERE hour > now) AS aheadFrom,
      max(last_id) FILTER (WHERE hour > now) + 1 AS aheadTo
    FROM message_hours, (
      SELECT received_at / ${HOUR_MS} AS now FROM events ORDER BY id DESC LIMIT 1
    ) WHERE hour >= ?`,
    [hour],
  );
  return {
    from: row?.from ?? undefined,
    ahead: { from: row?.aheadFrom ?? undefined, to: row?.aheadTo ?? 0 },
  };
}

/** The highest id that messages of the hours before this one can have. */
async function lastIdBefore(
  db: Kysely<Schema>,
  all: IdRange,
  hour: number,
): Promise<number | null | undefined> {
  // Most times end with the hour under way: then the hours need not be gone through.
  const [row] = await query<{ id: number | null }>(
    db,
    `SELECT CASE WHEN ?1 > (SELECT max(hour) FROM message_hours) THEN ?2
      ELSE (SELECT max(last_id) FROM message_hours WHERE hour < ?1) END AS id`,
    [hour, all.to - 1],
  );
  return row?.id;
}

export function inRange(id: RawBuilder<unknown>, range: IdRange) {
  return sql<boolean>`${id} >= ${range.from} AND ${id} < ${range.to}`;
}

/** The order in which ids come in this direction. */
export function ordered(id: RawBuilder<unknown>, direction: Direction) {
  return direction === "older" ? sql`${id} DESC` : sql`${id} ASC`;
}
