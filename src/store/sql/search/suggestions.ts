import { sql } from "kysely";
import type { SuggestibleField } from "../../store.ts";
import { beginsSo, LAST_CHARACTER } from "./address-search.ts";
import type { Db, Dialect, Sql } from "../dialect.ts";

/** Distinct values are searched up to this many, in the order of their index. */
const LOOKED_THROUGH_MAX = 1_000;

/** Known values that begin with `start`; letters from A to Z in any case. */
export async function suggest(
  db: Db,
  field: SuggestibleField,
  start: string,
  limit: number,
): Promise<string[]> {
  switch (field) {
    case "country":
      return values(
        db,
        sql`SELECT value FROM ${different("messages", "country", "")}`,
        start,
        limit,
      );
    case "from":
      return values(
        db,
        sql`SELECT address AS value FROM ${different("messages", "from_id", 0)}
          JOIN addresses ON addresses.id = different.value`,
        start,
        limit,
      );
    case "to":
      return values(db, namesOfRecipients(db.dialect, start), start, limit);
    case "account":
    case "service":
      return values(
        db,
        sql`SELECT sid AS value FROM ${different("messages", `${field}_id`, 0)}
          JOIN sids ON sids.id = different.value`,
        start,
        limit,
      );
    case "tag":
      return tags(db, start, limit);
    case "tag-value":
      return tagsOfValue(db, start, limit);
  }
}

/** Recipients without a number; nobody looks for one among millions of numbers. */
function namesOfRecipients(dialect: Dialect, start: string): Sql {
  const each = beginsSo(dialect, start).map(
    (isMeant) => sql`SELECT address AS value FROM
      (SELECT id, address FROM addresses WHERE ${isMeant} LIMIT ${LOOKED_THROUGH_MAX}) AS names
      WHERE EXISTS (SELECT 1 FROM messages WHERE to_id = names.id)`,
  );
  return sql.join(each, sql` UNION `);
}

/**
 * The distinct values above `least` that an indexed column has: one index lookup for each,
 * however many rows have it.
 */
function different(table: string, name: string, least: string | number): Sql {
  const [source, column] = [sql.table(table), sql.ref(name)];
  return sql`(
    WITH RECURSIVE steps (value) AS (
      SELECT min(${column}) FROM ${source} WHERE ${column} > ${least}
      UNION ALL
      SELECT (SELECT min(${column}) FROM ${source} WHERE ${column} > steps.value)
        FROM steps WHERE steps.value IS NOT NULL
    )
    SELECT value FROM steps WHERE value IS NOT NULL LIMIT ${LOOKED_THROUGH_MAX}
  ) AS different`;
}

async function values(
  db: Db,
  source: Sql,
  start: string,
  limit: number,
): Promise<string[]> {
  // Only A to Z are compared in any case, on every engine.
  const small = start.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const { rows } = await sql<{ value: string }>`
    SELECT value FROM (${source}) AS known
      WHERE substr(lower(value), 1, length(${small})) = ${small}
      ORDER BY value LIMIT ${limit}`.execute(db);
  return rows.map((row) => row.value);
}

/** With a `=`, the values of that name; without one, the first values of each name. */
async function tags(db: Db, start: string, limit: number): Promise<string[]> {
  const equals = start.indexOf("=");
  const nameStart = equals === -1 ? start : start.slice(0, equals);
  const valueStart = equals === -1 ? "" : start.slice(equals + 1);
  const known = await values(
    db,
    sql`SELECT value FROM ${different("tags", "name", "")}`,
    nameStart,
    equals === -1 ? limit : LOOKED_THROUGH_MAX,
  );
  const names =
    equals === -1
      ? known
      : known.filter((name) => name.length === nameStart.length);
  const share = Math.ceil(limit / Math.max(1, names.length));
  const found: string[] = [];
  for (const name of names) {
    const own = await tagValues(db, name, valueStart, share);
    found.push(...own.map((value) => `${name}=${value}`));
  }
  return found.slice(0, limit);
}

/** Those in the same case from the index; those in another one only among the first values. */
async function tagValues(
  db: Db,
  name: string,
  start: string,
  limit: number,
): Promise<string[]> {
  const ofName = db
    .selectFrom("tags")
    .select("value")
    .where("name", "=", name)
    .orderBy("value");
  const next = await ofName.where("value", ">=", start).limit(limit).execute();
  const same = next
    .map((tag) => tag.value)
    .filter((value) => value.startsWith(start));
  if (same.length === limit || start === "") return same;
  const any = await values(
    db,
    sql`${ofName.limit(LOOKED_THROUGH_MAX)}`,
    start,
    limit,
  );
  return [...new Set([...same, ...any])].slice(0, limit);
}

/** Tags of any name: each name's values are looked up in the index by name and value. */
async function tagsOfValue(
  db: Db,
  start: string,
  limit: number,
): Promise<string[]> {
  const value = sql.ref("tags.value");
  const starts = [
    ...new Set([start, start.toUpperCase(), start.toLowerCase()]),
  ];
  const tests = [
    sql`${value} IN (${sql.join(starts)})`,
    ...starts.map(
      (each) =>
        sql`${value} >= ${each} AND ${value} < ${each + LAST_CHARACTER}`,
    ),
  ];
  const found = new Set<string>();
  for (const test of tests) {
    if (start === "" || found.size >= limit) break;
    const tagsOfNames = db.dialect.forEach(
      different("tags", "name", ""),
      "tags",
      sql`tags.name = different.value AND ${test}`,
    );
    const { rows } = await sql<{ name: string; value: string }>`
      SELECT tags.name, tags.value FROM ${tagsOfNames} LIMIT ${limit}`.execute(
      db,
    );
    for (const tag of rows) found.add(`${tag.name}=${tag.value}`);
  }
  return [...found].slice(0, limit);
}
