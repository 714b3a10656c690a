import { describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { runDoctor } from "../ops/doctor-run.ts";
import { ON_DISK, tempDir } from "../support/temp-dir.ts";
import { AUTH_TOKEN, twilioClient } from "../support/twilio-client.ts";
import { PROGRAM, run, start } from "./program.ts";

const METRICS_TOKEN = "a-metrics-token-of-enough-characters";

/** Returns the settings that a server and doctor share. */
const settingsIn = (folder: string) => ({
  DATABASE_URL: join(folder, "smsledger.db"),
  SIGN_IN: "none",
  METRICS_TOKEN,
});

const serve = (env: Record<string, string>) =>
  start(PROGRAM, ["serve"], {
    env: { TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN, ...env, PORT: "0" },
  });

test("with a running server, everything is checked and nothing is wrong", async () => {
  using folder = tempDir(ON_DISK);
  chmodSync(folder.path, 0o700);
  const env = settingsIn(folder.path);
  await using server = await serve(env);
  await twilioClient(server.origin).post();
  const { port } = new URL(server.origin);
  const { status, text, topic } = await runDoctor({ ...env, PORT: port });
  expect([status, text]).toEqual([0, text]);
  expect(topic("Settings")[0]).toBe("✓ 1 auth token is set.");
  expect(topic("Server").slice(0, 3)).toEqual([
    `✓ The server is running on http://127.0.0.1:${port}.`,
    "✓ It's ready: writes reach the disk.",
    "✓ The latest callback was received just now.",
  ]);
  expect(topic("Database").join("\n")).toContain("✓ It's whole");
  expect(topic("Disk")[0]).toContain("are free on the database's disk");
  expect(topic("Backups")[0]).toStartWith("! No backups are written");
  expect(topic("Clock").join("\n")).toContain("lock");
  expect(text).toMatch(/\nNothing is wrong, \d+ worth a look \(!\)\.\n$/);
});

test("the report is also available as JSON, with the same exit status", async () => {
  const shape = {
    topic: expect.any(String),
    level: expect.stringMatching(/^(fine|note|wrong)$/),
    text: expect.any(String),
  };
  using folder = tempDir(ON_DISK);
  const env = { ...settingsIn(folder.path), PORT: "1" };
  const args = ["doctor", "--json"];
  const well = await run(PROGRAM, args, { env });
  const report = JSON.parse(well.stdout);
  expect(report).toMatchObject({ version: expect.any(String) });
  expect(well.status).toBe(report.wrong > 0 ? 1 : 0);
  for (const each of report.findings) expect(each).toMatchObject(shape);
  const wrong = await run(PROGRAM, args, { env: { PORT: "x" } });
  expect(wrong.status).toBe(1);
  expect(JSON.parse(wrong.stdout)).toMatchObject({
    wrong: 1,
    notes: 0,
    findings: [
      {
        topic: "Settings",
        level: "wrong",
        text: expect.any(String),
        advice:
          "The server can't start with these settings; the other checks were skipped.",
      },
    ],
  });
});

test("verdicts are colored only at a terminal, and never with NO_COLOR", async () => {
  const atTerminal = async (env: Record<string, string>): Promise<string> => {
    const chunks: Uint8Array[] = [];
    const child = Bun.spawn([...PROGRAM, "doctor"], {
      env: { PATH: process.env["PATH"], PORT: "x", TERM: "xterm", ...env },
      terminal: { cols: 80, rows: 24, data: (_, chunk) => chunks.push(chunk) },
    });
    await child.exited;
    return Buffer.concat(chunks).toString();
  };
  expect(await atTerminal({})).toContain("\x1b[31m✗\x1b[39m PORT: ");
  expect(await atTerminal({ NO_COLOR: "1" })).not.toContain("\x1b[");
  const piped = await run(PROGRAM, ["doctor"], { env: { PORT: "x" } });
  expect(piped.stdout).not.toContain("\x1b[");
});

test("without a server, it checks what exists and says that none is running", async () => {
  using folder = tempDir(ON_DISK);
  chmodSync(folder.path, 0o700);
  const env = settingsIn(folder.path);
  {
    await using server = await serve(env);
    server.kill("SIGTERM");
    await server.ended();
  }
  const { status, topic } = await runDoctor({ ...env, PORT: "1" });
  expect(status).toBe(0);
  expect(topic("Server")[0]).toStartWith(
    "! Nothing listens on http://127.0.0.1:1:",
  );
  expect(topic("Database").join("\n")).toContain("nothing keeps it locked");
});

test("before the first start, doctor says that there is no database yet and doesn't create one", async () => {
  using folder = tempDir(ON_DISK);
  const env = { ...settingsIn(join(folder.path, "data")), PORT: "1" };
  const { status, topic } = await runDoctor(env);
  expect(status).toBe(0);
  expect(topic("Database")[0]).toContain("There is no database yet");
  expect(await Array.fromAsync(new Bun.Glob("**").scan(folder.path))).toEqual(
    [],
  );
});

test("a problem makes the exit status 1 and is reported with a fix", async () => {
  using folder = tempDir(ON_DISK);
  const { status, text, topic } = await runDoctor({
    ...settingsIn(folder.path),
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    PORT: "1",
  });
  expect(status).toBe(1);
  expect(topic("Settings").slice(0, 2)).toEqual([
    "✗ No auth token is set, so every callback is answered 503.",
    expect.stringContaining("TWILIO_WEBHOOK_AUTH_TOKEN_FILE"),
  ]);
  expect(text).toContain("\n1 thing is wrong (✗)");
});

test("all mistakes in the settings are reported at once, and the other checks are skipped", async () => {
  const { status, text, topic } = await runDoctor({
    PORT: "many",
    PUBLIC_URL: "nowhere",
    TWILIO_WEBHOOK_AUTH_TOKEN_FILE: "/nonexistent/token",
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
  });
  expect(status).toBe(1);
  expect(
    topic("Settings")
      .slice(0, 3)
      .toSorted((a, b) => a.localeCompare(b)),
  ).toEqual([
    expect.stringContaining(
      "✗ PORT: must be a port number from 0 to 65535 (got ",
    ),
    expect.stringContaining(
      "✗ PUBLIC_URL: must be an address that starts with",
    ),
    expect.stringContaining("✗ TWILIO_WEBHOOK_AUTH_TOKEN: its file "),
  ]);
  expect(text).not.toContain("\nServer\n");
});

test("no secret is printed, whatever is wrong", async () => {
  using folder = tempDir(ON_DISK);
  const odd = "secret-that-is-no-auth-token";
  const env = { ...settingsIn(folder.path), TWILIO_WEBHOOK_AUTH_TOKEN: odd };
  for (const more of [
    {},
    { PORT: "many" },
    { METRICS_TOKEN: "short-secret" },
  ]) {
    const { text } = await runDoctor({ PORT: "1", ...env, ...more });
    expect(text).not.toContain(odd);
    expect(text).not.toContain(METRICS_TOKEN);
    expect(text).not.toContain("short-secret");
  }
});

test("a server that isn't ready and one that isn't smsledger are problems", async () => {
  using folder = tempDir(ON_DISK);
  const env = settingsIn(folder.path);
  await using server = await serve(env);
  await Bun.$`mv ${env.DATABASE_URL} ${env.DATABASE_URL}.moved`;
  const { port } = new URL(server.origin);
  const { status, topic } = await runDoctor({ ...env, PORT: port });
  expect(status).toBe(1);
  expect(topic("Server")[1]).toBe(
    "✗ It isn't ready. The database file was moved or deleted. Put it back, or restart the server.",
  );
  expect(topic("Database")[0]).toContain("The server is running, but not with");

  using other = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: () => new Response("<b>injected</b>"),
  });
  const foreign = await runDoctor({ ...env, PORT: String(other.port) });
  expect(foreign.topic("Server")[0]).toContain(
    "isn't this version of smsledger",
  );
  expect(foreign.text).not.toContain("injected");
});

