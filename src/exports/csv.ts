import { stringify } from "csv-stringify/sync";

/**
 * The byte order mark of a downloaded CSV: without it, Excel reads UTF-8 as the
 * machine's old code page. The `export` command leaves it out, for programs that read
 * the first column's name.
 */
export const BYTE_ORDER_MARK = "\ufeff";

/** Returns the header row. */
export function csvHeader(columns: readonly string[]): string {
  return stringify([[...columns]]);
}

/** Formats records as lines of CSV (RFC 4180, with LF); nested values are JSON text in a cell. */
export function csvLines(
  columns: readonly string[],
  records: readonly object[],
): string {
  return stringify([...records], {
    columns: [...columns],
    // A line break or semicolon in a cell is quoted.
    quoted_match: /[\r\n;]/,
    cast: {
      string: formulaSafe,
      boolean: (value) => String(value),
      // The same JSON without semicolons, which would start a new cell in some countries.
      object: (value) => JSON.stringify(value).replaceAll(";", "\\u003b"),
    },
  });
}

/** What spreadsheets take as the beginning of a formula, also in full width. */
const SIGN = "[=+\\-@\\uff1d\\uff0b\\uff0d\\uff20]";
/** A cell that begins with a formula, also after space that some spreadsheets drop, or with a tab or line break. */
const FORMULA_CELL = new RegExp(`^(?:[\\t\\r\\n]|[\\s\\p{Cf}"]*${SIGN})`, "u");
/** What can be in front of another cell's formula, and the formula's sign. */
const GAP = new RegExp(`([\\s\\p{Cf}";\\uff1b]+)(${SIGN}?)`, "gu");
/** What separates cells or rows: where a comma is the decimal sign, Excel splits at semicolons instead, quoted or not. */
const SEPARATOR = /[\t\r\n;\uff1b]/;
/** A phone number begins with a plus sign, but is a number to a spreadsheet and harmless. */
const PHONE_NUMBER = /^\+\d+$/;
/** So is a negative amount. */
const AMOUNT = /^-\d+(?:\.\d+)?$/;

/**
 * A cell's text that no spreadsheet runs: an apostrophe is put in front of what it would
 * take as a formula. Source: owasp.org/www-community/attacks/CSV_Injection
 */
function formulaSafe(text: string): string {
  if (PHONE_NUMBER.test(text) || AMOUNT.test(text)) return text;
  const safe = text.replaceAll(GAP, (all, gap: string, sign: string) =>
    sign !== "" && SEPARATOR.test(gap) ? `${gap}'${sign}` : all,
  );
  return FORMULA_CELL.test(safe) ? `'${safe}` : safe;
}
