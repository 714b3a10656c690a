/** Types by their object ids, which never change: `SELECT oid FROM pg_type`. */
const BOOL = 16;
const INT8 = 20;
const NUMERIC = 1_700;
const INT8_ARRAY = 1_016;

type Column = { readonly name: string; readonly type: number };

/**
 * Turns what the driver has as text or as a boolean into the numbers that the program
 * calculates with, in place: the same ones that SQLite returns. Throws RangeError for a number
 * that JavaScript can't represent, rather than returning one close to it.
 */
export function convertRows(
  rows: readonly unknown[],
  columns: readonly Column[],
): void {
  const affected = columns.flatMap(({ name, type }) => {
    const convert = CONVERSIONS.get(type);
    return convert === undefined ? [] : [{ name, convert }];
  });
  if (affected.length === 0) return;
  for (const row of rows) {
    if (!isRecord(row)) continue;
    for (const { name, convert } of affected)
      if (row[name] !== null) row[name] = convert(row[name]);
  }
}

function isRecord(row: unknown): row is Record<string, unknown> {
  return typeof row === "object" && row !== null;
}

const CONVERSIONS: ReadonlyMap<number, (value: unknown) => unknown> = new Map<
  number,
  (value: unknown) => unknown
>([
  [BOOL, Number],
  [INT8, exactNumber],
  // What sum() of int8 returns.
  [NUMERIC, exactNumber],
  [
    INT8_ARRAY,
    (values) => (Array.isArray(values) ? values.map(exactNumber) : values),
  ],
]);

function exactNumber(value: unknown): number {
  const number = Number(value);
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  throw new RangeError("The database holds a number that is too large.");
}
