import { NUMBERED_TABLES } from "../../copy/copied-tables.ts";
import { inSpan, orderSql } from "../../copy/span-sql.ts";
import type {
  CopiedGroup,
  CopiedRow,
  CopiedTable,
  HighestIds,
  Span,
  SpanDigest,
  SpanRows,
} from "../../copying.ts";
import type { Connection } from "../connection/pool.ts";
import { restoredJson } from "../connection/storable.ts";

type Query = Connection["query"];

/** The names of the columns of each table, sorted. */
export async function columnsIn(
  query: Query,
): Promise<ReadonlyMap<string, string[]>> {
  const rows = await query<{ table: string; column: string }>(
    `SELECT table_name::text AS "table", column_name::text AS "column"
       FROM information_schema.columns WHERE table_schema = current_schema()
       ORDER BY table_name::text COLLATE "C", column_name::text COLLATE "C"`,
  );
  const columns = new Map<string, string[]>();
  for (const { table, column } of rows)
    columns.set(table, [...(columns.get(table) ?? []), column]);
  return columns;
}

/** What a column is in a copy, which every engine stores in its own way. */
function copied({ name }: CopiedTable, column: string): string {
  return name === "messages" && column === "sid"
    ? "encode(sid, 'hex')"
    : column;
}

/** Reads the digests of a span's rows, of all tables at the same moment; see `CopySide`. */
export async function digestSpan(
  query: Query,
  columns: ReadonlyMap<string, readonly string[]>,
  group: CopiedGroup,
  span: Span,
): Promise<SpanDigest> {
  const tables = group.map((table) => {
    const names = new Map(
      (columns.get(table.name) ?? []).map((each) => [
        each,
        copied(table, each),
      ]),
    );
    const texts = [...names.values()].map((each) => `(${each})::text`);
    return `(SELECT json_build_object('rows', count(*), 'sha256', encode(sha256(convert_to(
        coalesce(string_agg(line, ','), ''), 'UTF8')), 'hex'))
      FROM (SELECT array_to_json(ARRAY[${texts.join()}])::text AS line FROM ${table.name}
        WHERE ${inSpan(table, span)} ORDER BY ${orderSql(table, names)}) AS lines)`;
  });
  const [found] = await query<{ digests: string }>(
    `SELECT json_build_array(${tables.join()})::text AS digests`,
  );
  return JSON.parse(found?.digests ?? "[]");
}

/** Reads the rows of a span, of all tables at the same moment: one statement has one snapshot. */
export async function readSpan(
  query: Query,
  columns: ReadonlyMap<string, readonly string[]>,
  group: CopiedGroup,
  span: Span,
): Promise<SpanRows> {
  // As JSON, in which numbers are numbers.
  const tables = group.map((table) => {
    const names = (columns.get(table.name) ?? []).map((column) =>
      copied(table, column),
    );
    return `(SELECT coalesce(json_agg(json_build_array(${names.join()})), '[]')
      FROM ${table.name} WHERE ${inSpan(table, span)})::text AS ${table.name}`;
  });
  const [found] = await query<Record<string, string>>(
    `SELECT ${tables.join()}`,
  );
  return group.map(({ name }) => {
    const rows: CopiedRow[] = restoredJson(found?.[name] ?? "[]");
    return rows;
  });
}

/** Of tables that others record into, and of those whose ids the database gives. */
export async function highestIds(query: Query): Promise<HighestIds> {
  const recorded = await query<{ name: string; id: number }>(
    "SELECT name, id FROM highest_ids",
  );
  const numbered = await query<{ name: string; id: number }>(
    `SELECT replace(sequencename, '_id_seq', '') AS name, coalesce(last_value, 0)::bigint AS id
       FROM pg_sequences WHERE schemaname = current_schema()
         AND sequencename = ANY ('{${NUMBERED_TABLES.map((name) => `${name}_id_seq`).join()}}')`,
  );
  return Object.fromEntries(
    [...recorded, ...numbered].map(({ name, id }) => [name, id]),
  );
}
