import { describe, expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { startServer } from "../support/start-server.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { until } from "../support/until.ts";
import { HAS_PROMTOOL, promtool } from "./promtool.ts";

const TOKEN = "a-long-enough-metrics-token";

async function metricsOf({ origin }: { readonly origin: string }) {
  const answer = await fetch(`${origin}/metrics`);
  expect(answer.status).toBe(200);
  const text = await answer.text();
  return {
    answer,
    text,
    /** Returns the value of a series, written as in the text. */
    value: (series: string): number | undefined => {
      const line = text
        .split("\n")
        .find((each) => each.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.split(" ").at(-1));
    },
  };
}

test("callbacks are counted by channel and result", async () => {
  await using server = await startServer();
  const { twilio } = server;
  const sid = newMessageSid();
  for (const MessageStatus of ["sent", "delivered", "delivered", "queued"])
    await twilio.post({ MessageSid: sid, MessageStatus });
  await twilio.post({ MessageStatus: "read" }, { channel: "whatsapp" });
  await twilio.post({}, { authToken: "another" });
  await fetch(server.origin + WEBHOOK_PATHS.sms);
  const { value } = await metricsOf(server);
  const callbacks = (channel: string, outcome: string) =>
    value(
      `smsledger_callbacks_total{channel="${channel}",outcome="${outcome}"}`,
    );
  expect(callbacks("sms", "recorded")).toBe(2);
  expect(callbacks("sms", "repeated")).toBe(1);
  expect(callbacks("sms", "skipped")).toBe(1);
  expect(callbacks("whatsapp", "recorded")).toBe(1);
  const refused = (check: string) =>
    value(`smsledger_callbacks_refused_total{channel="sms",check="${check}"}`);
  expect(["signature", "method", "fields"].map(refused)).toEqual([1, 1, 0]);
  const events = (status: string) =>
    value(`smsledger_events_total{channel="sms",status="${status}"}`);
  expect(["sent", "delivered", "failed"].map(events)).toEqual([1, 1, 0]);
});

test("the queue, commits and batches are measured", async () => {
  await using server = await startServer();
  await Promise.all(Array.from({ length: 20 }, () => server.twilio.post()));
  const { value } = await metricsOf(server);
  expect(value("smsledger_batch_events_sum")).toBe(20);
  const batches = value("smsledger_batch_events_count");
  expect(value("smsledger_commit_seconds_count")).toBe(batches);
  expect(value('smsledger_commit_seconds_bucket{le="+Inf"}')).toBe(batches);
  expect(value('smsledger_batch_events_bucket{le="2000"}')).toBe(batches);
  expect(value("smsledger_commit_seconds_sum")).toBeGreaterThan(0);
  expect(value("smsledger_write_queue_events")).toBe(0);
  expect(value("smsledger_write_queue_limit_events")).toBeGreaterThan(1_000);
  expect(value("smsledger_batches_failed_total")).toBe(0);
});

test("requests are counted by route and status class, including strangers', and pages are timed", async () => {
  await using server = await startServer({
    PUBLIC_URL: "https://ops.example.com/sms",
  });
  for (const path of [
    "/messages",
    "/sms/messages",
    "/messages/nothing",
    "/livez",
    "/made-up",
    "/made-up/twice",
  ])
    await (await fetch(server.origin + path)).text();
  await (
    await fetch(`${server.origin}/messages`, { headers: { via: "1.1 proxy" } })
  ).text();
  const counted = async () => (await metricsOf(server)).value;
  await until(async () =>
    expect(
      (await counted())(
        'smsledger_http_requests_total{route="messages",status="4xx"}',
      ),
    ).toBe(2),
  );
  const value = await counted();
  const requests = (route: string, status: string) =>
    value(`smsledger_http_requests_total{route="${route}",status="${status}"}`);
  expect(requests("messages", "2xx")).toBe(2);
  expect(requests("livez", "2xx")).toBe(1);
  expect(requests("unknown", "4xx")).toBe(2);
  expect(value('smsledger_page_seconds_count{route="messages"}')).toBe(4);
  expect(value('smsledger_page_seconds_count{route="livez"}')).toBeUndefined();
});

test("disk, database, process, last callback and build are reported", async () => {
  await using server = await startServer();
  const before = await metricsOf(server);
  expect(
    before.value("smsledger_last_callback_timestamp_seconds"),
  ).toBeUndefined();
  const startedAt = Date.now();
  await server.twilio.post();
  const { value, text, answer } = await metricsOf(server);
  expect(
    value("smsledger_last_callback_timestamp_seconds"),
  ).toBeGreaterThanOrEqual(startedAt / 1_000);
  expect(value("smsledger_database_bytes")).toBeGreaterThan(0);
  expect(value("smsledger_database_log_bytes")).toBeGreaterThan(0);
  const free = value("smsledger_disk_free_bytes");
  expect(free).toBeGreaterThan(0);
  expect(value("smsledger_disk_size_bytes")).toBeGreaterThan(free ?? 0);
  expect(value("process_resident_memory_bytes")).toBeGreaterThan(1e7);
  expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
  expect(value("process_start_time_seconds")).toBeLessThan(Date.now() / 1_000);
  expect(text).toMatch(
    /^smsledger_build_info\{version="0\.0\.0-test",bun="[\d.]+",schema="\d+"\} 1$/m,
  );
  expect(answer.headers.get("content-type")).toBe(
    "text/plain; version=0.0.4; charset=utf-8",
  );
});

test("the event loop's lag is sampled once somebody has read the metrics", async () => {
  await using server = await startServer();
  await metricsOf(server);
  await until(async () =>
    expect(
      (await metricsOf(server)).value("smsledger_event_loop_lag_seconds_count"),
    ).toBeGreaterThan(1),
  );
});

test("a server that can't write isn't ready, and still reports metrics", async () => {
  await using server = await startServer();
  expect((await metricsOf(server)).value("smsledger_ready")).toBe(1);
  const { databaseUrl } = server.config;
  await rename(databaseUrl, `${databaseUrl}.moved`);
  const { value } = await metricsOf(server);
  expect(value("smsledger_ready")).toBe(0);
  expect(value("smsledger_database_bytes")).toBeUndefined();
});

test("live pages are counted while they listen", async () => {
  await using server = await startServer();
  const leave = new AbortController();
  const live = await fetch(`${server.origin}/live`, { signal: leave.signal });
  expect((await metricsOf(server)).value("smsledger_live_listeners")).toBe(1);
  leave.abort();
  await live.text().catch(() => undefined);
  await until(async () =>
    expect((await metricsOf(server)).value("smsledger_live_listeners")).toBe(0),
  );
});

test("chores are reported if the settings enable them", async () => {
  await using server = await startServer({
    BACKUP_FOLDER: "/nonexistent/backups",
    RETENTION_DAYS: "30",
  });
  const { upkeep } = server.store;
  await upkeep.note({ name: "backup", note: { at: 1_000_000, bytes: 1 } });
  const ok = 'smsledger_chore_ok{chore="backup"}';
  const done = 'smsledger_chore_done_timestamp_seconds{chore="backup"}';
  const first = await metricsOf(server);
  expect([ok, done].map(first.value)).toEqual([1, 1_000]);
  expect(first.value('smsledger_chore_ok{chore="retention"}')).toBe(1);
  const paused = "smsledger_retention_paused";
  expect(first.value(paused)).toBe(0);
  const note = { at: 2_000_000, reason: "The disk is full." };
  await upkeep.note({ name: "retentionPause", note });
  expect((await metricsOf(server)).value(paused)).toBe(1);
  await upkeep.note({ name: "backupFailure", note });
  const second = await metricsOf(server);
  expect([ok, done].map(second.value)).toEqual([0, 1_000]);

  await using other = await startServer();
  expect((await metricsOf(other)).text).not.toContain("{chore=");
});

describe.skipIf(!HAS_PROMTOOL)("Prometheus (needs promtool)", () => {
  test("finds nothing wrong with the metrics, before and after activity", async () => {
    await using server = await startServer({
      BACKUP_FOLDER: "/nonexistent/backups",
    });
    for (const times of [1, 2]) {
      const { text } = await metricsOf(server);
      const verdict = await promtool(["check", "metrics"], text);
      expect([times, verdict]).toEqual([times, { status: 0, output: "" }]);
      await server.twilio.post();
      await (await fetch(`${server.origin}/messages`)).text();
    }
  });
});

describe("metrics access", () => {
  const ask = async (
    { origin }: { readonly origin: string },
    headers: Record<string, string> = {},
  ) => {
    const answer = await fetch(`${origin}/metrics`, { headers });
    return { answer, text: await answer.text() };
  };

  test("without METRICS_TOKEN: this machine, and nobody through a proxy", async () => {
    await using server = await startServer({ SIGN_IN: "password" });
    expect((await ask(server)).answer.status).toBe(200);
    for (const headers of [
      { "x-forwarded-for": "127.0.0.1" },
      { via: "1.1 proxy" },
      { host: "rebind.example.com" },
    ]) {
      const { answer, text } = await ask(server, headers);
      expect(answer.status).toBe(403);
      expect(JSON.parse(text)).toMatchObject({ status: 403 });
      expect(text).toContain("METRICS_TOKEN");
      expect(text).not.toContain("smsledger_callbacks_total");
    }
  });

  test("with METRICS_TOKEN: anyone who has it, from anywhere, and nobody else", async () => {
    await using server = await startServer({
      SIGN_IN: "password",
      METRICS_TOKEN: TOKEN,
    });
    for (const authorization of [
      "",
      "Bearer",
      `Bearer ${TOKEN}x`,
      `Bearer ${TOKEN.slice(0, -1)}`,
      `Bearer ${TOKEN.toUpperCase()}`,
      `Basic ${TOKEN}`,
      TOKEN,
    ]) {
      const { answer, text } = await ask(server, { authorization });
      expect([authorization, answer.status]).toEqual([authorization, 401]);
      expect(answer.headers.get("www-authenticate")).toStartWith("Bearer ");
      expect(text).not.toContain(TOKEN);
      expect(text).not.toContain("smsledger_callbacks_total");
    }
    for (const headers of [
      { authorization: `Bearer ${TOKEN}` },
      { authorization: `bearer ${TOKEN}` },
      {
        authorization: `Bearer ${TOKEN}`,
        "x-forwarded-for": "203.0.113.7",
        host: "sms.example.com",
      },
    ]) {
      const { answer, text } = await ask(server, headers);
      expect(answer.status).toBe(200);
      expect(text).toContain("smsledger_callbacks_total");
    }
  });
});
