import { expect, test } from "bun:test";
import { REQUESTS_MAX } from "../../src/routes/api/token-access.ts";
import { until } from "../support/until.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { ask, newToken, startApi } from "./api-server.ts";

const BY = { at: Date.now(), actor: "ana", address: null };

const PATHS = [
  "/messages",
  `/messages/${newMessageSid()}`,
  "/events",
  "/stats",
  "/errors",
  "/suppressions",
  "/suppressions/changes",
];

test("every response needs a valid token", async () => {
  await using api = await startApi();
  await api.twilio.post({ To: "+14155550123" });
  const almost = api.whole.slice(0, -1) + (api.whole.endsWith("A") ? "B" : "A");
  const given = {
    none: undefined,
    wrong: "Bearer smsl_wrong",
    almost: `Bearer ${almost}`,
    basic: `Basic ${btoa(`x:${api.whole}`)}`,
    bare: api.whole,
    two: `Bearer ${api.whole} ${api.whole}`,
    long: `Bearer ${"smsl_".padEnd(4_000, "x")}`,
  };
  for (const path of PATHS) {
    for (const [kind, authorization] of Object.entries(given)) {
      const headers = authorization === undefined ? {} : { authorization };
      const answer = await ask(api.origin, path, undefined, { headers });
      expect([path, kind, answer.status]).toEqual([path, kind, 401]);
      expect(answer.headers.get("www-authenticate")).toStartWith(
        'Bearer realm="smsledger"',
      );
      expect(answer.headers.get("content-type")).toBe(
        "application/problem+json",
      );
      expect(answer.body).toEqual({
        type: "about:blank",
        title: expect.any(String),
        status: 401,
        detail: expect.stringContaining("smsledger token add"),
      });
      expect(answer.text).not.toContain(api.whole);
      expect(answer.text).not.toContain("smsl_wrong");
    }
  }
  const inQuery = await api.get(`/messages?access_token=${api.whole}`, "");
  expect(inQuery.status).toBe(401);
});

test("the word Bearer is accepted in any case", async () => {
  await using api = await startApi();
  for (const word of ["Bearer", "bearer", "BEARER"]) {
    const headers = { authorization: `${word} ${api.whole}` };
    const { status } = await ask(api.origin, "/events", undefined, { headers });
    expect(status).toBe(200);
  }
});

test("a revoked token is refused from the next request on", async () => {
  await using api = await startApi();
  expect((await api.get("/messages")).status).toBe(200);
  const tokens = await api.store.apiTokens.list();
  const { id = 0 } = tokens.find(({ name }) => name === "whole") ?? {};
  await api.store.apiTokens.remove(id, BY);
  const { status, headers } = await api.get("/messages");
  expect(status).toBe(401);
  expect(headers.get("www-authenticate")).toContain("invalid_token");
  expect((await api.get("/messages", api.masked)).status).toBe(200);
});

test("a token's last use is accurate to the minute, and its first use each day is in the audit list with the exact time", async () => {
  await using api = await startApi();
  const start = Date.now();
  for (let i = 0; i < 5; i++) await api.get("/events");
  await until(async () => {
    const used = await api.store.apiTokens.list();
    const [unused, whole] = used.map(({ lastUsedAt }) => lastUsedAt);
    expect(unused).toBeNull();
    expect(whole).toBeGreaterThan(Date.now() - 120_000);
    expect((whole ?? 1) % 60_000).toBe(0);
  });
  const entries = await api.store.audit.list({ size: 10 });
  const reading = entries.filter(({ actor }) => actor === "token whole");
  expect(reading).toHaveLength(1);
  expect(reading[0]).toMatchObject({
    action: "read through the API for the first time that day, with",
    subject: "full numbers",
    address: "127.0.0.1",
  });
  expect(reading[0]?.at).toBeGreaterThanOrEqual(start);
});

