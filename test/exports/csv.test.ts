import { expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { csvHeader, csvLines } from "../../src/exports/csv.ts";
import { parseCsv } from "./spreadsheet.ts";

/** The start of a formula, after any characters that a spreadsheet may ignore. */
const FORMULA = /^[\s"\u200b]*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

/** A phone number or a negative amount, as a whole. */
const NUMBER = /^(?:\+\d+|-\d+(?:\.\d+)?)$/;

function cells(record: object, separator: string): string[] {
  const columns = Object.keys(record);
  const file = csvHeader(columns) + csvLines(columns, [record]);
  return parseCsv(file, separator).flat();
}

test("no text becomes a formula, whichever separator a spreadsheet uses", () => {
  const part = fc.constantFrom(
    ..."=+-@;,\t\r\n\"' a1\u200b\uff1d\uff0b\uff1b".split(""),
    "=HYPERLINK(1)",
    "cmd|' /C calc'!A0",
  );
  const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, text, (from, tag) => {
      const record = { sid: "SM1", from, tags: { tag }, country: "US" };
      for (const separator of [",", ";", "\t"])
        for (const cell of cells(record, separator))
          if (!NUMBER.test(cell)) expect(cell).not.toMatch(FORMULA);
    }),
    { numRuns: 5_000 },
  );
});

test("text after a semicolon isn't a formula where Excel splits at semicolons", () => {
  const record = { sid: "SM1", errorMessage: 'x;=cmd|"/C calc"!A0' };
  expect(cells(record, ";")).toContainEqual(expect.stringMatching(/^'=cmd/));
});

test("phone numbers and plain text are exported unchanged", () => {
  for (const text of [
    "+14155550123",
    "Zeus Bar",
    "a - b",
    "a; b",
    "a=b",
    "US.13491208655302741918",
  ])
    expect(cells({ text }, ",")).toEqual(["text", text]);
});

test("tags in a cell are still the same JSON", () => {
  const tags = { order: 'a;=1,"\n\\;' };
  const [, cell = ""] = cells({ tags }, ",");
  expect(cell).not.toContain(";");
  expect(JSON.parse(cell)).toEqual(tags);
});

test("a long cell of separators takes no longer than any other", () => {
  const text = "\t".repeat(200_000);
  expect(cells({ text }, ",")).toEqual(["text", `'${text}`]);
});
