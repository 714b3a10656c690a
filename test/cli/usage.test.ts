import { expect, test } from "bun:test";
import { PROGRAM, run } from "./program.ts";

test("help lists every command, each on one line, in 80 columns", async () => {
  const { status, stdout, stderr } = await run(PROGRAM, ["--help"]);
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

test("help for serve shows each setting's flag, variable and default", async () => {
  const { status, stdout } = await run(PROGRAM, ["serve", "--help"]);
  expect(status).toBe(0);
  expect(stdout).toContain("--port <number>");
  expect(stdout).toContain("[env PORT; default 3000]");
  expect(stdout).toContain("--twilio-webhook-auth-token-file <file>");
  expect(longestLine(stdout)).toBeLessThanOrEqual(80);
});

test("help for other commands says what a server's setting means to them", async () => {
  for (const [command, ...words] of [
    ["healthcheck", "The server's HOST.", "The server's PORT."],
    ["simulate", "The server's HOST.", "The server's PUBLIC_URL."],
    ["backup", "The server's database."],
    ["demo", "The loopback address to listen on."],
  ] as const) {
    const { stdout } = await run(PROGRAM, [command, "--help"]);
    for (const each of words) expect(stdout).toContain(each);
    expect(stdout).not.toContain("0.0.0.0");
  }
});

test("the demo accepts only a loopback address", async () => {
  expect(await run(PROGRAM, ["demo", "--host", "0.0.0.0"])).toEqual({
    status: 2,
    stdout: "",
    stderr:
      "Wrong settings or flags:\n  HOST: must be a loopback address such as 127.0.0.1, because the demo has no sign-in.\n",
  });
});

test("wrong usage ends with status 2 and a line that says what is wrong", async () => {
  const cases = [
    [["nonsense"], "unknown command 'nonsense'\nAdd --help"],
    [["exprot", "--events"], "'exprot'\n(Did you mean smsledger export?)"],
    [["token", "rm", "crm"], "(Did you mean smsledger token revoke?)"],
    [["user", "create", "ana"], "(Did you mean smsledger user add?)"],
    [["help", "nonsense"], "error: unknown command 'nonsense'\nAdd --help"],
    [["help", "exprot"], "'exprot'\n(Did you mean smsledger export?)"],
    [["prune", "--retention-days", "3"], "unknown option '--retention-days'"],
    [["--nonsense"], "unknown option '--nonsense'"],
    [["serve", "--prot", "3000"], "(Did you mean --port?)"],
    [["export", "--event"], "(Did you mean --events?)"],
    [["serve", "nonsense"], "too many arguments"],
    [["export", "nonsense"], "too many arguments"],
    [["simulate", "--count"], "argument missing"],
    [
      ["user", "add", "ana", "--generate", "--no-password"],
      "option '--no-password' cannot be used with option '--generate'",
    ],
    [
      ["export", "--format", "xml"],
      '--format: must be one of jsonl, csv (got "xml").',
    ],
  ] as const;
  for (const [args, sentence] of cases) {
    const { status, stdout, stderr } = await run(PROGRAM, args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain("    at ");
  }
});

test("all wrong settings are reported at once, without secrets", async () => {
  const { status, stderr } = await run(
    PROGRAM,
    ["--port", "-1", "--log-level", "loud"],
    {
      env: {
        HOST: "sms.example.com",
        TWILIO_WEBHOOK_AUTH_TOKEN: "s3cret,",
        PUBLIC_URL: "ftp://ana:s3cret@sms.example.com",
      },
    },
  );
  expect(status).toBe(2);
  expect(stderr).toStartWith("Wrong settings or flags:\n");
  // Each is named as it was given.
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

test("invalid settings that a command doesn't use don't stop it", async () => {
  const { status, stderr } = await run(PROGRAM, ["export"], {
    env: { PORT: "nonsense", DATABASE_URL: "/nowhere/smsledger.db" },
  });
  expect(status).toBe(1);
  expect(stderr).toBe(
    "There is no database /nowhere/smsledger.db. Check DATABASE_URL.\n",
  );
});

test("a variable that looks like a mistyped setting is named, with the closest match", async () => {
  const wrong = await run(PROGRAM, ["config"], {
    env: {
      TWILIO_WEBHOOK_AUTHTOKEN: "s3cret",
      TWILIO_WEBHOOK_PASSWORD_OF_ANA: "s3cret",
      SMSLEDGER_PUBLIC_URL: "https://sms.example.com",
      MASK_NUMBER: "true",
    },
  });
  expect(wrong).toEqual({
    status: 2,
    stdout: "",
    stderr: [
      "Wrong settings or flags:",
      "TWILIO_WEBHOOK_AUTHTOKEN: unknown setting. Did you mean TWILIO_WEBHOOK_AUTH_TOKEN?",
      "TWILIO_WEBHOOK_PASSWORD_OF_ANA: unknown setting. smsledger serve --help lists them.",
      "SMSLEDGER_PUBLIC_URL: unknown setting. Did you mean PUBLIC_URL?",
      "MASK_NUMBER: unknown setting. Did you mean MASK_NUMBERS?\n",
    ].join("\n  "),
  });
  // A command that takes this setting says so too, and no other does.
  const env = { MASK_NUMBER: "true", DATABASE_URL: "/nowhere/smsledger.db" };
  expect((await run(PROGRAM, ["export"], { env })).status).toBe(2);
  expect((await run(PROGRAM, ["user", "list"], { env })).status).toBe(1);
});

test("variables of other programs and of deployments are ignored", async () => {
  const { status, stderr } = await run(PROGRAM, ["config"], {
    env: {
      HOSTNAME: "vps",
      PORTS: "80",
      LOGLEVEL: "3",
      DATABASE_URI: "postgres://localhost",
      TWILIO_AUTH_TOKEN: "x",
      SMSLEDGER_PORT: "tcp://10.0.0.1:3000",
      SMSLEDGER_SERVICE_HOST: "10.0.0.1",
      SMSLEDGER_VERSION: "1",
    },
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});

function longestLine(text: string): number {
  return Math.max(...text.split("\n").map((line) => line.length));
}
