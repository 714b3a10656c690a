import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import {
  bytesOf,
  escapedBy,
  fit,
  fitLines,
  oneLine,
  unlinked,
} from "../../../src/alerts/channels/text.ts";
import { anyText } from "./notices.ts";

const ENTITIES = escapedBy((text) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
);

function withoutEntities(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&amp;", "&");
}

test("a text that fits is kept whole; of a longer one, a start is kept, and never half an escape or character", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 1, max: 400 }), (text, max) => {
      const written = fit(text, max, ENTITIES);
      const line = oneLine(text);
      expect(written.length).toBeLessThanOrEqual(max);
      expect(written.isWellFormed()).toBe(true);
      if (ENTITIES.write(line).length <= max) {
        expect(written).toBe(ENTITIES.write(line));
        return;
      }
      expect(written).not.toMatch(/&(?!lt;|amp;)/);
      expect(line).toStartWith(withoutEntities(written.replace(/…$/, "")));
    }),
  );
});

test("a limit in bytes is kept in bytes", () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 3, max: 400 }), (text, max) => {
      const written = fit(text, max, { write: unlinked, size: bytesOf });
      expect(bytesOf(written)).toBeLessThanOrEqual(max);
    }),
  );
});

test.each([
  ["12% of all messages failed today", 20, "12% of all messages…"],
  ["12% of all messages failed today", 18, "12% of all…"],
  ["Pneumonoultramicroscopic", 10, "Pneumonou…"],
  ["👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 15, "👩‍👩‍👧‍👦…"],
  ["👩‍👩‍👧‍👦", 5, ""],
  ["one\r\nBcc: two\tthree\u2028", 40, "one Bcc: two three"],
  ["txt.\u202eexe", 40, "txt.exe"],
])("%j in %d characters is %j", (text, max, written) => {
  expect(fit(text, max)).toBe(written);
});

test("lines are left out from the end, and the last one is shortened", () => {
  const lines = [
    "The first sentence says what happened.",
    "The second one says what it means for people.",
    "The third one says what to do about it.",
  ];
  expect(fitLines(lines, 500)).toBe(lines.join("\n"));
  expect(fitLines(lines, 75)).toBe(
    "The first sentence says what happened.\nThe second one says what it means…",
  );
  expect(fitLines(lines, 50)).toBe("The first sentence says what happened.");
});

test("lines stay within any limit", () => {
  fc.assert(
    fc.property(
      fc.array(anyText, { maxLength: 10 }),
      fc.integer({ min: 1, max: 3_000 }),
      (lines, max) => {
        const written = fitLines(lines, max, ENTITIES, "\n\n");
        expect(written.length).toBeLessThanOrEqual(max);
        expect(written).not.toMatch(/&(?!lt;|amp;)/);
      },
    ),
  );
});

test("no mail program finds an address in a text", () => {
  const text = unlinked(
    "Go to https://evil.example/x, www.evil.example or 12.5% now.",
  );
  expect(text).not.toMatch(/:\/\/|www\.evil|evil\.example/);
  expect(text).toContain("12.5% now.");
});
