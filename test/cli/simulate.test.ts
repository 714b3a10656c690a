import { expect, test } from "bun:test";
import { validateRequest } from "twilio/lib/webhooks/webhooks.js";
import { join } from "node:path";
import { tempDir } from "../support/temp-dir.ts";
import { startServer } from "../support/start-server.ts";
import { until } from "../support/until.ts";
import { AUTH_TOKEN } from "../support/twilio-client.ts";
import { PROGRAM, run } from "./program.ts";
import { eventsIn } from "../support/rows.ts";

const WEBHOOK = "/api/rpc/webhooks/twilio/sms";

const KEY_ID = "webhooks_sharedkey_01k9new";
const KEY = "c2VjcmV0IG9mIGEga2V5";

const simulate = (args: readonly string[], env: Record<string, string> = {}) =>
  run(PROGRAM, ["simulate", ...args], {
    env: { TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN, ...env },
  });

test("callbacks are recorded, and the responses and latencies are reported", async () => {
  await using server = await startServer();
  const { port } = new URL(server.origin);
  const { status, stdout, stderr } = await simulate(
    ["--count", "60", "--rate", "600"],
    { PORT: port },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(
    /^60 callbacks in \d+\.\d s: [\d.]+ per second \(600 asked for\)$/m,
  );
  expect(stdout).toMatch(/^200 +60$/m);
  for (const name of ["p50", "p95", "p99", "max"])
    expect(stdout).toMatch(new RegExp(`^${name} +[\\d.]+$`, "m"));
  const events = await eventsIn(server.store);
  expect(events.length).toBeGreaterThan(40);
  expect(events.some((event) => event.query.includes("campaign="))).toBe(true);
});

test("only the chosen statuses are sent, on the path's channel", async () => {
  await using server = await startServer();
  const { status } = await simulate([
    "--url",
    server.origin + WEBHOOK.replace("sms", "whatsapp"),
    "--count",
    "50",
    "--rate",
    "1000",
    "--statuses",
    "failed",
  ]);
  expect(status).toBe(0);
  const { messages } = await server.store.listMessages([], { size: 100 });
  const kinds = new Set(
    messages.map((each) => `${each.channel} ${each.status}`),
  );
  expect([...kinds]).toEqual(["whatsapp failed"]);
});

test("at the address of Event Streams, their events are posted, with tags and Twilio's time", async () => {
  await using server = await startServer();
  const { status } = await simulate([
    "--url",
    server.origin + WEBHOOK.replace("sms", "events"),
    "--count",
    "50",
    "--rate",
    "1000",
  ]);
  expect(status).toBe(0);
  const events = await eventsIn(server.store);
  expect(events.length).toBeGreaterThan(30);
  expect(new Set(events.map(({ source }) => source))).toEqual(
    new Set(["stream"]),
  );
  expect(events.every(({ occurredAt }) => occurredAt !== null)).toBe(true);
  expect(events.some(({ query }) => query.includes("campaign="))).toBe(true);
});

test("the rate is never exceeded", async () => {
  await using server = await startServer();
  // Time is the subject: 20 pauses of a twentieth of a second.
  const before = performance.now();
  await simulate([
    "--url",
    server.origin + WEBHOOK,
    "--count",
    "21",
    "--rate",
    "20",
  ]);
  expect(performance.now() - before).toBeGreaterThan(1_000);
});

test("a server with another token refuses, so the status is 1 and the reason is reported", async () => {
  await using server = await startServer();
  const { status, stdout, stderr } = await simulate(
    ["--url", server.origin + WEBHOOK, "--count", "5", "--rate", "100"],
    { TWILIO_WEBHOOK_AUTH_TOKEN: "another" },
  );
  expect(status).toBe(1);
  expect(stdout).toMatch(/^403 +5$/m);
  expect(stderr).toStartWith("5 of 5 callbacks: answered 403. ");
});

test("a local server gets callbacks signed for PUBLIC_URL", async () => {
  const env = { PUBLIC_URL: "https://ops.example.com/sms" };
  await using server = await startServer(env);
  const { status } = await simulate(["--count", "5", "--rate", "100"], {
    ...env,
    PORT: new URL(server.origin).port,
  });
  expect(status).toBe(0);
});

test("a token that is bound to an account signs that account's callbacks", async () => {
  const bound = `AC${"5".repeat(32)}=bound-token`;
  await using server = await startServer({ TWILIO_WEBHOOK_AUTH_TOKEN: bound });
  const { status } = await simulate(["--count", "5", "--rate", "100"], {
    TWILIO_WEBHOOK_AUTH_TOKEN: bound,
    PORT: new URL(server.origin).port,
  });
  expect(status).toBe(0);
});

test.each([
  ["its id", `${KEY_ID}=${KEY}`],
  ["no id", KEY],
])("a shared key with %s signs, and the header names it", async (_, keys) => {
  const env = {
    TWILIO_WEBHOOK_AUTH_TOKEN: "",
    TWILIO_WEBHOOK_SHARED_KEYS: keys,
  };
  await using server = await startServer(env);
  const { port } = new URL(server.origin);
  const own = await simulate(["--count", "5", "--rate", "100"], {
    ...env,
    PORT: port,
  });
  expect(own).toMatchObject({ status: 0, stderr: "" });
  expect(own.stdout).toMatch(/^200 +5$/m);
});

test("if there are a token and a shared key, --signer chooses", async () => {
  const env = { TWILIO_WEBHOOK_SHARED_KEYS: `${KEY_ID}=${KEY}` };
  await using server = await startServer({
    ...env,
    TWILIO_WEBHOOK_AUTH_TOKEN: "another",
  });
  const args = ["--url", server.origin + WEBHOOK, "--count", "2"];
  for (const [signer, status] of [
    [[], 1],
    [["--signer", "token"], 1],
    [["--signer", "shared-key"], 0],
    [["--signer", "guess"], 2],
  ] as const)
    expect((await simulate([...args, ...signer], env)).status).toBe(status);
  const missing = await simulate([...args, "--signer", "shared-key"]);
  expect(missing.status).toBe(2);
  expect(missing.stderr).toContain("TWILIO_WEBHOOK_SHARED_KEYS: is not set");
});

test("the fragment is neither sent nor signed, and userinfo becomes Basic auth", async () => {
  const verdicts: unknown[] = [];
  using receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const params = Object.fromEntries(
        new URLSearchParams(await request.text()),
      );
      verdicts.push({
        authorization: request.headers.get("authorization"),
        isRight: validateRequest(
          "t",
          request.headers.get("x-twilio-signature") ?? "",
          request.url,
          params,
        ),
        startsRight: request.url.startsWith(
          `http://127.0.0.1:${receiver.port}/hook?team=a%20b`,
        ),
      });
      return new Response();
    },
  });
  const { status } = await simulate(
    [
      "--url",
      `http://me:p%40ss@127.0.0.1:${receiver.port}/hook?team=a b#rc=5&rp=all`,
      "--count",
      "3",
      "--rate",
      "100",
    ],
    { TWILIO_WEBHOOK_AUTH_TOKEN: "t" },
  );
  expect(status).toBe(0);
  const authorization = `Basic ${btoa("me:p@ss")}`;
  expect(verdicts).toEqual(
    Array(3).fill({ authorization, isRight: true, startsRight: true }),
  );
});

