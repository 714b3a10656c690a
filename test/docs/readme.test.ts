import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import {
  explainErrorCode,
  knownErrorCodes,
} from "../../src/twilio/error-codes/error-codes.ts";
import { compiledBinary } from "../support/compiled-binary.ts";
import { documentOf, PROJECT, textOf } from "./documents.ts";

const readme = documentOf("README.md");

test("the README has at most 130 lines", () => {
  expect(readme.split("\n").length - 1).toBeLessThanOrEqual(130);
});

test("the README states the program's size", async () => {
  const { size } = Bun.file(await compiledBinary());
  const [, megabytes] = /The program is (\d+) MB/.exec(readme) ?? [];
  expect(Math.abs(size / 1e6 - Number(megabytes))).toBeLessThan(2);
});

test("the README's number of error codes is right", () => {
  const codes = knownErrorCodes();
  const explained = codes.filter(
    (code) => explainErrorCode(code).explanation !== undefined,
  );
  expect(readme).toContain(`${codes.length.toLocaleString("en")} error codes`);
  expect(readme).toContain(
    `the ${explained.length} that a message can fail with`,
  );
});

test("development.md names every dependency", () => {
  const { dependencies, devDependencies } = packageJson;
  const development = documentOf("docs/development.md");
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !development.includes(`\`${name}\``),
  );
  expect(missing).toEqual([]);
});

test("the layers diagram and the list of folders in development.md are complete", async () => {
  const picture = await textOf("docs/layers.svg");
  const development = documentOf("docs/development.md");
  const folders = readdirSync(join(PROJECT, "src"), { withFileTypes: true });
  for (const { name } of folders.filter((each) => each.isDirectory())) {
    expect(picture).toMatch(new RegExp(`\\b${name}\\b`));
    expect(development).toContain(`\`src/${name}/\``);
  }
});

test("the changelog has each kind of change once, in the usual order", () => {
  const [, unreleased = ""] =
    /\n## \[Unreleased\]\n([\s\S]*?)(?:\n## |$)/.exec(
      documentOf("CHANGELOG.md"),
    ) ?? [];
  const kinds = [...unreleased.matchAll(/^### (.*)$/gm)].map(
    ([, kind]) => kind,
  );
  const order = [
    "Added",
    "Changed",
    "Deprecated",
    "Removed",
    "Fixed",
    "Security",
  ];
  expect(kinds.length).toBeGreaterThan(0);
  expect(kinds).toEqual(order.filter((kind) => kinds.includes(kind)));
});
