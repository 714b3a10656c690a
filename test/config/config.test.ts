import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fc } from "../support/fast-check.ts";
import { flagOf, SETTINGS } from "../../src/config/settings.ts";
import { mistakesIn, read, type Given } from "../support/settings.ts";
import { tempDir } from "../support/temp-dir.ts";

const ACCOUNT_SID = "AC0123456789abcdef0123456789abcdef";

let folder: ReturnType<typeof tempDir>;
beforeAll(() => {
  folder = tempDir();
});
afterAll(() => folder[Symbol.dispose]());

/** Writes a file with this text. */
function fileOf(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

test("without settings, the defaults apply", () => {
  expect(read({})).toMatchObject({
    authTokens: [],
    publicUrl: undefined,
    host: "127.0.0.1",
    port: 3000,
    databaseUrl: "./data/smsledger.db",
    trustedProxies: undefined,
    masksNumbers: false,
    logLevel: "info",
    logFormat: "json",
  });
  expect(read({}, {}, true).logFormat).toBe("pretty");
});

test("an empty value counts as missing, in the environment and as a flag", () => {
  const names = Object.values(SETTINGS).map((setting) => setting.name);
  const empty = Object.fromEntries(
    [...names, "TWILIO_WEBHOOK_AUTH_TOKEN_FILE"].map((name) => [name, ""]),
  );
  const emptyFlags = Object.fromEntries(
    Object.values(SETTINGS).map((setting) => [flagOf(setting), ""]),
  );
  expect(read(empty, emptyFlags)).toEqual(read({}));
});

test.each([
  [
    "PUBLIC_URL",
    "https://env.example",
    "public-url",
    "https://flag.example",
    "publicUrl",
  ],
  ["HOST", "127.0.0.2", "host", "127.0.0.3", "host"],
  ["DATABASE_URL", "env.db", "database-url", "flag.db", "databaseUrl"],
  ["MASK_NUMBERS", true, "mask-numbers", false, "masksNumbers"],
  ["LOG_LEVEL", "warn", "log-level", "error", "logLevel"],
  ["LOG_FORMAT", "json", "log-format", "pretty", "logFormat"],
] as const)(
  "%s: the flag wins over the environment, that over the default",
  (name, env, flag, value, key) => {
    const given = { [name]: String(env) };
    const flags = { [flag]: String(value) };
    expect(read(given, flags)[key]).toBe(value);
    expect(read(given)[key]).toBe(env);
    // If a flag wins, its value is the one that's checked.
    expect(mistakesIn({ [name]: "\0" }, flags)).toEqual([]);
  },
);

describe("the auth token", () => {
  const name = "TWILIO_WEBHOOK_AUTH_TOKEN";
  const flag = "twilio-webhook-auth-token-file";
  const tokensOf = (env: Given, flags: Given = {}) =>
    read(env, flags).authTokens.map((each) => each.token);

  test("can be several, and bound to accounts", () => {
    expect(read({ [name]: `one, ${ACCOUNT_SID}=two` }).authTokens).toEqual([
      { token: "one", accountSid: undefined },
      { token: "two", accountSid: ACCOUNT_SID },
    ]);
  });

  test("can be in a file, without its last line break", () => {
    const file = fileOf("token", "\ufefffrom-file\r\n");
    expect(tokensOf({ [`${name}_FILE`]: file })).toEqual(["from-file"]);
    expect(tokensOf({}, { [flag]: file })).toEqual(["from-file"]);
  });

  test("has a flag only for its file, which wins over the environment", () => {
    const file = fileOf("flag", "from-flag");
    const other = fileOf("env", "from-env-file");
    expect(tokensOf({ [name]: "from-env" }, { [flag]: file })).toEqual([
      "from-flag",
    ]);
    expect(tokensOf({ [`${name}_FILE`]: other }, { [flag]: file })).toEqual([
      "from-flag",
    ]);
    expect(tokensOf({}, { "twilio-webhook-auth-token": "x" })).toEqual([]);
  });

  test("given both ways, or in a file that is empty or missing, is a mistake", () => {
    const file = fileOf("both", "zq7secret");
    const missing = join(folder.path, "zq7missing");
    for (const [env, message] of [
      [{ [name]: "zq7", [`${name}_FILE`]: file }, "is set twice"],
      [{ [`${name}_FILE`]: fileOf("empty", " \n") }, /its file \S+ is empty/],
      [{ [`${name}_FILE`]: missing }, `its file ${missing} doesn't exist`],
      [{ [`${name}_FILE`]: "zq7secret" }, "its file doesn't exist"],
      [{ [`${name}_FILE`]: folder.path }, /its file \S+ is a directory/],
      [
        { [`${name}_FILE`]: fileOf("wrong", "zq7 zq7") },
        "entry 1 has white space",
      ],
    ] as const) {
      expect(mistakesIn(env)).toEqual([expect.stringContaining(`${name}: `)]);
      expect(mistakesIn(env)[0]).toMatch(message);
      expect(mistakesIn(env)[0]).not.toMatch(/zq7(?!missing)/);
    }
  });
});

test("all mistakes are reported at once, one sentence each", () => {
  const mistakes = mistakesIn({
    TWILIO_WEBHOOK_AUTH_TOKEN: ",",
    PUBLIC_URL: "x",
    HOST: "x",
    PORT: "x",
    DATABASE_URL: "mysql://x",
    TRUSTED_PROXIES: "x",
    MASK_NUMBERS: "x",
    LOG_LEVEL: "x",
    LOG_FORMAT: "x",
  });
  expect(mistakes.map((each) => each.split(":", 1)[0])).toEqual(
    Object.values(SETTINGS)
      .map((setting) => setting.name)
      .filter((name) => mistakes.join().includes(name)),
  );
  expect(mistakes).toHaveLength(9);
  for (const mistake of mistakes) expect(mistake).toEndWith(".");
});

test("no message repeats a secret, whatever its value", () => {
  const marker = "zq7";
  const piece = fc.constantFrom(
    ..."https:// http: postgres:// file: :// 10.0.0.0/ 127.0.0.1 AC".split(" "),
    ..."= , / @ : ? # \n \0 ä -1".split(" "),
    ACCOUNT_SID,
    " ",
  );
  const value = fc
    .tuple(fc.array(piece, { maxLength: 3 }), fc.array(piece, { maxLength: 3 }))
    .map(([before, after]) => [...before, marker, ...after].join(""));
  const secrets = Object.values<{ name: string; secret?: true }>(SETTINGS)
    .filter(({ secret }) => secret)
    .map(({ name }) => name);
  const environment = fc.dictionary(fc.constantFrom(...secrets), value);
  fc.assert(
    fc.property(environment, (env) => {
      expect(mistakesIn(env).join("\n")).not.toContain(marker);
    }),
    { numRuns: 2_000 },
  );
});

test("a mistake shows the value, unless it could contain a password", () => {
  expect(mistakesIn({ PORT: "80a" })).toEqual([
    'PORT: must be a port number from 0 to 65535 (got "80a").',
  ]);
  expect(mistakesIn({}, { port: "\x1b[2J" + "9".repeat(80) })).toEqual([
    `--port: must be a port number from 0 to 65535 (got "\ufffd[2J${"9".repeat(56)}…").`,
  ]);
  for (const text of ["https://ana:zq7@sms.example.com", "mysql://ana:zq7@db"])
    for (const name of ["PUBLIC_URL", "DATABASE_URL"])
      expect(mistakesIn({ [name]: text }).join()).not.toContain("zq7");
});

test("a file that this process can't read is named, with its user ID (needs root)", () => {
  if (process.getuid?.() !== 0) return;
  const file = fileOf("locked", "secret");
  chmodSync(file, 0o600);
  chmodSync(folder.path, 0o755);
  process.seteuid?.("nobody");
  try {
    expect(mistakesIn({ TWILIO_WEBHOOK_AUTH_TOKEN_FILE: file })).toEqual([
      `TWILIO_WEBHOOK_AUTH_TOKEN: its file ${file} isn't readable by this process (user ID 65534).`,
    ]);
  } finally {
    process.seteuid?.("root");
  }
});

test("each setting has a flag, help text and a correct default", () => {
  for (const setting of Object.values(SETTINGS)) {
    expect(flagOf(setting)).toMatch(/^[a-z-]+$/);
    expect(setting.help).toMatch(/[.]$/);
    if (setting.default !== undefined) setting.parse(setting.default);
  }
});
