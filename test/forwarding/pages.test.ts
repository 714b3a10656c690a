import { expect, test } from "bun:test";
import { Webhook } from "standardwebhooks";
import { endpointTarget } from "../../src/store/outbox.ts";
import { signedInAs, startWithPeople } from "../account/people.ts";
import { get, linkById, linksIn, type Page } from "../pages/page-client.ts";
import { startServer } from "../support/start-server.ts";
import { startReceiver } from "./loopback-receiver.ts";
import {
  addSampleEndpoint,
  sampleAttempt,
  saveSample,
  saveSampleDay,
} from "./sample-endpoints.ts";

const ALLOWED = { FORWARD_ALLOW: "127.0.0.0/8" };
const SECRET = /whsec_[A-Za-z0-9+/]{43}=/;
const HOUR_MS = 3_600_000;

/** Sends a form as the page does. */
function send(
  origin: string,
  path: string,
  fields: Record<string, string> = {},
): Promise<Page> {
  return get(origin + path, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "same-origin",
    },
    body: new URLSearchParams(fields).toString(),
  });
}

const FORM = {
  name: "crm",
  url: "https://crm.example.com/hooks/sms?token=s3cret",
  q: "",
  events: "all",
  rate: "50",
  concurrency: "4",
};

function add(origin: string, fields: Record<string, string> = {}) {
  const once = crypto.randomUUID();
  return send(origin, "/forwarding", { once, ...FORM, ...fields });
}

function textsOf({ text }: Page): string {
  return text
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&#x27;", "'")
    .replaceAll(/\s+/g, " ");
}

test("an endpoint added on the page shows its secret once, and is in the list and the audit list", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const empty = await get(`${origin}/forwarding`);
  expect(textsOf(empty)).toContain("Nothing is forwarded yet");
  expect(linksIn(empty)).toContain("/forwarding/new");

  const added = await add(origin, {
    q: "status:failed",
    events: "some",
    "event sms_failed": "on",
    "event number_suppressed": "on",
    rate: "20",
  });
  expect(added.status).toBe(200);
  expect(added.headers.get("cache-control")).toBe("no-store");
  const [secret] = SECRET.exec(added.text) ?? [];
  const [endpoint] = await store.endpoints.list();
  expect(endpoint).toMatchObject({
    name: "crm",
    url: FORM.url,
    filter: "status:failed",
    events: ["sms_failed", "number_suppressed"],
    ratePerSecond: 20,
    concurrency: 4,
    state: "active",
  });
  expect((await store.endpoints.secretsOf(1))?.secret).toBe(secret ?? "");

  for (const path of ["/forwarding", "/forwarding/1", "/forwarding/1/edit"])
    expect((await get(origin + path)).text).not.toMatch(SECRET);
  const list = await get(`${origin}/forwarding`);
  expect(textsOf(list)).toContain("crm https://crm.example.com/…");
  const [entry] = await store.audit.list({ size: 1 });
  expect(entry).toMatchObject({
    actor: "this machine",
    action: "added the endpoint",
    subject: "crm",
  });
});

test("a form with mistakes says what is wrong and keeps what was filled in", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const page = await add(origin, {
    name: "",
    url: "http://10.0.0.1/<script>",
    q: "colour:red",
    rate: "0",
  });
  expect(page.status).toBe(400);
  const text = textsOf(page);
  for (const words of [
    "Name: Give the endpoint a name",
    "URL: An http:// URL is only used",
    "Filter: This filter doesn’t exist",
    "Rate: The rate must be a whole number",
  ])
    expect(text).toContain(words);
  expect(page.text).toContain('value="colour:red"');
  expect(page.text).toContain("http://10.0.0.1/&lt;script&gt;");
  expect(page.text).not.toContain("<script>alert");
  expect(page.text).toMatch(/<details class="endpoint-limits" open/);
  await add(origin);
  const taken = await add(origin, { name: "CRM" });
  expect(taken.status).toBe(400);
  expect(textsOf(taken)).toContain("Another endpoint has this name");
  expect(await store.endpoints.list()).toHaveLength(1);
});

test("submitting the form twice, as by a double click, adds one endpoint and shows its secret both times", async () => {
  await using server = await startServer();
  const fields = { once: crypto.randomUUID() };
  const pages = await Promise.all([
    add(server.origin, fields),
    add(server.origin, fields),
  ]);
  const [first, second] = pages.map(({ text }) => SECRET.exec(text)?.[0]);
  expect(first).toBeDefined();
  expect(second).toBe(first);
  expect(await server.store.endpoints.list()).toHaveLength(1);
});

