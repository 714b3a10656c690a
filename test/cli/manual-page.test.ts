import { afterAll, beforeAll, expect, test } from "bun:test";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { flagOf, SETTINGS } from "../../src/config/settings.ts";
import { requireTool, runTool } from "../deploy/tools.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";

const folder = tempDir();
const file = join(folder.path, "smsledger.1");

beforeAll(async () => {
  requireTool("mandoc", "mandoc");
  const { status, stdout } = await run(PROGRAM, ["man"]);
  expect(status).toBe(0);
  await Bun.write(file, stdout);
});
afterAll(() => folder[Symbol.dispose]());

test("the manual page is well-formed, and its date is only the version", async () => {
  const { said } = await runTool([
    "mandoc",
    "-T",
    "lint",
    "-W",
    "warning",
    file,
  ]);
  expect(said.trim().split("\n")).toEqual([
    expect.stringContaining("missing date"),
  ]);
});

test("the manual page has every command and setting, as --help shows them", async () => {
  const { said } = await runTool([
    "mandoc",
    "-T",
    "utf8",
    "-O",
    "width=200",
    file,
  ]);
  // An overstruck letter is bold; one over an underscore is underlined.
  const pieces = said.split("\b");
  const page = pieces
    .map((each, index) =>
      each.slice(0, index === pieces.length - 1 ? undefined : -1),
    )
    .join("");
  expect(page).toContain(`smsledger ${packageJson.version}`);
  const { stdout: help } = await run(PROGRAM, ["--help"]);
  const commands = [...help.matchAll(/^  (\w+) /gm)].map(([, name]) => name);
  expect(commands).toContain("serve");
  for (const name of [...commands, "user add", "token revoke"])
    if (name !== "help")
      expect(page).toMatch(new RegExp(`^ +smsledger ${name}\\b`, "m"));
  for (const setting of Object.values(SETTINGS)) {
    expect(page).toContain(`--${flagOf(setting)} <`);
    expect(page).toContain(`[env ${setting.name}`);
  }
  expect(page).toContain("--role <role>");
});