test("each token has its own limit, which every response states", async () => {
  await using api = await startApi();
  const first = await api.get("/events");
  expect(first.headers.get("ratelimit-limit")).toBe(String(REQUESTS_MAX));
  expect(first.headers.get("ratelimit-remaining")).toBe(
    String(REQUESTS_MAX - 1),
  );
  const resetS = Number(first.headers.get("ratelimit-reset"));
  expect(resetS).toBeGreaterThan(0);
  expect(resetS).toBeLessThanOrEqual(60);
  expect(first.headers.has("retry-after")).toBe(false);
  const second = await api.get("/messages?limit=0");
  expect(second.status).toBe(400);
  expect(second.headers.get("ratelimit-remaining")).toBe(
    String(REQUESTS_MAX - 2),
  );

  for (let i = 2; i < REQUESTS_MAX; i += 50) {
    const left = Math.min(50, REQUESTS_MAX - i);
    await Promise.all(Array.from({ length: left }, () => api.get("/stats")));
  }
  const refused = await api.get("/events");
  expect(refused.status).toBe(429);
  expect(refused.body.status).toBe(429);
  expect(refused.headers.get("ratelimit-remaining")).toBe("0");
  const retryS = Number(refused.headers.get("retry-after"));
  expect(retryS).toBeGreaterThan(0);
  expect(retryS).toBeLessThanOrEqual(60);
  expect((await api.get("/events", api.masked)).status).toBe(200);
});

test("only GET and HEAD are answered, and other sites' pages can't read the response", async () => {
  await using api = await startApi();
  for (const path of PATHS) {
    const { origin, whole } = api;
    const head = await ask(origin, path, whole, { method: "HEAD" });
    const get = await ask(origin, path, whole);
    expect([path, head.status, head.text]).toEqual([path, get.status, ""]);
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
      const answer = await ask(origin, path, whole, {
        method,
        headers: {
          origin: "https://elsewhere.example.com",
          "access-control-request-method": "GET",
        },
      });
      expect([method, path, answer.status]).toEqual([method, path, 405]);
      expect(answer.headers.get("allow")).toBe("GET, HEAD");
      expect(answer.body.status).toBe(405);
    }
    const foreign = await ask(origin, path, whole, {
      headers: { origin: "https://elsewhere.example.com" },
    });
    const names = [...foreign.headers.keys()];
    expect(names.filter((name) => name.startsWith("access-control"))).toEqual(
      [],
    );
    expect(foreign.headers.get("cache-control")).toBe(
      foreign.status === 200 ? "private, no-cache" : "no-store",
    );
    expect(foreign.headers.get("x-content-type-options")).toBe("nosniff");
    expect(foreign.headers.get("cross-origin-resource-policy")).toBe(
      "same-origin",
    );
  }
});

test("an unknown address is reported as a problem", async () => {
  await using api = await startApi();
  for (const path of ["", "/", "/nothing-here", "/messages/x/y"]) {
    const { status, headers, body } = await api.get(path);
    expect([path, status]).toEqual([path, 404]);
    expect(headers.get("content-type")).toBe("application/problem+json");
    expect(body.detail).toContain("/api/openapi.json");
  }
});

test("all unknown parameters are named, and no value is repeated", async () => {
  await using api = await startApi();
  const cases = [
    ["/messages?limit=0", ["limit"]],
    ["/messages?limit=201", ["limit"]],
    ["/messages?limit=s3cret", ["limit"]],
    ["/messages?limit=1.5", ["limit"]],
    ["/messages?limit=10&limit=20", ["limit"]],
    ["/messages?s3cret=1", [null]],
    ["/messages?__proto__=1", [null]],
    ["/messages?cursor=s3cret", ["cursor"]],
    ["/messages?cursor=s3cret&limit=s3cret&s3cret=1", [null, "limit"]],
    [`/messages?q=${"s3cret".repeat(1_000)}`, ["q"]],
    [`/messages/${newMessageSid()}?s3cret=1`, [null]],
    ["/events?cursor=s3cret", ["cursor"]],
    [`/events?cursor=${"x".repeat(4_000)}`, ["cursor"]],
    ["/events?limit=1001&wait=31", ["limit", "wait"]],
    ["/stats?range=s3cret", ["range"]],
    ["/stats?range=24h&from=2026-11-01", [null]],
    ["/stats?from=s3cret&to=s3cret", [null, null]],
    ["/errors?limit=201&range=1y", ["range", "limit"]],
  ] as const;
  for (const [path, parameters] of cases) {
    const { status, body, text } = await api.get(path);
    expect([path, status]).toEqual([path, 400]);
    expect(body.type).toBe("urn:smsledger:problem:wrong-parameters");
    expect([
      path,
      body.errors.map((each: { parameter: string }) => each.parameter),
    ]).toEqual([path, [...parameters]]);
    for (const { detail } of body.errors) expect(detail).toEndWith(".");
    expect(text).not.toContain("s3cret");
  }
});