test("port 0 doesn't say where the server is", async () => {
  using folder = tempDir(ON_DISK);
  const { topic } = await runDoctor({ ...settingsIn(folder.path), PORT: "0" });
  expect(topic("Server")[0]).toStartWith("! PORT is 0");
});

const AS_NOBODY = [
  "setpriv",
  "--reuid=65534",
  "--regid=65534",
  "--clear-groups",
];

/** Only root can become another user, and that user must have access to the current folder. */
const canBeNobody =
  process.getuid?.() === 0 &&
  (await run([...AS_NOBODY, ...PROGRAM], ["version"]).then(
    ({ status }) => status === 0,
    () => false,
  ));

describe.skipIf(!canBeNobody)("as another user (needs root)", () => {
  test("a database that this user can't read is named, with a fix", async () => {
    using folder = tempDir(ON_DISK);
    chmodSync(folder.path, 0o700);
    const env = settingsIn(folder.path);
    await using server = await serve(env);
    const { port } = new URL(server.origin);
    const { stdout, status } = await run(
      [...AS_NOBODY, ...PROGRAM],
      ["doctor"],
      { env: { ...env, TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN, PORT: port } },
    );
    expect(status).toBe(1);
    expect(stdout).toContain(`✗ This user can't access ${env.DATABASE_URL}.`);
    expect(stdout).toContain("as the user that the server runs as");
    chmodSync(folder.path, 0o755);
    const inFolder = await run([...AS_NOBODY, ...PROGRAM], ["doctor"], {
      env: { ...env, TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN, PORT: port },
    });
    expect(inFolder.stdout).toContain("can't be used.");
    expect(inFolder.stdout).toContain("as the user that the server runs as");
  });
});
