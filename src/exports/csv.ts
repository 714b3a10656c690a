import { stringify } from "csv-stringify/sync";

/** The line with the columns' names. */
export function csvHeader(columns: readonly string[]): string {
  return stringify([[...columns]]);
}

/** Records as lines of CSV (RFC 4180, with LF); nested values are JSON text in a cell. */
export function csvLines(
  columns: readonly string[],
  records: readonly object[],
): string {
  return stringify([...records], {
    columns: [...columns],
    // A line break in a cell is quoted, whichever it is.
    quoted_match: /[\r\n]/,
    cast: {
      string: formulaSafe,
      object: (value) => JSON.stringify(value),
    },
  });
}

/** What spreadsheets take as the beginning of a formula, also in full width. */
const FORMULA_START = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
/** A phone number begins with a plus sign, but is a number to a spreadsheet and harmless. */
const PHONE_NUMBER = /^\+\d+$/;

/**
 * A cell's text such that no spreadsheet runs it: an apostrophe comes before what it
 * would take as a formula. Source: owasp.org/www-community/attacks/CSV_Injection
 */
function formulaSafe(text: string): string {
  return FORMULA_START.test(text) && !PHONE_NUMBER.test(text)
    ? `'${text}`
    : text;
}
