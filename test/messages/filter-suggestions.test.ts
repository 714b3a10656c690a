import { describe, expect, test } from "bun:test";
import { fc } from "../support/fast-check.ts";
import { parseFilter } from "../../src/messages/filter-language.ts";
import { suggestionsFor } from "../../src/messages/filter-suggestions.ts";

const KNOWN: Readonly<Record<string, readonly string[]>> = {
  from: ["ACME CLINIC", "+15595551269"],
  service: ["MG0123456789abcdef0123456789abcdef"],
  account: ["AC0123456789abcdef0123456789abcdef"],
  country: ["US", "DE"],
  tag: ["campaign=spring sale", "campaign=autumn"],
};

const known = async (field: string, start: string, limit: number) =>
  (KNOWN[field] ?? [])
    .filter((value) => value.toLowerCase().startsWith(start.toLowerCase()))
    .slice(0, limit);

/** Resolves to the suggestions; `|` marks the caret. */
async function suggested(marked: string): Promise<string[]> {
  const caret = marked.indexOf("|");
  const found = await suggestionsFor(marked.replace("|", ""), caret, known);
  return found.map(
    ({ text, caret: on }) => `${text.slice(0, on)}|${text.slice(on)}`,
  );
}

test("names that the filter doesn't take aren't suggested, nor are their values", async () => {
  for (const text of ["s", "fail", "status:f"]) {
    const namesOf = async (without?: readonly string[]) =>
      (await suggestionsFor(text, text.length, known, without)).map(
        ({ name }) => name,
      );
    const all = await namesOf();
    expect(all).toContain("status");
    expect(await namesOf(["status"])).toEqual(
      all.filter((name) => name !== "status"),
    );
  }
});

describe("suggestions are what can come next", () => {
  for (const [marked, first, others] of [
    ["|", "status:|", ["code:|", "to:|"]],
    ["st|", "status:|", []],
    ["-st|", "-status:|", []],
    ["status:f|", "status:failed |", []],
    ["status:failed,u|", "status:failed,undelivered |", []],
    ["status:f| code:1", "status:failed| code:1", []],
    ["fail|", "status:failed |", []],
    ["camp|", 'tag:"campaign=spring sale" |', ["code:30033 |"]],
    ["code:1120|", "code:11200 |", []],
    ["code:3000|", "code:30001 |", ["code:30003 |"]],
    ["code:unreach|", "code:30003 |", []],
    ["country:|", "country:DE |", ["country:US |", "country:AF |"]],
    ["country:germ|", "country:DE |", []],
    ["germ|", "country:DE |", []],
    ["from:ac|", 'from:"ACME CLINIC" |', []],
    ['from:"ac|"', 'from:"ACME CLINIC" |', []],
    ["tag:camp|", 'tag:"campaign=spring sale" |', ["tag:campaign=autumn |"]],
    ["after:|", "after:1h |", ["after:7d |"]],
    ["channel:w|", "channel:whatsapp |", []],
    ["service:|", "service:MG0123456789abcdef0123456789abcdef |", []],
    ["status:sent |", "status:sent status:|", ["status:sent code:|"]],
  ] as const) {
    test(marked, async () => {
      const found = await suggested(marked);
      expect(found[0]).toBe(first);
      expect(found).toEqual(expect.arrayContaining([...others]));
      expect(found.length).toBeLessThanOrEqual(8);
    });
  }

  test("codes come last, and by title only those that messages have failed with", async () => {
    const found = await suggested("sta|");
    expect(found[0]).toBe("status:|");
    expect((await suggested("code:web|")).length).toBe(0);
  });

  test("nothing, if nothing is known", async () => {
    for (const marked of ["to:+14|", "wombat:x|", "sta|tus:x", "zzzz|"])
      expect([marked, await suggested(marked)]).toEqual([marked, []]);
  });
});

test("a suggested value is always valid, wherever the caret is", async () => {
  const piece = fc.constantFrom(
    ...'status: s fail code: 30 un country: u -from: a tag: c , " \\ germ after: +1 12'.split(
      " ",
    ),
    " ",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 8 }),
      fc.nat(40),
      async (pieces, caret) => {
        const text = pieces.join("");
        for (const suggestion of await suggestionsFor(text, caret, known)) {
          if (suggestion.value === undefined) continue;
          const { terms } = parseFilter(suggestion.text, Date.now());
          const at = suggestion.caret - 1;
          const term = terms.find(({ from, to }) => from <= at && at <= to);
          expect(term?.name).toBe(suggestion.name);
        }
      },
    ),
    { numRuns: 300 },
  );
});