test("if nothing listens, the table says so and the status is 1", async () => {
  const { status, stdout, stderr } = await simulate([
    "--url",
    "http://127.0.0.1:9/hook",
    "--count",
    "2",
  ]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^connection refused +2$/m);
  expect(stderr).toContain("Is the server running?");
});

test("without a token, nothing is posted, and all wrong flags are reported at once", async () => {
  const { status, stdout, stderr } = await simulate(
    [
      "--count",
      "-5",
      "--rate",
      "NaN",
      "--concurrency",
      "0",
      "--url",
      "ftp://s3cret@x",
      "--statuses",
      "lost",
    ],
    { TWILIO_WEBHOOK_AUTH_TOKEN: "" },
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  for (const flag of ["url", "rate", "count", "concurrency", "statuses"])
    expect(stderr).toContain(`  --${flag}: must be `);
  expect(stderr).not.toContain("s3cret");

  const right = await simulate([], { TWILIO_WEBHOOK_AUTH_TOKEN: "" });
  expect(right.status).toBe(2);
  expect(right.stderr).toContain("TWILIO_WEBHOOK_AUTH_TOKEN: is not set");
});

test("an untrusted certificate is named, with what to do", async () => {
  using folder = tempDir();
  const request =
    "req -x509 -nodes -newkey rsa:2048 -days 2 -subj /CN=localhost";
  const made = Bun.spawnSync(
    [
      "openssl",
      ...request.split(" "),
      "-keyout",
      "key.pem",
      "-out",
      "cert.pem",
    ],
    { cwd: folder.path },
  );
  expect(made.exitCode).toBe(0);
  using receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: {
      key: Bun.file(join(folder.path, "key.pem")),
      cert: Bun.file(join(folder.path, "cert.pem")),
    },
    fetch: () => new Response(),
  });
  const { status, stderr } = await simulate([
    "--url",
    `https://localhost:${receiver.port}${WEBHOOK}`,
    "--count",
    "1",
  ]);
  expect(status).toBe(1);
  expect(stderr).toStartWith(
    "1 of 1 callback: the certificate isn't trusted. Twilio doesn't accept it either.",
  );
});

test("Ctrl-C stops it and prints the results so far", async () => {
  let posted = 0;
  using receiver = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch() {
      posted++;
      return new Response();
    },
  });
  const child = Bun.spawn(
    [
      ...PROGRAM,
      "simulate",
      "--url",
      `http://127.0.0.1:${receiver.port}/`,
      "--rate",
      "20",
    ],
    {
      env: { TWILIO_WEBHOOK_AUTH_TOKEN: AUTH_TOKEN },
      stdout: "pipe",
      stderr: "pipe",
    },
  );
  await until(() => posted >= 3);
  child.kill("SIGINT");
  expect(await child.exited).toBe(130);
  const table = await new Response(child.stdout).text();
  expect(table).toMatch(/^\d+ callbacks in .* \(20 asked for\)\n\nanswer/);
  expect(await new Response(child.stderr).text()).toContain("so far");
});
