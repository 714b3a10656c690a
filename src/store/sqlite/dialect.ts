import { sql } from "kysely";
import { withDialect, type Dialect } from "../sql/dialect.ts";

/** Comes after every other text that begins like the one before it. */
const LAST_CHARACTER = "\u{10ffff}";

/** Names of tables, aliases and indexes are constants of the program, so they need no quotes. */
export const sqliteDialect: Dialect = {
  list: (values) => JSON.stringify(values),
  among: (column, list) =>
    sql`${column} IN (SELECT value FROM json_each(${list}))`,
  listed: (id, query) => sql`${id} IN (${query})`,
  textBetween: (column, from, until) =>
    sql`(${column} >= ${from} AND ${column} < ${until})`,
  sids: sql.table("messages"),
  rowsOf: (values) => sql`json_each(${JSON.stringify(values)}) AS named`,
  jsonArray: (...items) => sql`json_array(${sql.join(items)})`,
  // As one text, which takes less time than as many rows.
  jsonRows: (item, condition) =>
    condition === undefined
      ? sql`json_group_array(${item})`
      : sql`json_group_array(${item}) FILTER (WHERE ${condition})`,
  readBy: (table, alias, index) =>
    sql.raw(
      `${table} AS ${alias} ${index === undefined ? "NOT INDEXED" : `INDEXED BY ${index}`}`,
    ),
  forEach: (source, table, condition) =>
    sql`${source} CROSS JOIN ${sql.table(table)} WHERE ${condition}`,
  // CROSS JOIN keeps the order: each value is looked up in the index.
  eachUnder: ({ table, name, column, id }, values, condition) =>
    sql`SELECT ${id} AS id FROM ${sqliteDialect.rowsOf(values)}
      CROSS JOIN ${sqliteDialect.readBy(table, "entry", name)}
      WHERE ${column} = named.value AND ${condition}`,
  // The conditions of the index addresses_names, to the letter.
  nameBegins: (start) => sql`(addresses.last_digits IS NULL
    AND addresses.address NOT GLOB '[A-Z][A-Z].[0-9]*'
    AND addresses.address >= ${start} COLLATE NOCASE
    AND addresses.address < ${start + LAST_CHARACTER} COLLATE NOCASE)`,
  // The sequence, as retention may have deleted the latest events.
  lastEventId: sql`coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0)`,
  // One connection writes, and one transaction at a time.
  holdMessages: async () => undefined,
  readSnapshot: (db, work) =>
    db.isTransaction
      ? work(db)
      : db
          .transaction()
          .execute((transaction) =>
            work(withDialect(transaction, sqliteDialect)),
          ),
};
