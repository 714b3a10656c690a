import { expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { INSTANCE_HEADER } from "../../src/receiver/instance.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { startServer } from "../support/start-server.ts";
import { runDoctor } from "./doctor-run.ts";
import { tempDir } from "../support/temp-dir.ts";

type Health = Record<string, unknown>;

async function ask(
  { origin }: { readonly origin: string },
  path: string,
): Promise<{ readonly status: number; readonly body: Health }> {
  const answer = await fetch(origin + path);
  const body: unknown = await answer.json();
  return { status: answer.status, body: { ...Object(body) } };
}

test("readiness reports when the latest callback was received, and null before the first", async () => {
  let now = Date.UTC(2026, 10, 23, 12);
  await using server = await startServer({}, () => now);
  expect(await ask(server, "/readyz")).toEqual({
    status: 200,
    body: {
      ready: true,
      lastCallbackAt: null,
      lastCallbackAgeSeconds: null,
      alertRulesCheckAgeSeconds: 0,
    },
  });
  await server.twilio.post();
  now += 90_000;
  expect((await ask(server, "/readyz")).body).toEqual({
    ready: true,
    lastCallbackAt: "2026-11-23T12:00:00.000Z",
    lastCallbackAgeSeconds: 90,
    alertRulesCheckAgeSeconds: 90,
  });
});

test("repeated and skipped callbacks count too; refused ones don't", async () => {
  let now = Date.UTC(2026, 10, 23, 12);
  await using server = await startServer({}, () => now);
  const age = async () =>
    (await ask(server, "/readyz")).body["lastCallbackAgeSeconds"];
  await server.twilio.post({ MessageStatus: "queued" });
  expect(await age()).toBe(0);
  now += 60_000;
  await server.twilio.post({}, { authToken: "another" });
  expect(await age()).toBe(60);
});

test("after a restart, it is the latest recorded event", async () => {
  using folder = tempDir();
  const env = { DATABASE_URL: join(folder.path, "smsledger.db") };
  const before = Date.UTC(2026, 10, 23, 12);
  {
    await using first = await startServer(env, () => before);
    await first.twilio.post();
  }
  await using second = await startServer(env, () => before + 90_000);
  expect((await ask(second, "/readyz")).body).toEqual({
    ready: true,
    lastCallbackAt: "2026-11-23T12:00:00.000Z",
    lastCallbackAgeSeconds: 90,
    alertRulesCheckAgeSeconds: 0,
  });
});

test("a clock that was ahead hides no silence, neither once it is corrected nor after a restart", async () => {
  using folder = tempDir();
  const env = { DATABASE_URL: join(folder.path, "smsledger.db") };
  const right = Date.UTC(2026, 10, 23, 12);
  let now = right;
  const age = async (server: { readonly origin: string }) => {
    const { body } = await ask(server, "/readyz");
    return [body["lastCallbackAt"], body["lastCallbackAgeSeconds"]];
  };
  {
    await using first = await startServer(env, () => now);
    await first.twilio.post();
    now += 2 * 365 * 24 * 3_600_000;
    await first.twilio.post();
    now = right + 60_000;
    const [at, seconds] = await age(first);
    expect(Date.parse(String(at))).toBeLessThanOrEqual(now);
    expect(seconds).toBeLessThan(60);
  }
  now = right + 5 * 24 * 3_600_000;
  await using second = await startServer(env, () => now);
  expect(await age(second)).toEqual(["2026-11-23T12:00:00.000Z", 432_000]);
  const metrics = await (await fetch(`${second.origin}/metrics`)).text();
  expect(metrics).toContain(
    `smsledger_last_callback_timestamp_seconds ${right / 1_000}`,
  );
});

test("a silent week doesn't make the server unready, and an unready server reports it too", async () => {
  let now = Date.UTC(2026, 10, 23, 12);
  await using server = await startServer({}, () => now);
  await server.twilio.post();
  now += 7 * 24 * 3_600_000;
  expect((await ask(server, "/readyz")).status).toBe(200);
  const { databaseUrl } = server.config;
  await rename(databaseUrl, `${databaseUrl}.moved`);
  const { status, body } = await ask(server, "/readyz");
  expect(status).toBe(503);
  expect(body).toEqual({
    ready: false,
    reason:
      "The database file was moved or deleted. Put it back, or restart the server.",
    lastCallbackAt: "2026-11-23T12:00:00.000Z",
    lastCallbackAgeSeconds: 7 * 24 * 3_600,

    alertRulesCheckAgeSeconds: 7 * 24 * 3_600,
  });
});

test("how long the alert rules haven't been checked is measured, and doctor says when that's too long", async () => {
  using folder = tempDir();
  const start = Date.now() - 3_600_000;
  let now = start;
  const env = { DATABASE_URL: join(folder.path, "smsledger.db") };
  await using server = await startServer(env, () => now);
  const age = async () => {
    const { body } = await ask(server, "/readyz");
    const metrics = await (await fetch(`${server.origin}/metrics`)).text();
    return [
      body["alertRulesCheckAgeSeconds"],
      Number(
        /^smsledger_alert_rules_check_age_seconds (.*)$/m.exec(metrics)?.[1],
      ),
    ];
  };
  const check = (ranAt: number) =>
    server.store.alerts.advance({
      record: { ranAt, startedAt: start, gaps: [] },
      changes: [],
      dropped: [],
    });
  // What was before the start, or in a future that a clock made up, doesn't count.
  await check(start - 3_600_000);
  expect(await age()).toEqual([0, 0]);
  now += 60_000;
  await check(now + 3_600_000);
  expect(await age()).toEqual([60, 60]);
  await check(now - 10_000);
  expect(await age()).toEqual([10, 10]);
  const { port } = new URL(server.origin);
  const examined = () => runDoctor({ ...env, PORT: port });
  expect((await examined()).text).not.toContain("alert rules");
  now += 290_000;
  expect((await examined()).topic("Server")).toContain(
    "✗ The alert rules haven't been checked for 5 min, so nobody is alerted.",
  );
});

test("each run of a server has an ID, the same in its health checks and its refusals of unsigned callbacks", async () => {
  const base = "/sms";
  await using server = await startServer({
    PUBLIC_URL: `https://ops.example.com${base}`,
  });
  await using other = await startServer();
  const { instance } = (await ask(server, "/livez")).body;
  expect(instance).toMatch(/^[0-9a-f-]{36}$/);
  expect((await ask(server, `${base}/livez`)).body).toEqual({
    live: true,
    instance,
  });
  expect((await ask(other, "/livez")).body["instance"]).not.toBe(instance);
  const refused = await fetch(server.origin + WEBHOOK_PATHS.whatsapp, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expect(refused.status).toBe(403);
  expect(String(instance)).toBe(refused.headers.get(INSTANCE_HEADER) ?? "");
});
