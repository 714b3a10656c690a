import type { Kysely, RawBuilder } from "kysely";
import type { Schema } from "./schema.ts";

/** A piece of SQL with the values that are bound in it. */
export type Sql = RawBuilder<unknown>;

/**
 * What engines say in different words. Everything else in `store/sql` is SQL that they share:
 * quoted camel-case aliases, an alias for each subquery, `coalesce`, `CASE`, `EXISTS`.
 */
export type Dialect = {
  /** A list as one value that can be bound, for `among`. */
  readonly list: (values: readonly (string | number)[]) => unknown;
  /** Whether a column has one of the values in `list`: what `list` returned, or where it's bound. */
  readonly among: (column: Sql, list: unknown) => Sql;
  /** Whether an id is among those that a query lists, all of them in a range: each is looked up. */
  readonly listed: (id: Sql, query: Sql, isInRange: Sql) => Sql;
  /** Whether the text in a column is at least `from` and below `until`, byte by byte. */
  readonly textBetween: (column: Sql, from: string, until: string) => Sql;
  /** The table with the columns `sid` and `id` that finds a message by its SID. */
  readonly sids: Sql;
  /** A table `named` that has these values, all of one type, in its column `value`. */
  readonly rowsOf: (values: readonly (string | number)[]) => Sql;
  /** A JSON array of these values, as text. */
  readonly jsonArray: (...items: readonly Sql[]) => Sql;
  /** An aggregate: the values of all rows, or of those that a condition holds for, as text. */
  readonly jsonRows: (item: Sql, condition?: Sql) => Sql;
  /**
   * A table under an alias, to be read through this index; without one, in the order of its
   * ids. A planner that chose otherwise would read all of history for some searches.
   */
  readonly readBy: (table: string, alias: string, index?: string) => Sql;
  /** The rows of a table that meet a condition, for each row of a subquery and in its order. */
  readonly forEach: (source: Sql, table: string, condition: Sql) => Sql;
  /**
   * A query for the `id` of each entry that has one of these values and meets a condition. It
   * goes through an index value by value, and an id can come twice.
   */
  readonly eachUnder: (
    index: EntryIndex,
    values: readonly (string | number)[],
    condition: Sql,
  ) => Sql;
  /**
   * Whether the name in `addresses.address` begins with this, A to Z in any case. True only
   * of names that the engine has in an index for it: no numbers, and no user ids.
   */
  readonly nameBegins: (start: string) => Sql;
  /** The highest id that an event of the ledger ever had, or 0. */
  readonly lastEventId: Sql;
  /** Within a transaction that writes: keeps messages from changing until it ends. */
  readonly holdMessages: (db: Db) => Promise<void>;
  /** Does work that only reads, all of it on the database as it is now, or as it is in the transaction. */
  readonly readSnapshot: <T>(
    db: Db,
    work: (db: Db) => Promise<T>,
  ) => Promise<T>;
};

/** An index by one column and then by the message's id, as SQL over the alias `entry`. */
export type EntryIndex = {
  readonly table: string;
  readonly name: string;
  readonly column: Sql;
  readonly id: Sql;
};

/** A connection, or a transaction on it, with the dialect of its engine. */
export type Db = Kysely<Schema> & { readonly dialect: Dialect };

export function withDialect(kysely: Kysely<Schema>, dialect: Dialect): Db {
  return Object.assign(kysely, { dialect });
}
