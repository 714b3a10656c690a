import { expect, test } from "bun:test";
import { FROM_SOURCE, run } from "./program.ts";

test("help names every command, each on one line, in 80 columns", async () => {
  const { status, stdout, stderr } = await run(FROM_SOURCE, ["--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const command of [
    "serve",
    "demo",
    "export",
    "healthcheck",
    "simulate",
    "token",
    "version",
  ])
    expect(stdout).toMatch(new RegExp(`^  ${command} +\\S`, "m"));
  expect(longestLine(stdout)).toBeLessThanOrEqual(80);
});

test("help for serve gives each setting its flag, its variable and its default", async () => {
  const { status, stdout } = await run(FROM_SOURCE, ["serve", "--help"]);
  expect(status).toBe(0);
  expect(stdout).toContain("--port <number>");
  expect(stdout).toContain("[env PORT; default 3000]");
  expect(stdout).toContain("--twilio-webhook-auth-token-file <file>");
  expect(longestLine(stdout)).toBeLessThanOrEqual(80);
});

test("wrong usage ends with status 2 and a line that says what is wrong", async () => {
  const cases = [
    [["nonsense"], "unknown command 'nonsense'\nAdd --help"],
    [["exprot", "--events"], "'exprot'\n(Did you mean smsledger export?)"],
    [["token", "rm", "crm"], "(Did you mean smsledger token revoke?)"],
    [["user", "create", "ana"], "(Did you mean smsledger user add?)"],
    [["--nonsense"], "unknown option '--nonsense'"],
    [["serve", "--prot", "3000"], "(Did you mean --port?)"],
    [["export", "--event"], "(Did you mean --events?)"],
    [["serve", "nonsense"], "too many arguments"],
    [["export", "nonsense"], "too many arguments"],
    [["simulate", "--count"], "argument missing"],
    [["export", "--format", "xml"], "--format: is none of jsonl, csv."],
  ] as const;
  for (const [args, sentence] of cases) {
    const { status, stdout, stderr } = await run(FROM_SOURCE, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain("    at ");
  }
});

test("all wrong settings are told at once, and none of their values", async () => {
  const { status, stderr } = await run(
    FROM_SOURCE,
    ["--port", "-1", "--log-level", "s3cret"],
    {
      env: {
        HOST: "s3cret.example.com",
        TWILIO_WEBHOOK_AUTH_TOKEN: "s3cret,",
        PUBLIC_URL: "ftp://s3cret",
      },
    },
  );
  expect(status).toBe(2);
  expect(stderr).toStartWith("Wrong settings or flags:\n");
  // Each is called what it was given by.
  for (const name of [
    "--port",
    "HOST",
    "--log-level",
    "PUBLIC_URL",
    "TWILIO_WEBHOOK_AUTH_TOKEN",
  ])
    expect(stderr).toContain(`  ${name}: `);
  expect(stderr).not.toContain("s3cret");
});

test("a setting that a command does not have cannot keep it from running", async () => {
  const { status, stderr } = await run(FROM_SOURCE, ["export"], {
    env: { PORT: "nonsense", DATABASE_URL: "/nowhere/smsledger.db" },
  });
  expect(status).toBe(1);
  expect(stderr).toBe(
    "There is no database /nowhere/smsledger.db. Check DATABASE_URL.\n",
  );
});

function longestLine(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}
