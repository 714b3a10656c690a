import { sql } from "kysely";
import { withDialect, type Dialect } from "../sql/dialect.ts";

/** Comes after every other text that begins like the one before it. */
const LAST_CHARACTER = "\u{10ffff}";

/** Names of tables, aliases and indexes are constants of the program, so they need no quotes. */
export const postgresDialect: Dialect = {
  // As one text, which binds a list of any length to one parameter.
  list: (values) => JSON.stringify(values),
  among: (column, list) =>
    sql`${column} IN (SELECT jsonb_array_elements_text(${list}::text::jsonb))`,
  rowsOf: (values) =>
    typeof values[0] === "number"
      ? sql`(SELECT value::int8 FROM json_array_elements_text(${JSON.stringify(values)}::text::json) AS value) AS named`
      : sql`json_array_elements_text(${JSON.stringify(values)}::text::json) AS named (value)`,
  jsonArray: (...items) => sql`json_build_array(${sql.join(items)})::text`,
  jsonRows: (item, condition) =>
    condition === undefined
      ? sql`coalesce(json_agg(${item}), '[]')::text`
      : sql`coalesce(json_agg(${item}) FILTER (WHERE ${condition}), '[]')::text`,
  readBy: (table, alias) => sql.raw(`${table} AS ${alias}`),
  eachUnder: ({ table, name, column, id }, values, condition) =>
    sql`SELECT ${id} AS id FROM ${postgresDialect.rowsOf(values)}
      CROSS JOIN LATERAL (SELECT * FROM ${postgresDialect.readBy(table, "entry", name)}
        WHERE ${column} = named.value AND ${condition} OFFSET 0) AS entry`,
  nameBegins: (start) => sql`(addresses.last_digits IS NULL
    AND lower(addresses.address) >= lower(${start})
    AND lower(addresses.address) < lower(${start + LAST_CHARACTER}))`,
  lastEventId: sql`0`,
  readSnapshot: (db, work) =>
    db
      .transaction()
      .setIsolationLevel("repeatable read")
      .execute((transaction) =>
        work(withDialect(transaction, postgresDialect)),
      ),
};
