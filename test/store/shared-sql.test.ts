import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dir, "../../src/store/sql");

/** What one engine understands and another doesn't; `Dialect` has the replacement. */
const OF_ONE_ENGINE =
  /json_each|json_group|json_agg|\bjson_(?:array|build|set)|unnest|\bANY\(|ifnull\(|\biif\(|\bINDEXED\b|LATERAL|\bGLOB\b|COLLATE|\browid\b|sqlite|postgres|unixepoch|instr\(|strpos\(|total\(|INSERT OR|LIMIT -1|CROSS JOIN \w+ ON|\b(?:max|min|greatest|least)\((?:[^()]|\([^()]*\))*,/;

test("SQL shared by engines contains nothing that only one of them understands", () => {
  const files = [...new Bun.Glob("**/*.ts").scanSync(FOLDER)];
  expect(files.length).toBeGreaterThan(20);
  const found = files.flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), "utf8");
    return text
      .split("\n")
      .filter((line) => !/^\s*(?:\/\/|\/?\*)|\/\*\*|Math\./.test(line))
      .filter((line) => OF_ONE_ENGINE.test(line))
      .map((line) => `${file}: ${line.trim()}`);
  });
  expect(found).toEqual([]);
});