test("an empty parameter counts as missing", async () => {
  await using api = await startApi();
  const { status } = await api.get("/messages?q=&limit=&cursor=");
  expect(status).toBe(200);
});

test("the API works below the base path, and needs a token there too", async () => {
  await using api = await startApi({
    PUBLIC_URL: "https://ops.example.com/sms",
  });
  for (const base of ["", "/sms"]) {
    const answer = await ask(`${api.origin}${base}`, "/messages", api.whole);
    expect(answer.status).toBe(200);
    const missing = await ask(`${api.origin}${base}`, "/messages", undefined);
    expect(missing.status).toBe(401);
  }
});

test("a database that doesn't respond is reported as a problem, with Retry-After", async () => {
  await using api = await startApi();
  await api.store.close();
  const { status, headers, body } = await api.get("/messages");
  expect(status).toBe(503);
  expect(headers.get("retry-after")).toBe("5");
  expect(body).toMatchObject({ type: "about:blank", status: 503 });
});

test("with sign-in, a token is enough from any address, without a session", async () => {
  await using api = await startApi({
    SIGN_IN: "password",
    PUBLIC_URL: "https://sms.example.com",
  });
  const headers = {
    host: "sms.example.com",
    "x-forwarded-for": "203.0.113.7",
    "x-forwarded-proto": "https",
    accept: "text/html",
  };
  for (const path of ["/messages", "/events", "/stats", "/errors"]) {
    const known = await ask(api.origin, path, api.whole, { headers });
    expect([path, known.status]).toEqual([path, 200]);
    const unknown = await ask(api.origin, path, undefined, { headers });
    expect([path, unknown.status]).toEqual([path, 401]);
    expect(unknown.headers.get("www-authenticate")).toStartWith("Bearer");
  }
  const document = await fetch(`${api.origin}/api/openapi.json`, { headers });
  expect(document.status).toBe(200);
  const page = await fetch(`${api.origin}/messages`, {
    redirect: "manual",
    headers: { authorization: `Bearer ${api.whole}` },
  });
  expect(page.status).toBe(401);
});

test("without sign-in, the API still needs a token and serves only this machine", async () => {
  await using api = await startApi({ SIGN_IN: "none" });
  expect((await api.get("/messages", "")).status).toBe(401);
  const elsewhere = await ask(api.origin, "/messages", api.whole, {
    headers: { "x-forwarded-for": "203.0.113.7" },
  });
  expect(elsewhere.status).toBe(403);
});

test("a token sees numbers as its scope says, whatever the pages show", async () => {
  for (const MASK_NUMBERS of ["true", "false"]) {
    await using api = await startApi({ MASK_NUMBERS });
    await api.twilio.post({ To: "+14155550123" });
    const numberOf = async (token: string): Promise<string> =>
      (await api.get("/messages", token)).body.data[0].to;
    expect(await numberOf(api.whole)).toBe("+14155550123");
    expect(await numberOf(api.masked)).toBe("+141••••••23");
  }
});

test("a token isn't stored in plain text", async () => {
  await using api = await startApi();
  const token = await newToken(api.store);
  const bytes = Buffer.concat(
    await Promise.all(
      ["", "-wal"].map(async (end) =>
        Buffer.from(await Bun.file(api.config.databaseUrl + end).arrayBuffer()),
      ),
    ),
  );
  expect(bytes.includes("masked")).toBe(true);
  expect(bytes.includes(token)).toBe(false);
  expect(bytes.includes(token.slice("smsl_".length))).toBe(false);
});
