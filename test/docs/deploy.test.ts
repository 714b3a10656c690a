import { expect, test } from "bun:test";
import {
  codeBlocks,
  CURRENT_DOCUMENTS,
  documentOf,
  textOf,
} from "./documents.ts";

const unit = await textOf("deploy/smsledger.service");
const environment = await textOf("deploy/smsledger.env");

/** Removes spaces that only indent. */
function unindented(text: string): string {
  return text.replaceAll(/^[ \t]+/gm, "").trim();
}

for (const [language, file] of [
  ["caddy", "deploy/Caddyfile"],
  ["nginx", "deploy/nginx.conf"],
] as const) {
  test(`the excerpts of ${file} in install.md are part of it`, async () => {
    const text = unindented(await textOf(file));
    const blocks = codeBlocks(documentOf("docs/install.md"), language);
    expect(blocks).toHaveLength(1);
    for (const block of blocks) expect(text).toContain(unindented(block));
  });
}

test("the paths on a server match the unit and its settings", () => {
  for (const { path, text } of CURRENT_DOCUMENTS) {
    const named = text.match(
      /\/(?:etc\/smsledger\/[\w.-]*\w|var\/lib\/smsledger\/smsledger\.db(?![-.\w])|usr\/local\/bin\/\w+)/g,
    );
    for (const file of new Set(named))
      expect([path, file, (unit + environment).includes(file)]).toEqual([
        path,
        file,
        true,
      ]);
  }
});

test("every documented flag of install.sh exists", async () => {
  const script = await textOf("deploy/install.sh");
  for (const { path, text } of CURRENT_DOCUMENTS)
    for (const [, flags = ""] of text.matchAll(
      /deploy\/install\.sh((?: --[a-z-]+(?: [\w:/.-]+)?)+)/g,
    ))
      for (const [flag] of flags.matchAll(/--[a-z-]+/g))
        expect([path, flag, script.includes(`  ${flag}`)]).toEqual([
          path,
          flag,
          true,
        ]);
});
