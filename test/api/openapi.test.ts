import { expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import type { TSchema } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { Value } from "@sinclair/typebox/value";
import { Problem } from "../../src/api/schemas.ts";
import { addAlert } from "../alerts/sample-alerts.ts";
import { get } from "../pages/page-client.ts";
import { apiRoutesOf, readingRoutesOf } from "../support/route-list.ts";
import { followList } from "../store/follow-list.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { NO_OUTCOMES } from "../../src/sources/outcomes.ts";
import { startApi } from "./api-server.ts";
import { startResend } from "../../src/forwarding/resend-request.ts";
import {
  addSampleEndpoint,
  saveSampleDay,
} from "../forwarding/sample-endpoints.ts";

test("the document is valid OpenAPI and readable without a token", async () => {
  await using api = await startApi();
  const { status, headers, text } = await get(`${api.origin}/api/openapi.json`);
  expect(status).toBe(200);
  expect(headers.get("content-type")).toStartWith("application/json");
  const document = JSON.parse(text);
  const validator = new Validator();
  const { valid, errors } = await validator.validate(document);
  expect(errors).toBeUndefined();
  expect(valid).toBe(true);
  expect(validator.version).toBe("3.1");
  expect(document.servers).toEqual([{ url: "/" }]);
  // Shows nothing about this server, because anyone can read it.
  expect(text).not.toContain("0.0.0-test");
});

test("every reference in the document resolves, and every component is used", async () => {
  await using api = await startApi();
  const { text } = await get(`${api.origin}/api/openapi.json`);
  const document = JSON.parse(text);
  const references = [...text.matchAll(/"\$ref":"#\/components\/([^"]+)"/g)];
  const named = new Set(references.map(([, path]) => path));
  const there = Object.entries<object>(document.components).flatMap(
    ([kind, components]) =>
      kind === "securitySchemes"
        ? []
        : Object.keys(components).map((name) => `${kind}/${name}`),
  );
  expect(named).toEqual(new Set(there));
});

test("every operation has a topic that is described, needs a token, and says what it answers to mistakes", async () => {
  await using api = await startApi();
  const { text } = await get(`${api.origin}/api/openapi.json`);
  const { paths, tags, components, security, info } = JSON.parse(text);
  const topics = tags.map(({ name }: { name: string }) => name);
  const schemes = Object.keys(components.securitySchemes);
  const used = new Set<string>();
  for (const [path, operations] of Object.entries<object>(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const [topic] = operation.tags;
      used.add(topic);
      expect([path, method, topics.includes(topic)]).toEqual([
        path,
        method,
        true,
      ]);
      const [needed] = operation.security ?? security;
      expect(schemes).toContain(Object.keys(needed)[0] ?? "");
      expect(Object.keys(operation.responses)).toContain("4XX");
    }
  expect([...used].toSorted()).toEqual(topics.toSorted());
  expect(info.license.name).toBe("MIT");
});

test("the document's server URL is PUBLIC_URL with its path, and the document is served below that path too", async () => {
  const PUBLIC_URL = "https://ops.example.com/sms";
  await using api = await startApi({ PUBLIC_URL });
  for (const base of ["", "/sms"]) {
    const { text } = await get(`${api.origin}${base}/api/openapi.json`);
    expect(JSON.parse(text).servers).toEqual([{ url: PUBLIC_URL }]);
  }
});

/**
 * Returns what is wrong with a value, including fields that its schema doesn't name, or
 * undefined.
 */
function mismatch(schema: TSchema, value: unknown): string | undefined {
  const error = TypeCompiler.Compile(schema).Errors(value).First();
  if (error !== undefined) return `${error.path}: ${error.message}`;
  const named = JSON.stringify(Value.Clean(schema, structuredClone(value)));
  return named === JSON.stringify(value) ? undefined : "unnamed fields";
}

test("real responses match the document in every field", async () => {
  await using api = await startApi();
  const sid = newMessageSid();
  const bare = newMessageSid();
  await api.twilio.post(
    {
      MessageSid: sid,
      MessageStatus: "failed",
      ErrorCode: "30003",
      ErrorMessage: "no",
      NumSegments: "2",
      MessagingServiceSid: "MG".padEnd(34, "9"),
    },
    { query: "?a=1&a=2&b" },
  );
  await api.twilio.post({ MessageSid: sid, MessageStatus: "failed" });
  await api.twilio.post({ MessageSid: sid, MessageStatus: "sent" });
  await api.twilio.postExactly(
    { MessageSid: bare, MessageStatus: "delivered" },
    { channel: "whatsapp" },
  );
  await api.twilio.post({ MessageStatus: "failed", ErrorCode: "99999" });
  await api.twilio.post({ MessageStatus: "failed", ErrorCode: "30005" });
  await followList(api.store);
  const alert = await addAlert(api.store.alerts, Date.now(), {
    ruleId: 1,
    minutesAgo: 30,
    overMinutesAgo: 5,
  });
  const today = new Date().toISOString().slice(0, 10);
  await api.store.backfills.want([today], 1);
  await api.store.backfills.addPage(
    { day: today, wantedAt: 1 },
    {
      ...NO_OUTCOMES,
      messages: 9,
      found: 2,
      unreadable: 0,
      byCallback: 7,
      byApi: 2,
      nextPage: null,
    },
    Date.now(),
  );
  const id = await addSampleEndpoint(api.store, "crm");
  await saveSampleDay(api.store, id);
  await startResend(
    api.store.outbox,
    { id, name: "crm" },
    { kind: "event", eventId: 1, ratePerSecond: 1 },
    { at: Date.now(), actor: "ana", address: null },
  );
  await api.store.views.add(
    { ownerId: null, name: "Failed", filter: "status:failed", inDigest: false },
    { at: Date.now(), actor: "ana", address: null },
  );
  const asked: Record<string, readonly string[]> = {
    "/api/v1/messages": ["", "?limit=1", "?q=status:failed"],
    "/api/v1/messages/:sid": [sid, bare],
    "/api/v1/events": ["", "?limit=2", "?cursor=now"],
    "/api/v1/stats": ["", "?range=90d", "?from=2026-01-01&to=2026-01-02"],
    "/api/v1/errors": ["", "?limit=1", "?from=2026-01-01&to=2026-01-02"],
    "/api/v1/views": [""],
    "/api/v1/completeness": ["", "?days=1"],
    "/api/v1/costs": ["", "?by=country&limit=1", "?by=tag", "?q=country:US"],
    "/api/v1/suppressions": ["", "?limit=1", "?reason=gone"],
    "/api/v1/suppressions/changes": ["", "?limit=1", "?cursor=now"],
    "/api/v1/alerts": ["", "?state=resolved&limit=1"],
    "/api/v1/alerts/:id": [String(alert.id)],
    "/api/v1/endpoints": [""],
    "/api/v1/endpoints/:id": ["1"],
    "/api/v1/endpoints/:id/attempts": ["", "?show=failed"],
    "/api/v1/endpoints/:id/resends": [""],
    "/api/v1/endpoints/:id/resends/preview": [
      "?what=range&from=1h",
      "?what=failed",
    ],
  };
  const routes = readingRoutesOf(api.routes);
  expect(Object.keys(asked)).toEqual(routes.map(({ path }) => path));
  for (const { path, operation } of routes) {
    const base = path
      .replace("/api/v1", "")
      .replace(/:sid$|:id$/, "")
      .replace(":id", "1");
    for (const rest of asked[path] ?? []) {
      for (const token of [api.whole, api.masked]) {
        const { status, body } = await api.get(base + rest, token);
        expect([base + rest, status]).toEqual([base + rest, 200]);
        expect([base + rest, mismatch(operation.answer, body)]).toEqual([
          base + rest,
          undefined,
        ]);
      }
    }
  }
});

test("examples and problems match the document", async () => {
  await using api = await startApi();
  for (const { path, operation } of apiRoutesOf(api.routes)) {
    const { answer, example, body, bodyExample } = operation;
    for (const [schema, value] of [
      [answer, example],
      [body, bodyExample],
    ] as const)
      if (schema !== undefined && value !== undefined)
        expect([path, mismatch(schema, value)]).toEqual([path, undefined]);
  }
  const { text } = await get(`${api.origin}/api/openapi.json`);
  const { content } = JSON.parse(text).components.responses.Problem;
  const problems = [
    content["application/problem+json"].example,
    (await api.get("/messages", "")).body,
    (await api.get("/messages?q=stauts:x&limit=0&x=1")).body,
    (await api.get("/messages/SM1")).body,
    (await api.get("/nothing-here")).body,
  ];
  for (const problem of problems)
    expect([problem.status, mismatch(Problem, problem)]).toEqual([
      problem.status,
      undefined,
    ]);
});
