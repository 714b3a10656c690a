import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const TESTS = join(import.meta.dir, "..");

type Line = { readonly file: string; readonly text: string };

/** Returns the matching lines of tests and their helpers, each with the line before it. */
function linesWith(pattern: RegExp): readonly (Line & { before: string })[] {
  return [...new Bun.Glob("**/*.{ts,tsx}").scanSync(TESTS)]
    .filter((file) => !/^(?:bench|support)\//.test(file))
    .flatMap((file) => {
      const lines = readFileSync(join(TESTS, file), "utf8").split("\n");
      return lines.flatMap((text, index) =>
        pattern.test(text)
          ? [{ file, text, before: lines[index - 1] ?? "" }]
          : [],
      );
    });
}

test("a test waits for a condition; if time itself is the subject, a comment says so", () => {
  const sleeps = linesWith(/\bBun\.sleep\(|\bsetTimeout\(/).filter(
    ({ before }) => !before.includes("// Time is the subject: "),
  );
  expect(sleeps).toEqual([]);
});

test("random choices come from a seed that is printed", () => {
  expect(linesWith(/\bMath\.random\(|from "fast-check"/)).toEqual([]);
});
