import { expect, test } from "bun:test";
import { join } from "node:path";

const PROJECT = join(import.meta.dir, "../..");
const readme = await Bun.file(join(PROJECT, "README.md")).text();

/** Without the spaces that a block has in a list, and in its file. */
function unindented(text: string): string {
  return text.replaceAll(/^[ \t]+/gm, "").trim();
}

for (const [language, file] of [
  ["caddy", "deploy/Caddyfile"],
  ["nginx", "deploy/nginx.conf"],
] as const) {
  test(`what the README shows of ${file} stands in it`, async () => {
    const [, block] =
      new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme) ?? [];
    const text = unindented(await Bun.file(join(PROJECT, file)).text());
    expect(text).toContain(unindented(block ?? "The README shows nothing."));
  });
}

test("the README and SECURITY.md name no file of deploy/ that is not there", async () => {
  const security = await Bun.file(join(PROJECT, "SECURITY.md")).text();
  const named = new Set((readme + security).match(/\bdeploy\/[\w./-]*\w/g));
  expect(named.size).toBeGreaterThan(0);
  for (const file of named)
    expect([file, await Bun.file(join(PROJECT, file)).exists()]).toEqual([
      file,
      true,
    ]);
});
