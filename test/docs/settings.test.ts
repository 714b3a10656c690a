import { expect, test } from "bun:test";
import { withSettings } from "../../docs/generate.ts";
import { SETTINGS } from "../../src/config/settings.ts";
import { parseFilter } from "../../src/messages/filter-language.ts";
import { FILTER_NAMES } from "../../src/messages/filter-names.ts";
import {
  codeBlocks,
  CURRENT_DOCUMENTS,
  documentOf,
  inlineCode,
} from "./documents.ts";

/** Names from other programs and the compose file. */
const OTHER_NAMES = [
  "CREDENTIALS_DIRECTORY",
  "HTTPS_PROXY",
  "NODE_EXTRA_CA_CERTS",
  "NODE_FUNCTION_ALLOW_BUILTIN",
  "SMSLEDGER_DOMAIN",
  "SMSLEDGER_PASSWORD_FILE",
  "SMSLEDGER_SECRET",
  "SMSLEDGER_TOKEN",
  "SMSLEDGER_URL",
  "TEST_PATH",
  "TEST_SEED",
];

test("configuration.md describes the current settings; if not, run: bun run docs", () => {
  const text = documentOf("docs/configuration.md");
  expect(text).toBe(withSettings(text));
  for (const { name } of Object.values(SETTINGS))
    expect(text).toContain(`### ${name}\n`);
});

test("every setting that is named exists", () => {
  const known = Object.values(SETTINGS).flatMap(({ name }) => [
    name,
    `${name}_FILE`,
  ]);
  for (const { path, text } of CURRENT_DOCUMENTS) {
    const code = [...inlineCode(text), ...codeBlocks(text, "sh")].join("\n");
    const named = new Set(code.match(/(?<![\w$/-])[A-Z]+(?:_[A-Z]+)+(?!\w)/g));
    for (const name of named)
      if (name !== "NAME_FILE" && !OTHER_NAMES.includes(name))
        expect([path, name, known.includes(name)]).toEqual([path, name, true]);
  }
});

test("every documented filter is valid, and every name in the language has one", () => {
  const [, section = ""] =
    /\n## Filters\n([\s\S]*?)\n## /.exec(
      documentOf("docs/pages-and-filters.md"),
    ) ?? [];
  const terms = section
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .flatMap((line) => [...(line.split(" | ")[0] ?? "").matchAll(/`([^`]+)`/g)])
    .map(([, term = ""]) => term);
  for (const term of terms)
    expect([term, parseFilter(term, Date.now()).mistakes]).toEqual([term, []]);
  const names = terms.map((term) => term.replace(/^-/, "").split(":")[0]);
  for (const name of Object.keys(FILTER_NAMES)) expect(names).toContain(name);
});
