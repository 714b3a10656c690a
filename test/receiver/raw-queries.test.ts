import { describe, expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { rawQueries } from "../../src/receiver/raw-queries.ts";

/** Returns the query as the server reports it. */
function reported(query: string): string {
  return new URL(`http://h/${query}`).search;
}

function spellingsOf(query: string, max = 128): string[] {
  return [...rawQueries(reported(query), max)];
}

test("up to seven ambiguous characters are spelled in every combination", () => {
  const character = fc.constantFrom(
    ...Array.from(`'"<>é✓😀`),
    ...Array.from(`"<>é✓😀`, encodeURIComponent),
    "%27",
    "&",
    "=",
    "a",
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 7 }), (characters) => {
      const query = `?${characters.join("")}`;
      fc.pre(URL.canParse(`http://h/${query}`) && query.isWellFormed());
      const spellings = spellingsOf(query);
      if (reported(query) !== (query === "?" ? "" : query))
        expect(spellings).toContain(query);
      expect(new Set(spellings).size).toBe(spellings.length);
      for (const each of spellings)
        expect(reported(each)).toBe(reported(query));
    }),
    { numRuns: 2_000 },
  );
});

describe("likely spellings come first", () => {
  const letters = "é".repeat(40);
  const pairs = Array.from({ length: 20 }, (_, at) => `k${at}=O'Neil`).join(
    "&",
  );
  test.each([
    ["all raw", `?a=${letters}&b='${letters}'`, 1],
    ["letters raw and quotes escaped", `?a=${letters}&b=%27`, 8],
    ["one pair escaped, among raw ones", `?${pairs}&x=%27`, 64],
    [
      "one pair raw, among escaped ones",
      `?${pairs.replaceAll("'", "%27")}&x='`,
      64,
    ],
    [
      "one character escaped, among many raw ones in a pair",
      `?a=${"'".repeat(30)}%27`,
      128,
    ],
  ])("%s", (_, query, max) => {
    expect(spellingsOf(query, max)).toContain(query);
  });
});

test.each([
  ["no escapes", "?a=b"],
  ["escapes that the server never makes", "?a=%20%2B%41%e4"],
  ["lower-case digits", "?a=%c3%a9%3c"],
  ["bytes that aren't UTF-8", "?a=%FF%E2%82"],
  ["no query", ""],
])("with %s, there is only one spelling", (_, query) => {
  expect(spellingsOf(query)).toEqual([]);
});

test("no query has more spellings than requested", () => {
  const query = `?${"a='&".repeat(500)}${"%C3%A9".repeat(500)}`;
  for (const max of [1, 8, 128])
    expect(spellingsOf(query, max).length).toBeLessThanOrEqual(max);
});
