import { sql } from "kysely";
import type { Dialect, EntryIndex, Sql } from "../dialect.ts";
import {
  inRange,
  ordered,
  type Direction,
  type IdRange,
} from "./message-ids.ts";

/**
 * Finds the messages that one condition lets through, in the order of their ids, without
 * reading others.
 */
export type MessageIndex = {
  /**
   * The id up to which, from the range's near end in this direction, there are about
   * `entries` entries or fewer; null when the whole range has no more than that.
   */
  reach(range: IdRange, direction: Direction, entries: number): Sql;
  /** A subquery for the `id` of each message in the range; an id can come twice. */
  ids(range: IdRange): Sql;
};

/** Each value of a condition gets a share of the entries, and at least this many. */
const ENTRIES_EACH_MIN = 8;

function entriesOfEach(values: number, entries: number): number {
  return Math.max(
    Math.min(ENTRIES_EACH_MIN, entries),
    Math.ceil(entries / values),
  );
}

/** Indexes by one column, and then by the message's id. */
const VALUE_INDEXES = {
  status: entries("messages", "messages_status", "status", "id"),
  errorCode: entries("messages", "messages_error_code", "error_code", "id"),
  country: entries("messages", "messages_country", "country", "id"),
  to: entries("messages", "messages_to", "to_id", "id"),
  from: entries("messages", "messages_from", "from_id", "id"),
  account: entries("messages", "messages_account", "account_id", "id"),
  service: entries("messages", "messages_service", "service_id", "id"),
  // SMS, the channel of most messages, isn't in it.
  channel: {
    ...entries("messages", "messages_channel", "channel", "id"),
    isIndexed: sql`entry.channel > 0`,
  },
  tag: entries("message_tags", "message_tags_tag", "tag_id", "message_id"),
};

function entries(table: string, name: string, column: string, id: string) {
  return {
    table,
    name,
    column: sql.ref(`entry.${column}`),
    id: sql.ref(`entry.${id}`),
    /** The condition of a partial index, where a planner doesn't conclude it. */
    isIndexed: sql`TRUE`,
  } satisfies EntryIndex & { readonly isIndexed: Sql };
}

/** The messages that have one of these values, at least one, no value twice. */
export function valueIndex(
  { eachUnder, readBy, rowsOf }: Dialect,
  name: keyof typeof VALUE_INDEXES,
  values: readonly (string | number)[],
): MessageIndex {
  const { isIndexed, ...index } = VALUE_INDEXES[name];
  const { column, id } = index;
  const source = readBy(index.table, "entry", index.name);
  return {
    reach(range, direction, entries) {
      const share = entriesOfEach(values.length, entries);
      const furthest = direction === "older" ? sql`max` : sql`min`;
      return sql`(SELECT ${furthest}((
        SELECT ${id} FROM ${source} WHERE ${isIndexed} AND ${column} = named.value AND ${inRange(id, range)}
          ORDER BY ${ordered(id, direction)} LIMIT 1 OFFSET ${share - 1}
        )) FROM ${rowsOf(values)})`;
    },
    ids: (range) =>
      eachUnder(index, values, sql`${isIndexed} AND ${inRange(id, range)}`),
  };
}

/** The messages with these ids. */
export function listedIds(
  { rowsOf }: Dialect,
  ids: readonly number[],
): MessageIndex {
  const source = rowsOf(ids);
  const id = sql.ref("named.value");
  return {
    reach: (range, direction, entries) =>
      sql`(SELECT ${id} FROM ${source} WHERE ${inRange(id, range)}
        ORDER BY ${ordered(id, direction)} LIMIT 1 OFFSET ${entries - 1})`,
    ids: (range) =>
      sql`SELECT ${id} AS id FROM ${source} WHERE ${inRange(id, range)}`,
  };
}
