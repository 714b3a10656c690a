import { expect, test } from "bun:test";
import { CODES_SHOWN, searchDictionary } from "../../src/errors/dictionary.ts";
import { knownErrorCodes } from "../../src/twilio/error-codes/error-codes.ts";

const codes = (query: string): number[] =>
  searchDictionary(query).codes.map(({ code }) => code);

test("a number finds its code, and a prefix finds every code that starts with it", () => {
  expect(codes("30003")).toContain(30003);
  expect(codes("3000").slice(0, 3)).toEqual([30001, 30002, 30003]);
  for (const code of codes("2161")) expect(String(code)).toStartWith("2161");
});

test("word prefixes are searched in titles and explanations, and all must match", () => {
  expect(codes("unreach")).toContain(30003);
  expect(codes("UNREACHABLE  handset")).toContain(30003);
  expect(codes("landline")).toContain(30006);
  expect(codes("unreachable landline xyz")).toEqual([]);
  expect(codes("reachable")).not.toContain(30003);
});

test("codes with an explanation come first, each group by number, at most 100", () => {
  const { codes: all, found } = searchDictionary("");
  expect(found).toBe(knownErrorCodes().length);
  expect(all).toHaveLength(CODES_SHOWN);
  const kinds = searchDictionary("phone").codes.map(
    ({ explanation }) => explanation !== undefined,
  );
  expect(kinds).toEqual(kinds.toSorted((a, b) => Number(b) - Number(a)));
  const numbers = all.map(({ code }) => code);
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test("any input is a valid search", () => {
  for (const query of [
    "<script>",
    "%",
    "(",
    "\\",
    "  ",
    "-1",
    "🙂",
    "a".repeat(500),
  ])
    expect(searchDictionary(query).found).toBeGreaterThanOrEqual(0);
  expect(searchDictionary("<script>").codes).toEqual(
    searchDictionary("script").codes,
  );
});
