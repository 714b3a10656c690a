import { expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { endpointTarget } from "../../src/store/outbox.ts";
import { startReceiver } from "../forwarding/loopback-receiver.ts";
import {
  addSampleEndpoint,
  sampleAttempt,
  saveSample,
  saveSampleDay,
} from "../forwarding/sample-endpoints.ts";
import { until } from "../support/until.ts";
import { ask, startApi } from "./api-server.ts";

const NEW = {
  name: "crm",
  url: "https://crm.example.com/hooks/sms?token=s3cret",
  filter: "status:failed",
};
const SECRET = /^whsec_[A-Za-z0-9+/]{43}=$/;

test("an endpoint is added, read, changed, paused, resumed, rotated and removed", async () => {
  await using api = await startApi();
  const added = await api.change("POST", "/endpoints", NEW);
  expect(added.status).toBe(201);
  expect(added.body.secret).toMatch(SECRET);
  expect(added.body.data).toMatchObject({
    id: 1,
    ...NEW,
    events: null,
    ratePerSecond: 50,
    concurrency: 4,
    state: "active",
    createdBy: "token writing",
    waiting: { count: 0, atLeast: false, atMost: false, since: null },
  });
  const list = await api.get("/endpoints", api.writing);
  expect(list.body.data).toEqual([added.body.data]);
  expect(list.text).not.toContain("whsec_");

  const changed = await api.change("PATCH", "/endpoints/1", {
    filter: "",
    events: ["sms_failed"],
    ratePerSecond: 5,
  });
  expect(changed.status).toBe(200);
  expect(changed.body.data).toMatchObject({
    name: "crm",
    filter: "",
    events: ["sms_failed"],
    ratePerSecond: 5,
  });
  const paused = await api.change("POST", "/endpoints/1/pause");
  expect(paused.body.data.state).toBe("paused");
  const resumed = await api.change("POST", "/endpoints/1/resume", {});
  expect(resumed.body.data.state).toBe("active");

  const rotated = await api.change("POST", "/endpoints/1/rotate");
  expect(rotated.body.data).toEqual({
    id: 1,
    secret: expect.stringMatching(SECRET),
    previousSecretUntil: expect.any(String),
  });
  expect(rotated.body.data.secret).not.toBe(added.body.secret);
  const { body } = await api.get("/endpoints/1");
  expect(body.data.previousSecretUntil).toBe(
    rotated.body.data.previousSecretUntil,
  );

  const removed = await api.change("DELETE", "/endpoints/1");
  expect([removed.status, removed.text]).toEqual([204, ""]);
  expect(removed.headers.get("ratelimit-remaining")).not.toBeNull();
  for (const [method, path] of [
    ["DELETE", "/endpoints/1"],
    ["PATCH", "/endpoints/1"],
    ["POST", "/endpoints/1/pause"],
    ["POST", "/endpoints/1/rotate"],
    ["POST", "/endpoints/1/test"],
    ["POST", "/endpoints/x/resume"],
  ] as const) {
    const gone = await api.change(method, path);
    expect([path, gone.status]).toEqual([path, 404]);
    expect(gone.body.title).toBe("No endpoint has this ID");
  }
  const entries = await api.store.audit.list({ size: 20 });
  expect(
    entries
      .filter(
        ({ kind, actor }) => kind === "change" && actor === "token writing",
      )
      .map(({ action }) => action),
  ).toHaveLength(6);
});

test("only a token with access to changes can make any", async () => {
  await using api = await startApi();
  const id = await addSampleEndpoint(api.store, "crm", { url: NEW.url });
  for (const token of [api.masked, api.whole]) {
    for (const [method, path, json] of [
      ["POST", "/endpoints", NEW],
      ["PATCH", `/endpoints/${id}`, { name: "x" }],
      ["DELETE", `/endpoints/${id}`, undefined],
      ["POST", `/endpoints/${id}/pause`, undefined],
      ["POST", `/endpoints/${id}/rotate`, undefined],
      ["POST", `/endpoints/${id}/test`, undefined],
      ["POST", `/endpoints/${id}/resends`, { what: "failed" }],
    ] as const) {
      const refused = await api.change(method, path, json, token);
      expect([path, refused.status]).toEqual([path, 403]);
      expect(refused.body.detail).toContain("smsledger token add --write");
      expect(refused.headers.get("www-authenticate")).toContain(
        'error="insufficient_scope"',
      );
    }
    const { body, text } = await api.get(`/endpoints/${id}`, token);
    expect(body.data.url).toBe("https://crm.example.com/…");
    expect(text).not.toContain("s3cret");
  }
  expect((await api.store.endpoints.byId(id))?.name).toBe("crm");
  expect((await api.store.endpoints.byId(id))?.state).toBe("active");
});

test("every mistake in a body is named by its field, and nothing of it is repeated", async () => {
  await using api = await startApi();
  const cases: readonly (readonly [unknown, readonly (string | null)[]])[] = [
    [{}, ["name", "url"]],
    [[], [null]],
    ["text", [null]],
    [{ ...NEW, colour: "s3cret" }, [null]],
    [{ ...NEW, name: 7, ratePerSecond: "s3cret" }, ["name", "ratePerSecond"]],
    [{ ...NEW, events: ["sms_s3cret"] }, ["events"]],
    [{ ...NEW, events: [] }, ["events"]],
    [{ ...NEW, concurrency: 17 }, ["concurrency"]],
    [
      { name: " ", url: "http://10.0.0.1/s3cret", filter: "status:s3cret" },
      ["name", "url", "filter"],
    ],
  ];
  for (const [json, fields] of cases) {
    const { status, body, text } = await api.change("POST", "/endpoints", json);
    expect([json, status]).toEqual([json, 400]);
    expect(body.type).toBe("urn:smsledger:problem:wrong-parameters");
    expect(
      body.errors.map((each: { parameter: string | null }) => each.parameter),
    ).toEqual(fields);
    expect(text).not.toContain("s3cret");
    expect(text).not.toContain("’");
  }
  await api.change("POST", "/endpoints", NEW);
  const taken = await api.change("POST", "/endpoints", { ...NEW, name: "CRM" });
  expect(taken.status).toBe(400);
  expect(taken.body.errors[0].parameter).toBe("name");
  expect(await api.store.endpoints.list()).toHaveLength(1);
});

test("a body that isn't JSON, or is too large, is refused", async () => {
  await using api = await startApi();
  const send = (body: BodyInit, type?: string) =>
    ask(api.origin, "/endpoints", api.writing, {
      method: "POST",
      body,
      headers: type === undefined ? {} : { "content-type": type },
    });
  const json = JSON.stringify(NEW);
  expect((await send(json, "text/plain")).status).toBe(415);
  expect((await send(new URLSearchParams(NEW))).status).toBe(415);
  expect((await send("{", "application/json")).status).toBe(400);
  const invalid = new Uint8Array([0x22, 0xff, 0x22]);
  expect((await send(invalid, "application/json")).status).toBe(400);
  const large = JSON.stringify({ ...NEW, url: "x".repeat(20_000) });
  expect((await send(large, "application/json")).status).toBe(413);
  expect((await send(json, "application/json; charset=utf-8")).status).toBe(
    201,
  );
});

test("a test event reaches the receiver, verifies, and is returned as an attempt", async () => {
  await using api = await startApi({ FORWARD_ALLOW: "127.0.0.1" });
  await using receiver = startReceiver();
  const { body } = await api.change("POST", "/endpoints", {
    name: "local",
    url: receiver.url,
  });
  const tested = await api.change("POST", "/endpoints/1/test");
  expect(tested.status).toBe(200);
  expect(tested.body.data).toMatchObject({
    kind: "test",
    type: "test",
    success: true,
    status: 200,
    error: null,
    response: "ok",
    eventId: null,
  });
  const [request] = receiver.requests;
  const event = new Webhook(body.secret).verify(
    request?.body ?? "",
    request?.headers ?? {},
  );
  // Receivers meet the fields of real events.
  expect(event).toMatchObject({
    type: "test",
    data: { status: "delivered", message: { status: "delivered" } },
  });
  await receiver.stop();
  const failed = await api.change("POST", "/endpoints/1/test");
  expect(failed.body.data).toMatchObject({
    success: false,
    status: null,
    error: "connection_refused",
    whatToDo: expect.stringContaining("refused the connection"),
  });
  const attempts = await api.get("/endpoints/1/attempts");
  expect(attempts.body.data).toHaveLength(2);
});

test("attempts are listed page by page and by result, and responses are masked for a token that sees masked numbers", async () => {
  await using api = await startApi();
  const id = await addSampleEndpoint(api.store, "crm");
  await saveSampleDay(api.store, id, 3);
  await saveSample(api.store, {
    attempts: [
      sampleAttempt(id, { isSuccess: false, response: "no +14155550123" }),
    ],
  });
  const ids: number[] = [];
  let cursor = "";
  do {
    const { body } = await api.get(
      `/endpoints/${id}/attempts?limit=100&cursor=${cursor}`,
    );
    ids.push(...body.data.map((each: { id: number }) => each.id));
    cursor = body.nextCursor ?? "";
  } while (cursor !== "");
  expect(ids).toHaveLength(241);
  expect(ids).toEqual(ids.toSorted((one, other) => other - one));
  const refused = await api.get(
    `/endpoints/${id}/attempts?show=connection_refused&limit=200`,
  );
  expect(
    new Set(refused.body.data.map((each: { error: string }) => each.error)),
  ).toEqual(new Set(["connection_refused"]));
  const wrong = await api.get(`/endpoints/${id}/attempts?cursor=x`);
  expect(wrong.status).toBe(400);

  const newest = `/endpoints/${id}/attempts?limit=1`;
  const [whole, masked] = await Promise.all([
    api.get(newest, api.whole),
    api.get(newest, api.masked),
  ]);
  expect(whole.text).toContain("+14155550123");
  expect(masked.text).not.toContain("4155550123");
});

test("a resend is previewed, started, listed and stopped", async () => {
  await using api = await startApi();
  const id = await addSampleEndpoint(api.store, "crm", {
    filter: "status:failed",
  });
  for (const MessageStatus of ["failed", "delivered", "failed"])
    await api.twilio.post({ MessageStatus });
  const path = `/endpoints/${id}/resends`;
  const preview = await api.get(`${path}/preview?what=range&from=24h`);
  expect(preview.body.data).toEqual({ count: 2, atLeast: false });
  const one = (eventId: number) =>
    api.get(`${path}/preview?what=event&eventId=${eventId}`);
  expect((await one(1)).body.data.count).toBe(1);
  expect((await one(2)).body.data.count).toBe(0);
  const left = await api.change("POST", path, { what: "event", eventId: 2 });
  expect([left.status, left.body.title]).toEqual([409, "Nothing to send"]);
  expect(left.body.detail).toContain("doesn't match the endpoint's filter");
  const started = await api.change("POST", path, {
    what: "range",
    from: "24h",
    ratePerSecond: 3,
  });
  expect(started.status).toBe(202);
  expect(started.body.data).toMatchObject({
    what: "range",
    ratePerSecond: 3,
    state: "running",
    createdBy: "token writing",
  });
  const listed = await api.get(path);
  expect(listed.body.data).toHaveLength(1);
  const stop = `${path}/${started.body.data.id}/stop`;
  expect((await api.change("POST", stop)).body.data.state).toBe("stopped");
  expect((await api.change("POST", `${path}/99/stop`)).status).toBe(404);
  for (const [json, parameter] of [
    [{ what: "range" }, "from"],
    [{ what: "event" }, "eventId"],
    [{ what: "range", from: "never" }, "from"],
    [{ what: "all" }, "what"],
  ] as const) {
    const wrong = await api.change("POST", path, json);
    expect([json, wrong.status]).toEqual([json, 400]);
    expect(wrong.body.errors[0].parameter).toBe(parameter);
  }
  for (let running = 0; running < 5; running++)
    await api.change("POST", path, { what: "event", eventId: 1 });
  const tooMany = await api.change("POST", path, { what: "failed" });
  expect(tooMany.status).toBe(409);
  const [resend] = await api.store.outbox.resends(endpointTarget(id));
  expect(resend).toMatchObject({ kind: "event", afterId: 0, untilId: 1 });
});

test("other sites' pages can't make changes, and each use of a token is noted", async () => {
  await using api = await startApi();
  const preflight = await ask(api.origin, "/endpoints", undefined, {
    method: "OPTIONS",
    headers: {
      origin: "https://elsewhere.example.com",
      "access-control-request-method": "POST",
    },
  });
  expect(preflight.status).toBe(405);
  expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  expect(preflight.headers.get("allow")).toBe("GET, HEAD, POST");
  await api.change("POST", "/endpoints", NEW);
  await until(async () => {
    const entries = await api.store.audit.list({ size: 10 });
    expect(
      entries.map(({ action, subject }) => `${action} ${subject}`),
    ).toContain(
      "used the API for the first time that day, with full numbers and changes",
    );
  });
});
