import type { Database, SQLQueryBindings } from "bun:sqlite";
import { NUMBERED_TABLES, RECORDED_TABLES } from "../../copy/copied-tables.ts";
import { endOfSpanSql, inSpan, orderSql } from "../../copy/span-sql.ts";
import { rollupKey } from "../../core/rollup-table.ts";
import type {
  CopiedGroup,
  CopiedKey,
  CopiedRow,
  CopiedTable,
  CopiedValue,
  HighestIds,
  Span,
  SpanDigest,
  SpanRows,
} from "../../copying.ts";

/** The names of the columns of each table, sorted. */
export function columnsIn(db: Database): ReadonlyMap<string, string[]> {
  const rows = valuesOf<[string, string]>(
    db,
    `SELECT tables.name, columns.name FROM sqlite_schema AS tables,
       pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' ORDER BY tables.name, columns.name`,
  );
  const columns = new Map<string, string[]>();
  for (const [table, column] of rows)
    columns.set(table, [...(columns.get(table) ?? []), column]);
  return columns;
}

/** What two columns are in a copy, which every engine stores in its own way. */
function copied(table: string, column: string): string {
  if (table === "messages" && column === "sid") return "lower(hex(sid))";
  return table === "rollups" && column === "key" ? "CAST(key AS TEXT)" : column;
}

/** The reverse of `copied`. */
export function storable(
  table: string,
  column: string,
  value: CopiedValue,
): SQLQueryBindings {
  if (table === "messages" && column === "sid")
    return Buffer.from(String(value), "hex");
  return table === "rollups" && column === "key"
    ? rollupKey(String(value))
    : value;
}

/** Reads the rows of a span, of all tables at the same moment. */
export function readSpan(
  db: Database,
  columns: ReadonlyMap<string, readonly string[]>,
  group: CopiedGroup,
  span: Span,
): SpanRows {
  const read = (): SpanRows =>
    group.map((table) => {
      const names = columns.get(table.name) ?? [];
      return valuesOf<CopiedRow>(
        db,
        `SELECT ${names.map((each) => copied(table.name, each)).join()} FROM ${table.name}
           WHERE ${inSpan(table, span)}`,
      );
    });
  return db.inTransaction ? read() : db.transaction(read)();
}

/** SQLite works in this thread: lets a query to a server leave, so that both sides work at once. */
export function otherSideBegins(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Reads the digests of a span's rows, of all tables at the same moment; see `CopySide`. */
export function digestSpan(
  db: Database,
  columns: ReadonlyMap<string, readonly string[]>,
  group: CopiedGroup,
  span: Span,
): SpanDigest {
  const read = (): SpanDigest =>
    group.map((table) => {
      const names = new Map(
        (columns.get(table.name) ?? []).map((each) => [
          each,
          copied(table.name, each),
        ]),
      );
      const texts = [...names.values()].map((each) => `CAST(${each} AS TEXT)`);
      // The text is only hashed, so it's left as bytes.
      const [[rows, text] = [0, null]] = valuesOf<[number, Uint8Array | null]>(
        db,
        `SELECT count(*), CAST(group_concat(line, ',') AS BLOB)
           FROM (SELECT json_array(${texts.join()}) AS line FROM ${table.name}
             WHERE ${inSpan(table, span)} ORDER BY ${orderSql(table, names)})`,
      );
      return { rows, sha256: Bun.SHA256.hash(text ?? "", "hex") };
    });
  return db.inTransaction ? read() : db.transaction(read)();
}

export function endOfSpan(
  db: Database,
  table: CopiedTable,
  after: CopiedKey | undefined,
  rows: number,
): CopiedKey | undefined {
  return valuesOf<CopiedKey>(db, endOfSpanSql(table, after, rows))[0];
}

export function countRows(db: Database, { name }: CopiedTable): number {
  return valuesOf<[number]>(db, `SELECT count(*) FROM ${name}`)[0]?.[0] ?? 0;
}

export function highestIds(db: Database): HighestIds {
  const kept = valuesOf<[string, number]>(
    db,
    "SELECT name, seq FROM sqlite_sequence UNION ALL SELECT name, id FROM highest_ids",
  );
  const found = [...RECORDED_TABLES, ...NUMBERED_TABLES].map((table) => {
    const [[highest] = [0]] = valuesOf<[number | null]>(
      db,
      `SELECT max(id) FROM ${table}`,
    );
    const ids = kept.flatMap(([name, id]) => (name === table ? [id] : []));
    return [table, Math.max(highest ?? 0, ...ids)];
  });
  return Object.fromEntries(found);
}

export function valuesOf<Row>(db: Database, sql: string): Row[] {
  using statement = db.prepare<Row, []>(sql);
  const rows: unknown = statement.values();
  return isRows<Row>(rows) ? rows : [];
}

function isRows<Row>(rows: unknown): rows is Row[] {
  return Array.isArray(rows);
}
