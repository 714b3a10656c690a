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

function literal(key: CopiedKey): string {
  const values = key.map((each) =>
    typeof each === "number" ? String(each) : `'${each.replaceAll("'", "''")}'`,
  );
  return `(${values.join()})`;
}
