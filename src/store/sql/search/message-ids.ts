import { sql } from "kysely";
import type { Db, Sql } from "../dialect.ts";
import { statement } from "../statement.ts";

/** Message ids from `from` up to, not including, `to`. */
export type IdRange = { readonly from: number; readonly to: number };

/** Which way to continue from an id; ids rise in the order in which messages are first seen. */
export type Direction = "older" | "newer";

const HOUR_MS = 3_600_000;

export function isEmpty({ from, to }: IdRange): boolean {
  return from >= to;
}

export function lengthOf({ from, to }: IdRange): number {
  return to - from;
}

/** The first `length` ids of the range for a search in this direction. */
export function nearEnd(
  { from, to }: IdRange,
  direction: Direction,
  length: number,
): IdRange {
  return direction === "older"
    ? { from: Math.max(from, to - length), to }
    : { from, to: Math.min(to, from + length) };
}

/** The range up to and including this id; all of the range for null. */
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

/** The rest of the range after its near end. */
export function beyond(
  range: IdRange,
  near: IdRange,
  direction: Direction,
): IdRange {
  return direction === "older"
    ? { ...range, to: near.from }
    : { ...range, from: near.to };
}

const selectAll = statement<{}, IdRange>(
  () => sql`SELECT coalesce((SELECT min(id) FROM messages), 1) AS "from",
    coalesce((SELECT max(id) FROM messages), 0) + 1 AS "to"`,
);

/** The ids of all messages. */
export async function allIds(db: Db): Promise<IdRange> {
  const [all] = await selectAll(db, {});
  return all ?? { from: 1, to: 1 };
}

/** A range, possibly with a gap inside it. */
export type GappedRange = {
  readonly range: IdRange;
  readonly gap?: IdRange | undefined;
};

/** The parts of a range before and after its gap, in this direction. */
export function partsOf(
  { range, gap = { from: range.to, to: range.to } }: GappedRange,
  direction: Direction,
): readonly IdRange[] {
  const lower = { ...range, to: Math.min(range.to, gap.from) };
  const upper = { ...range, from: Math.max(range.from, gap.to) };
  return direction === "older" ? [upper, lower] : [lower, upper];
}

/**
 * The ids that messages first seen from `after` on, and before `before`, can have:
 * milliseconds since 1970. Messages of other times can be among them. A message from a
 * clock that was ahead can be far before the others, with a gap in between.
 */
export async function idsBetween(
  db: Db,
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

/** Ids that only messages first seen in this time can have; possibly not all of those. */
export async function idsSurelyBetween(
  db: Db,
  all: IdRange,
  after: number,
  before: number,
): Promise<IdRange> {
  const last = await lastIdBefore(db, all, Math.ceil(after / HOUR_MS));
  const { from, ahead } = await idsSince(db, Math.floor(before / HOUR_MS));
  return { from: Math.max((last ?? 0) + 1, ahead.to), to: from ?? all.to };
}

const selectSince = statement<
  { hour: number },
  {
    readonly from: number | null;
    readonly aheadFrom: number | null;
    readonly aheadTo: number | null;
  }
>(
  (at) => sql`SELECT min(first_id) FILTER (WHERE hour <= present) AS "from",
      min(first_id) FILTER (WHERE hour > present) AS "aheadFrom",
      max(last_id) FILTER (WHERE hour > present) + 1 AS "aheadTo"
    FROM message_hours, (
      SELECT received_at / ${sql.lit(HOUR_MS)} AS present FROM events ORDER BY id DESC LIMIT 1
    ) AS latest WHERE hour >= ${at("hour")}`,
);

/**
 * The lowest id that messages of this hour since 1970 or later ones can have; and,
 * separately, the ids of those whose hour is in the future by the clock of the latest event.
 */
async function idsSince(db: Db, hour: number) {
  const [row] = await selectSince(db, { hour });
  return {
    from: row?.from ?? undefined,
    ahead: { from: row?.aheadFrom ?? undefined, to: row?.aheadTo ?? 0 },
  };
}

// Most filters end with the current hour: then no hours have to be read.
const selectLastBefore = statement<
  { hour: number; last: number },
  { readonly id: number | null }
>(
  (at) => sql`SELECT CASE
    WHEN ${at("hour")} > (SELECT max(hour) FROM message_hours) THEN ${at("last")}
    ELSE (SELECT max(last_id) FROM message_hours WHERE hour < ${at("hour")}) END AS id`,
);

/** The highest id that messages of the hours before this one can have. */
async function lastIdBefore(
  db: Db,
  all: IdRange,
  hour: number,
): Promise<number | null | undefined> {
  const [row] = await selectLastBefore(db, { hour, last: all.to - 1 });
  return row?.id;
}

export function inRange(id: Sql, range: IdRange) {
  return sql<boolean>`${id} >= ${range.from} AND ${id} < ${range.to}`;
}

/** The order in which ids come in this direction. */
export function ordered(id: Sql, direction: Direction) {
  return direction === "older" ? sql`${id} DESC` : sql`${id} ASC`;
}
