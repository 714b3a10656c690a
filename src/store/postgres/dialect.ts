import { sql } from "kysely";
import { withDialect, type Dialect } from "../sql/dialect.ts";

/** Comes after every other text that begins like the one before it. */
const LAST_CHARACTER = "\u{10ffff}";

/** What of an address is in an index, in characters; see 01-messages.sql. */
const INDEXED = sql.lit(100);

/**
 * Names of tables, aliases and indexes are constants of the program, so they need no quotes.
 * PostgreSQL takes no orders which index to use. `OFFSET 0` and arrays that a subquery makes keep
 * it from turning a lookup of each value into one scan of all rows.
 */
export const postgresDialect: Dialect = {
  // An array literal, which binds a list of any length to one parameter of the column's type.
  list: (values) => `{${values.map(element).join()}}`,
  among: (column, list) => sql`${column} = ANY(${list})`,
  listed: (id, query, isInRange) =>
    sql`${id} = ANY(ARRAY(${query})) AND ${isInRange}`,
  textBetween: (column, from, until) =>
    sql`(left(${column}, ${INDEXED}) >= left(${from}, ${INDEXED})
      AND left(${column}, ${INDEXED}) <= left(${until}, ${INDEXED})
      AND ${column} >= ${from} AND ${column} < ${until})`,
  sids: sql.table("message_sids"),
  rowsOf: (values) =>
    sql`unnest(${postgresDialect.list(values)}::${sql.raw(
      typeof values[0] === "string" ? "text[]" : "bigint[]",
    )}) AS named (value)`,
  jsonArray: (...items) => sql`json_build_array(${sql.join(items)})::text`,
  jsonRows: (item, condition) =>
    condition === undefined
      ? sql`coalesce(json_agg(${item}), '[]')::text`
      : sql`coalesce(json_agg(${item}) FILTER (WHERE ${condition}), '[]')::text`,
  readBy: (table, alias) => sql.raw(`${table} AS ${alias}`),
  forEach: (source, table, condition) =>
    sql`${source} CROSS JOIN LATERAL (SELECT * FROM ${sql.table(table)}
      WHERE ${condition} OFFSET 0) AS ${sql.table(table)}`,
  eachUnder: ({ table, name, column, id }, values, condition) =>
    sql`SELECT found.id FROM ${postgresDialect.rowsOf(values)}
      CROSS JOIN LATERAL (SELECT ${id} AS id FROM ${postgresDialect.readBy(table, "entry", name)}
        WHERE ${column} = named.value AND ${condition} ORDER BY ${id} OFFSET 0) AS found`,
  nameBegins: (start) => {
    // lower() only changes A to Z in the collation of addresses, but not in that of a parameter.
    const small = start.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
    const name = sql`lower(addresses.address)`;
    return sql`(addresses.last_digits IS NULL AND addresses.address !~ '^[A-Z][A-Z][.][0-9]'
      AND lower(left(addresses.address, ${INDEXED})) >= left(${small}, ${INDEXED})
      AND lower(left(addresses.address, ${INDEXED})) <= left(${small + LAST_CHARACTER}, ${INDEXED})
      AND ${name} >= ${small} AND ${name} < ${small + LAST_CHARACTER})`;
  },
  lastEventId: sql`coalesce((SELECT id FROM highest_ids WHERE name = 'events'), 0)`,
  // As a keeper's batch does, and each step of deleting and erasing.
  holdMessages: async (db) => {
    await sql`SELECT FROM keeper FOR UPDATE`.execute(db);
  },
  readSnapshot: (db, work) =>
    db.isTransaction
      ? work(db)
      : db
          .transaction()
          .setIsolationLevel("repeatable read")
          .execute((transaction) =>
            work(withDialect(transaction, postgresDialect)),
          ),
};

/** An element of an array literal. */
function element(value: string | number): string {
  return typeof value === "number"
    ? String(value)
    : `"${value.replaceAll(/["\\]/g, (each) => `\\${each}`)}"`;
}
