import { expect, test } from "bun:test";
import { flagOf, SETTINGS } from "../../src/config/settings.ts";
import { parseFilter } from "../../src/messages/filter-language.ts";
import { FILTER_NAMES } from "../../src/messages/filter-names.ts";
import {
  explainErrorCode,
  knownErrorCodes,
} from "../../src/twilio/error-codes/error-codes.ts";

const readme = await Bun.file(
  new URL("../../README.md", import.meta.url),
).text();

/** The settings as the README shows them. */
function settingsTable(): string {
  const rows = Object.values(SETTINGS).map((setting) => {
    const name = setting.secret
      ? `\`${setting.name}\`, \`${setting.name}_FILE\``
      : `\`${setting.name}\``;
    const fallback =
      setting.defaultText ??
      (setting.default === undefined ? "none" : `\`${setting.default}\``);
    return `| ${name} | \`--${flagOf(setting)}\` | ${fallback} | ${setting.help} |`;
  });
  return [
    "| setting | flag | default | meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** A table without the spaces and dashes that only align it. */
function unpadded(table: string): string {
  return table.trim().replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}

test("the README's settings are those of the program", () => {
  const [, table] =
    /<!-- settings:.*?-->\n([\s\S]*?)\n<!-- end of settings -->/.exec(readme) ??
    [];
  expect(unpadded(table ?? "")).toBe(unpadded(settingsTable()));
});

test("the README names every dependency, and the pinned Bun", async () => {
  const { dependencies, devDependencies } = await Bun.file(
    new URL("../../package.json", import.meta.url),
  ).json();
  for (const name of Object.keys(dependencies))
    expect(readme).toContain(`\`${name}\``);
  expect(
    readme
      .match(/bun@[\d.]+/g)
      ?.every((each) => each === `bun@${devDependencies.bun}`),
  ).toBe(true);
});

test("the README counts the error codes right", () => {
  const codes = knownErrorCodes();
  const explained = codes.filter(
    (code) => explainErrorCode(code).explanation !== undefined,
  );
  expect(readme).toContain(`${codes.length.toLocaleString("en")} error codes`);
  expect(readme).toContain(
    `the ${explained.length} that a message can fail with`,
  );
});

test("the README's filters are understood, and every name of the language has one", () => {
  const [, section = ""] = /### Filters\n([\s\S]*?)\n#/.exec(readme) ?? [];
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
