import { expect, test } from "bun:test";
import { join } from "node:path";
import { ask } from "../api/api-server.ts";
import { openStore } from "../support/open-store.ts";
import { startServer } from "../support/start-server.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PROGRAM, run } from "./program.ts";

const tokenCommand = (file: string, ...args: string[]) =>
  run(PROGRAM, ["token", ...args, "--database-url", file]);

async function makeDatabase(file: string): Promise<void> {
  const store = await openStore(file);
  await store.close();
}

const TOKEN = /^smsl_[A-Za-z0-9_-]{43}\n$/;

test("a token that is added while the server runs works at once, and stops working once it's removed", async () => {
  await using server = await startServer({ MASK_NUMBERS: "true" });
  const { databaseUrl } = server.config;
  await server.twilio.post({ To: "+14155550123" });
  const numberSeen = async (token: string): Promise<string | undefined> => {
    const { status, body } = await ask(server.origin, "/messages", token);
    return status === 200 ? body.data[0].to : undefined;
  };
  const masked = await tokenCommand(databaseUrl, "add", "dashboard");
  expect(masked.status).toBe(0);
  // Only the token, for scripts.
  expect(masked.stdout).toMatch(TOKEN);
  expect(masked.stderr).toContain(
    "It won't be shown again. It can read masked numbers.",
  );
  const whole = await tokenCommand(databaseUrl, "add", "crm", "--unmasked");
  expect(whole.stderr).toContain("It can read full numbers.");
  expect(await numberSeen(masked.stdout.trim())).toBe("+141••••••23");
  expect(await numberSeen(whole.stdout.trim())).toBe("+14155550123");

  const removed = await tokenCommand(databaseUrl, "revoke", "crm");
  expect(removed).toMatchObject({ status: 0, stdout: "" });
  expect(await numberSeen(whole.stdout.trim())).toBeUndefined();
  expect(await numberSeen(masked.stdout.trim())).toBe("+141••••••23");

  const entries = await server.store.audit.list({ size: 10 });
  expect(
    entries
      .filter(({ actor }) => actor === "command line")
      .map(({ action, subject }) => `${action} ${subject}`),
  ).toEqual([
    "revoked the API token crm",
    "created the unmasked API token crm",
    "created the masked API token dashboard",
  ]);
});

test("the list shows tokens' names, scopes and last use, but no token", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await makeDatabase(file);
  const empty = await tokenCommand(file, "list");
  expect(empty).toMatchObject({ status: 0, stdout: "" });
  expect(empty.stderr).toContain("There are no tokens.");
  expect(await tokenCommand(file, "list", "--json")).toEqual({
    status: 0,
    stdout: "[]\n",
    stderr: "",
  });
  await tokenCommand(file, "add", "länger 🚀");
  await tokenCommand(file, "add", "b", "--unmasked");
  const { status, stdout, stderr } = await tokenCommand(file, "list");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const json = await tokenCommand(file, "list", "--json");
  expect(JSON.parse(json.stdout)).toContainEqual({
    name: "b",
    scope: "read unmasked",
    createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    createdBy: "command line",
    lastUsedAt: null,
  });
  const minute = String.raw`\d{4}-\d\d-\d\d \d\d:\d\dZ`;
  expect(stdout).toMatch(
    new RegExp(
      [
        "^name       access          created            by            last used",
        `b          full numbers    ${minute}  command line  never`,
        `länger 🚀  masked numbers  ${minute}  command line  never\n$`,
      ].join("\n"),
    ),
  );
});

test("a taken, missing or invalid name is reported with the right status", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await makeDatabase(file);
  await tokenCommand(file, "add", "taken");
  for (const [args, status, sentence] of [
    [
      ["add", "taken"],
      1,
      "A token with this name already exists. Choose another name, or revoke",
    ],
    [["add", ""], 2, "Give the token a name"],
    [["add", "x".repeat(61)], 2, "at most 60 characters"],
    [["revoke", "other"], 1, "No token has this name."],
    [["add"], 2, "missing required argument"],
    [["add", "two", "names"], 2, "too many arguments"],
  ] as const) {
    const ended = await tokenCommand(file, ...args);
    expect([args, ended.status]).toEqual([args, status]);
    expect(ended.stdout).toBe("");
    expect(ended.stderr).toContain(sentence);
  }
});

test("the former name of a command still works and says what to use instead", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  await makeDatabase(file);
  await tokenCommand(file, "add", "old");
  const { status, stderr } = await tokenCommand(file, "remove", "old");
  expect(status).toBe(0);
  expect(stderr).toContain(
    "token remove is deprecated. Use token revoke instead.\n",
  );
  expect((await tokenCommand(file, "list")).stderr).toContain("no tokens");
});
