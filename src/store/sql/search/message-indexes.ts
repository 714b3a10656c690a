import { sql, type RawBuilder } from "kysely";
import {
  inRange,
  ordered,
  type Direction,
  type IdRange,
} from "./message-ids.ts";

/**
 * A way to the messages that one condition lets through, in the order of their ids,
 * without reading any other. Everything here is a piece of SQL.
 */
export type MessageIndex = {
  /** Places in the index to look at for any stretch; each costs as much as reading a message. */
  places: number;
  /**
   * The id up to which, from the range's near end in this direction, there are about
   * `entries` entries or fewer; null when the whole range has no more than that.
   */
  reach(
    range: IdRange,
    direction: Direction,
    entries: number,
  ): RawBuilder<unknown>;
  /** A subquery of the ids in the range, in a column `id`; an id may come twice. */
  ids(range: IdRange): RawBuilder<unknown>;
  /** Whether the message with this id is among them; undefined where asking would cost much. */
  has: ((id: RawBuilder<unknown>) => RawBuilder<unknown>) | undefined;
};

/** Of values that one condition names, each gets a share of the entries, and at least so many. */
export const ENTRIES_EACH_MIN = 8;

/** How many entries each of so many values gets. */
export function entriesOfEach(places: number, entries: number): number {
  return Math.max(
    Math.min(ENTRIES_EACH_MIN, entries),
    Math.ceil(entries / places),
  );
}

/** To look for an id under more values than these costs as much as to read the message. */
const LOOKED_UNDER_MAX = 4;

/** Indexes by one column, and then by the message's id. */
const VALUE_INDEXES = {
  status: names("messages", "messages_status", "status", "id"),
  errorCode: names("messages", "messages_error_code", "error_code", "id"),
  country: names("messages", "messages_country", "country", "id"),
  to: names("messages", "messages_to", "to_id", "id"),
  from: names("messages", "messages_from", "from_id", "id"),
  account: names("messages", "messages_account", "account_id", "id"),
  service: names("messages", "messages_service", "service_id", "id"),
  // SMS are most messages, and have no entry.
  channel: {
    ...names("messages", "messages_channel", "channel", "id"),
    isIndexed: sql`entry.channel > 0`,
  },
  tag: names("message_tags", "message_tags_tag", "tag_id", "message_id"),
};

function names(table: string, index: string, column: string, id: string) {
  return {
    source: sql`${sql.table(table)} AS entry INDEXED BY ${sql.id(index)}`,
    column: sql.ref(`entry.${column}`),
    id: sql.ref(`entry.${id}`),
    /** What a row has to meet to have an entry, where SQLite doesn't conclude it. */
    isIndexed: sql`TRUE`,
  };
}

/** The messages that have one of these values, at least one, no value twice. */
export function valueIndex(
  name: keyof typeof VALUE_INDEXES,
  values: readonly (string | number)[],
): MessageIndex {
  const { source, column, id, isIndexed } = VALUE_INDEXES[name];
  const list = JSON.stringify(values);
  return {
    places: values.length,
    reach(range, direction, entries) {
      const share = entriesOfEach(values.length, entries);
      const furthest = direction === "older" ? sql`max` : sql`min`;
      return sql`(SELECT ${furthest}((
        SELECT ${id} FROM ${source} WHERE ${isIndexed} AND ${column} = named.value AND ${inRange(id, range)}
          ORDER BY ${ordered(id, direction)} LIMIT 1 OFFSET ${share - 1}
        )) FROM json_each(${list}) AS named)`;
    },
    ids: (range) =>
      sql`SELECT ${id} AS id FROM json_each(${list}) AS named CROSS JOIN ${source}
        WHERE ${isIndexed} AND ${column} = named.value AND ${inRange(id, range)}`,
    has:
      values.length > LOOKED_UNDER_MAX
        ? undefined
        : (wanted) =>
            sql`(SELECT 1 FROM ${source} WHERE ${isIndexed} AND ${column} IN (${sql.join(values)}) AND ${id} = ${wanted} LIMIT 1)`,
  };
}

/** The messages with these ids. */
export function listedIds(ids: readonly number[]): MessageIndex {
  const list = JSON.stringify(ids);
  return {
    ...idIndex(
      sql`json_each(${list}) AS entry`,
      sql.ref("entry.value"),
      sql`TRUE`,
    ),
    has: (wanted) => sql`${wanted} IN (SELECT value FROM json_each(${list}))`,
  };
}

function idIndex(
  source: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
  condition: RawBuilder<unknown>,
): Pick<MessageIndex, "places" | "reach" | "ids"> {
  return {
    places: 1,
    reach: (range, direction, entries) =>
      sql`(SELECT ${id} FROM ${source} WHERE ${condition} AND ${inRange(id, range)}
        ORDER BY ${ordered(id, direction)} LIMIT 1 OFFSET ${entries - 1})`,
    ids: (range) =>
      sql`SELECT ${id} AS id FROM ${source} WHERE ${condition} AND ${inRange(id, range)}`,
  };
}
