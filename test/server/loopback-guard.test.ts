import { expect, test } from "bun:test";
import { addressOf, gatedOf } from "../support/route-list.ts";
import { startServer } from "../support/start-server.ts";
import { get } from "../pages/page-client.ts";

const FORWARDING_HEADERS = [
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
  "X-Forwarded-Port",
  "X-Forwarded-Prefix",
  "X-Forwarded-Server",
  "X-Forwarded-Scheme",
  "Forwarded",
  "X-Real-IP",
  "X-Client-IP",
  "X-Cluster-Client-IP",
  "X-Original-Forwarded-For",
  "X-Original-URL",
  "X-Amzn-Trace-Id",
  "Via",
  "CF-Connecting-IP",
  "CF-Ray",
  "True-Client-IP",
  "Fastly-Client-IP",
  "Fly-Client-IP",
];

test("a request that a proxy forwarded gets no page, asset or health check", async () => {
  await using server = await startServer();
  const paths = gatedOf(server.routes)
    .filter(({ path }) => !path.startsWith("/api/"))
    .map(({ path }) => addressOf(path));
  for (const path of [...paths, "/nothing-here", "/api/nothing-here"]) {
    for (const name of FORWARDING_HEADERS) {
      for (const method of ["GET", "POST"]) {
        const page = await get(server.origin + path, {
          method,
          headers: { [name]: "203.0.113.7" },
        });
        expect([page.status, method, path, name]).toEqual([
          403,
          method,
          path,
          name,
        ]);
        expect(page.text).toContain("came through a proxy");
        expect(page.text).not.toContain("203.0.113.7");
      }
    }
  }
});

test("a request that asks to close its connection, as nginx's do, gets no page", async () => {
  await using server = await startServer();
  for (const path of ["/messages", "/metrics", "/api/v1/messages"]) {
    const page = await get(server.origin + path, {
      headers: { connection: "close" },
    });
    expect([path, page.status]).toEqual([path, 403]);
  }
  // A monitor may see them.
  const live = await get(`${server.origin}/livez`, {
    headers: { connection: "close" },
  });
  expect(live.status).toBe(200);
});

test("pages respond only under this machine's own names, whatever other names point to it", async () => {
  await using server = await startServer();
  const port = new URL(server.origin).port;
  const statusUnder = async (host: string): Promise<number> =>
    (await get(`${server.origin}/messages`, { headers: { host } })).status;
  for (const host of [
    `127.0.0.1:${port}`,
    "127.0.0.1",
    "127.8.9.1",
    `localhost:${port}`,
    "LOCALHOST",
    `[::1]:${port}`,
  ])
    expect([host, await statusUnder(host)]).toEqual([host, 200]);
  for (const host of [
    "rebind.example.com",
    `rebind.example.com:${port}`,
    "localhost.example.com",
    "127.0.0.1.example.com",
    "1127.0.0.1",
    "192.168.1.4",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "localhost:3000@example.com",
    "example.com#localhost",
    "localhost:99999",
    "127.0.0.1:65536",
    "127.999.1.1",
    "127.0.0.256",
  ])
    expect([host, await statusUnder(host)]).toEqual([host, 403]);
});

test("the refusal is JSON for health checks and below /api, and elsewhere a page without assets", async () => {
  await using server = await startServer();
  const refused = (path: string) =>
    get(server.origin + path, { headers: { via: "1.1 proxy" } });
  const health = await refused("/readyz");
  expect(health.headers.get("content-type")).toBe("application/problem+json");
  expect(JSON.parse(health.text)).toMatchObject({ status: 403 });
  const webhook = await refused("/api/rpc/webhooks/twilio/mms");
  expect(JSON.parse(webhook.text)).toMatchObject({ success: false });
  const page = await refused("/messages");
  expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(page.text).not.toMatch(/<link|<script|href=/);
});

test("the webhook responds through a proxy and under any name", async () => {
  await using server = await startServer({
    PUBLIC_URL: "https://sms.example.com",
  });
  const answer = await server.twilio.post(
    {},
    {
      signedUrl: "https://sms.example.com/api/rpc/webhooks/twilio/sms",
      headers: {
        host: "sms.example.com",
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-proto": "https",
        via: "1.1 proxy",
      },
    },
  );
  expect(await answer.json()).toEqual({ success: true, processed: 1 });
});