test("an endpoint is changed, paused, resumed, rotated and removed, and each change is in the audit list", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const id = await addSampleEndpoint(store, "crm");
  const path = `/forwarding/${id}`;
  const edited = await send(origin, `${path}/edit`, { ...FORM, name: "CRM 2" });
  expect([edited.status, edited.headers.get("location")]).toEqual([303, path]);
  expect((await store.endpoints.byId(id))?.name).toBe("CRM 2");
  expect((await send(origin, `${path}/pause`)).status).toBe(303);
  const paused = await get(origin + path);
  expect(textsOf(paused)).toContain("Paused");
  expect(paused.text).toContain(`action="${path}/resume"`);
  expect((await send(origin, `${path}/resume`)).status).toBe(303);
  expect((await store.endpoints.byId(id))?.state).toBe("active");

  expect(textsOf(await get(`${origin}${path}/rotate`))).toContain("24 hours");
  const rotated = await send(origin, `${path}/rotate`);
  const secrets = await store.endpoints.secretsOf(id);
  expect(SECRET.exec(rotated.text)?.[0]).toBe(secrets?.secret ?? "");
  expect(secrets?.previous?.until).toBeGreaterThan(Date.now() + 23 * HOUR_MS);
  expect(textsOf(await get(origin + path))).toContain(
    "The one before is valid",
  );

  const confirm = await get(`${origin}${path}/remove`);
  expect(textsOf(confirm)).toContain("can’t be undone");
  for (let click = 0; click < 2; click++) {
    const removed = await send(origin, `${path}/remove`);
    expect(removed.headers.get("location")).toBe("/forwarding");
  }
  expect((await get(origin + path)).status).toBe(404);
  const entries = await store.audit.list({ size: 10 });
  expect(entries.map(({ action }) => action)).toEqual([
    "removed the endpoint",
    expect.stringContaining("secret"),
    "resumed the endpoint",
    "paused the endpoint",
    "changed the endpoint",
    "added the endpoint",
  ]);
});

test("the page of an endpoint shows its day, and its attempts by result, page by page", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const id = await addSampleEndpoint(store, "crm");
  await saveSampleDay(store, id, 3);
  const first = await get(`${origin}/forwarding/${id}`);
  const text = textsOf(first);
  expect(text).toContain("Attempts per hour");
  expect(text).toContain("under 500 ms");
  expect(text).toMatch(/7\d\.\d% of 2\d\d/);
  const seen = new Set<string>();
  let path = linkById(first, "older");
  for (const link of attemptsIn(first)) seen.add(link);
  while (path !== undefined) {
    const next = await get(origin + path);
    for (const link of attemptsIn(next)) {
      expect(seen.has(link)).toBe(false);
      seen.add(link);
    }
    path = linkById(next, "older");
  }
  expect(seen.size).toBe(240);
  const refused = await get(
    `${origin}/forwarding/${id}?show=connection_refused`,
  );
  const [, table = ""] = refused.text.split("<tbody>").slice(-2);
  expect(table.includes(">503<")).toBe(false);
  expect(attemptsIn(refused).length).toBeGreaterThan(10);
  const none = await get(`${origin}/forwarding/${id}?show=tls_expired`);
  expect(textsOf(none)).toContain("No such attempts");
  for (const query of ["?show=%3Cb%3E", "?older=x"])
    expect((await get(`${origin}/forwarding/${id}${query}`)).status).toBe(400);
});

function attemptsIn(page: Page): string[] {
  return linksIn(page).filter((link) => link.includes("/attempts/"));
}

test("what an endpoint waits for, why it fails and what to do is on its page and in the list", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const id = await addSampleEndpoint(store, "billing");
  const target = endpointTarget(id);
  const now = Date.now();
  await saveSample(store, {
    targets: [{ target, failingSince: now - 3 * HOUR_MS }],
    attempts: [
      sampleAttempt(id, {
        isSuccess: false,
        status: null,
        error: "tls_expired",
        response: null,
      }),
    ],
    deliveries: [1, 2, 3].map((item) => ({
      target,
      item: { feed: "events", id: item },
      done: false,
      attempts: 2,
      lastAt: now,
      nextAt: item === 3 ? null : now + HOUR_MS,
    })),
  });
  const text = textsOf(await get(`${origin}/forwarding/${id}`));
  expect(text).toContain("Every attempt fails It started to fail 3 h ago");
  expect(text).toContain("TLS expired");
  expect(text).toContain("The host’s TLS certificate has expired.");
  expect(text).toContain("2 events are waiting. None is lost.");
  expect(text).toContain("Given up 1");
  expect(text).toContain("Send 1 given-up event or others again…");
  const list = textsOf(await get(`${origin}/forwarding`));
  expect(list).toMatch(/Failing .*2 .*TLS expired/);
});

