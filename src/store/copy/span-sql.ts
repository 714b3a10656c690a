import type { CopiedKey, CopiedTable, Span } from "../copying.ts";

/** The condition for the rows of a span, with its keys written out: they are numbers, or names. */
export function inSpan({ key }: CopiedTable, { after, until }: Span): string {
  const conditions = [
    ...(after === undefined ? [] : [`(${key.join()}) > ${literal(after)}`]),
    ...(until === undefined ? [] : [`(${key.join()}) <= ${literal(until)}`]),
  ];
  return conditions.join(" AND ") || "true";
}

/** The query for the key of the last of `rows` rows after a key. */
export function endOfSpanSql(
  { name, key }: CopiedTable,
  after: CopiedKey | undefined,
  rows: number,
): string {
  return `SELECT ${key.join()} FROM ${name}
    WHERE ${inSpan({ name, key }, { after, until: undefined })}
    ORDER BY ${key.join()} LIMIT 1 OFFSET ${rows - 1}`;
}

/** The order of a span's rows, from expressions for a table's columns: the same on every engine. */
export function orderSql(
  { key }: CopiedTable,
  columns: ReadonlyMap<string, string>,
): string {
  if (columns.has("id")) return [...new Set([...key, "id"])].join();
  const others = [...columns].filter(([name]) => !key.includes(name));
  return [...key, ...others.map(([, each]) => `${each} NULLS FIRST`)].join();
}

function literal(key: CopiedKey): string {
  const values = key.map((each) =>
    typeof each === "number" ? String(each) : `'${each.replaceAll("'", "''")}'`,
  );
  return `(${values.join()})`;
}