test("a test event is signed and logged like a real one, and its result is shown", async () => {
  await using server = await startServer(ALLOWED);
  await using receiver = startReceiver();
  const { origin } = server;
  const added = await add(origin, { url: receiver.url });
  const [secret = ""] = SECRET.exec(added.text) ?? [];
  const sent = await send(origin, "/forwarding/1/test");
  expect(sent.status).toBe(303);
  const shown = await get(origin + (sent.headers.get("location") ?? ""));
  expect(textsOf(shown)).toContain("The test event succeeded");
  const [request] = receiver.requests;
  expect(request).toBeDefined();
  const { body = "", headers = {} } = request ?? {};
  expect(new Webhook(secret).verify(body, headers)).toMatchObject({
    type: "test",
  });

  receiver.answer(500, "<h1>broken</h1> call +14155550123");
  const failed = await send(origin, "/forwarding/1/test");
  const page = await get(origin + (failed.headers.get("location") ?? ""));
  expect(textsOf(page)).toContain("The test event failed with status 500");
  expect(page.text).toContain("&lt;h1&gt;broken&lt;/h1&gt; call +14155550123");
  await receiver.stop();
  const refused = await send(origin, "/forwarding/1/test");
  const gone = await get(origin + (refused.headers.get("location") ?? ""));
  expect(textsOf(gone)).toContain("got no response: connection_refused");
});

test("a resend shows how many events it has before it starts, and can be stopped", async () => {
  await using server = await startServer();
  const { origin, store, twilio } = server;
  const id = await addSampleEndpoint(store, "crm", { filter: "status:failed" });
  for (const MessageStatus of ["failed", "delivered", "failed"])
    await twilio.post({ MessageStatus });
  const path = `/forwarding/${id}/resend`;
  const form = await get(origin + path);
  expect(form.text).toContain('type="datetime-local"');
  const query = new URLSearchParams({ what: "range", from: "24h", rate: "5" });
  const preview = await get(`${origin}${path}?${query}`);
  expect(textsOf(preview)).toContain("2 events Received from");
  expect(preview.text).toContain("Send 2 again");
  expect(await store.outbox.resends(endpointTarget(id))).toEqual([]);

  const nothing = new URLSearchParams({
    what: "range",
    from: "2020-01-01",
    until: "2020-01-02",
  });
  expect(textsOf(await get(`${origin}${path}?${nothing}`))).toContain(
    "Nothing to send",
  );
  for (const [fields, words] of [
    [{ what: "range", from: "" }, "The beginning must be a time"],
    [{ what: "range", from: "24h", rate: "0" }, "The rate must be"],
    [{ what: "" }, "Choose what to send again"],
  ] as const) {
    const mistaken = await send(origin, path, fields);
    expect(mistaken.status).toBe(400);
    expect(textsOf(mistaken)).toContain(words);
  }

  const started = await send(origin, path, Object.fromEntries(query));
  expect(started.headers.get("location")).toBe(`/forwarding/${id}`);
  const [resend] = await store.outbox.resends(endpointTarget(id));
  expect(resend).toMatchObject({ kind: "range", ratePerSecond: 5 });
  const running = await get(`${origin}/forwarding/${id}`);
  const stop = `/forwarding/${id}/resends/${resend?.id}/stop`;
  expect(running.text).toContain(`action="${stop}"`);
  await send(origin, stop);
  expect((await store.outbox.resends(endpointTarget(id)))[0]?.state).toBe(
    "stopped",
  );
  expect(textsOf(await get(`${origin}/forwarding/${id}`))).toContain("Stopped");
});

test("one event is sent again from the page of its attempt, which leads to its message", async () => {
  await using server = await startServer();
  const { origin, store, twilio } = server;
  const MessageSid = "SM0123456789abcdef0123456789abcdef";
  await twilio.post({ MessageSid, MessageStatus: "failed" });
  const id = await addSampleEndpoint(store, "crm");
  await saveSample(store, {
    attempts: [
      sampleAttempt(id, { isSuccess: false, item: { feed: "events", id: 1 } }),
    ],
  });
  const page = await get(`${origin}/forwarding/${id}/attempts/1`);
  expect(linksIn(page)).toContain(`/messages/${MessageSid}`);
  expect(textsOf(page)).toContain("webhook-signature v1,");
  expect(textsOf(page)).toContain("This attempt failed with status 503");
  const sent = await send(origin, `/forwarding/${id}/resend`, {
    what: "event",
    event: "1",
  });
  expect(sent.status).toBe(303);
  const [resend] = await store.outbox.resends(endpointTarget(id));
  expect(resend).toMatchObject({ kind: "event", afterId: 0, untilId: 1 });
  const other = await addSampleEndpoint(store, "other");
  for (const path of [`/forwarding/${other}/attempts/1`, "/forwarding/99"])
    expect((await get(origin + path)).status).toBe(404);
});

test("an event that the endpoint's filter leaves out isn't sent again, and the page says why", async () => {
  await using server = await startServer({ MASK_NUMBERS: "true" });
  const { origin, store, twilio } = server;
  for (const To of ["+14155550123", "+14155550199"]) await twilio.post({ To });
  const id = await addSampleEndpoint(store, "crm", {
    filter: "to:+14155550123",
  });
  const again = (event: string) =>
    send(origin, `/forwarding/${id}/resend`, { what: "event", event });
  const refused = await again("2");
  expect(refused.status).toBe(409);
  expect(textsOf(refused)).toContain(
    "This event doesn’t match the endpoint’s filter and events, as they are now.",
  );
  expect(await store.outbox.resends(endpointTarget(id))).toEqual([]);
  // Numbers are masked on pages, and not where the filter is applied.
  expect((await again("1")).status).toBe(303);
});

test("a change of the list Do not send can't be sent again alone, and its attempt says so", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const id = await addSampleEndpoint(store, "crm");
  const attempt = sampleAttempt(id, {
    type: "number_suppressed",
    item: { feed: "suppressions", id: 1 },
  });
  await saveSample(store, { attempts: [attempt] });
  const page = await get(`${origin}/forwarding/${id}/attempts/1`);
  expect(textsOf(page)).toContain("can’t be sent again one by one");
  expect(page.text).not.toContain("Send this event again");
});

test("an endpoint whose filter can't be read says so in the list, on its page, in metrics and to the alert rule", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const id = await addSampleEndpoint(store, "crm", {
    filter: "status:unheard-of",
  });
  expect(textsOf(await get(`${origin}/forwarding`))).toContain(
    "Filter unreadable",
  );
  expect(textsOf(await get(`${origin}/forwarding/${id}`))).toContain(
    "Nothing is sent: its filter can’t be read",
  );
  expect((await get(`${origin}/metrics`)).text).toContain(
    'smsledger_forwarding_endpoint_active{endpoint="crm"} 0\n',
  );
});

test("members see endpoints without their URL's path, and can't change anything", async () => {
  await using server = await startWithPeople();
  const { origin, store } = server;
  const id = await addSampleEndpoint(store, "crm", { url: FORM.url });
  await saveSample(store, { attempts: [sampleAttempt(id)] });
  const member = await signedInAs(origin, "mo");
  const admin = await signedInAs(origin, "ana");
  for (const path of [`/forwarding/${id}`, `/forwarding/${id}/attempts/1`]) {
    const seen = await member.get(path);
    expect(seen.status).toBe(200);
    expect(seen.text).not.toContain("s3cret");
    expect(seen.text).not.toContain('method="post" action="/forwarding');
    expect((await admin.get(path)).text).toContain("s3cret");
  }
  expect((await member.get("/forwarding")).text).not.toContain(
    "Add an endpoint",
  );
  expect((await member.post(`/forwarding/${id}/pause`)).status).toBe(403);
  expect((await store.endpoints.byId(id))?.state).toBe("active");
});

test("with masked numbers, responses are masked, and members don't see a filter that names a number", async () => {
  await using server = await startWithPeople({ MASK_NUMBERS: "true" });
  const { origin, store } = server;
  const id = await addSampleEndpoint(store, "crm", {
    filter: "to:+14155550123",
  });
  await saveSample(store, {
    attempts: [
      sampleAttempt(id, { isSuccess: false, response: "no +14155550123 here" }),
    ],
  });
  const member = await signedInAs(origin, "mo");
  for (const path of [`/forwarding/${id}`, `/forwarding/${id}/attempts/1`])
    expect((await member.get(path)).text).not.toContain("4155550123");
});

test("hostile names, filters and responses are shown as text, and 50 endpoints fit on the page", async () => {
  await using server = await startServer();
  const { origin, store } = server;
  const markup = `"><img src=x onerror=alert(1)>'&amp;`;
  const rtl = "مرحبا ".repeat(350);
  const first = await addSampleEndpoint(store, markup, {
    filter: `"${markup.replaceAll('"', "")}"`,
  });
  await saveSample(store, {
    attempts: [
      sampleAttempt(first, { isSuccess: false, response: markup + rtl }),
    ],
  });
  for (let index = 1; index < 50; index++)
    await addSampleEndpoint(store, `endpoint ${index} ${"W".repeat(40)}`);
  expect((await add(origin)).status).toBe(400);
  for (const path of [
    "/forwarding",
    `/forwarding/${first}`,
    `/forwarding/${first}/edit`,
    `/forwarding/${first}/remove`,
    `/forwarding/${first}/rotate`,
    `/forwarding/${first}/resend`,
    `/forwarding/${first}/attempts/1`,
  ]) {
    const { status, text } = await get(origin + path);
    expect([path, status]).toEqual([path, 200]);
    expect([path, text.includes("<img src=x")]).toEqual([path, false]);
  }
});
