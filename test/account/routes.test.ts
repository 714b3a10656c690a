import { expect, test } from "bun:test";
import { assetPath } from "../../src/http/assets.ts";
import { OWN_PATHS } from "../../src/config/setting-values.ts";
import { newMessageSid } from "../support/twilio-client.ts";
import { signedInAs, startWithPeople, Visitor } from "./people.ts";

/** `bearer`: answers for itself, by a token that no user has. */
type Who = "anyone" | "member" | "admin" | "bearer";

/** Every route but the webhook's. One that is not in this table fails the test. */
const ROUTES: Readonly<Record<string, Who>> = {
  "GET /": "member",
  "GET /messages": "member",
  "GET /messages/live": "member",
  "GET /messages/export-progress": "member",
  "GET /messages/suggest": "member",
  "GET /messages/:sid": "member",
  "GET /messages.csv": "member",
  "GET /messages.jsonl": "member",
  "GET /errors": "member",
  "GET /errors/:code": "member",
  "GET /errors/dictionary": "member",
  "GET /numbers": "member",
  "GET /numbers/:number": "member",
  "GET /numbers.csv": "member",
  "GET /numbers.json": "member",
  "GET /refusals": "member",
  "GET /refusals/:id": "member",
  "POST /refusals/seen": "member",
  "GET /live": "member",
  "GET /livez": "anyone",
  "GET /readyz": "anyone",
  "GET /assets/:hash/:name": "anyone",
  "GET /login": "anyone",
  "POST /login": "anyone",
  "POST /logout": "anyone",
  "GET /setup": "anyone",
  "POST /setup": "anyone",
  "GET /metrics": "bearer",
  "GET /api/openapi.json": "anyone",
  "GET /api/v1": "anyone",
  "GET /api/v1/*": "anyone",
  "GET /api/v1/messages": "bearer",
  "GET /api/v1/messages/:sid": "bearer",
  "GET /api/v1/events": "bearer",
  "GET /api/v1/stats": "bearer",
  "GET /api/v1/errors": "bearer",
  "GET /settings": "member",
  "GET /settings/account": "member",
  "POST /settings/account/password": "member",
  "POST /settings/account/sessions/:id/end": "member",
  "POST /settings/account/sessions/end-others": "member",
  "GET /settings/users": "admin",
  "POST /settings/users": "admin",
  "GET /settings/users/:id": "admin",
  "POST /settings/users/:id/role": "admin",
  "POST /settings/users/:id/password": "admin",
  "GET /settings/users/:id/remove": "admin",
  "POST /settings/users/:id/remove": "admin",
  "GET /settings/tokens": "admin",
  "POST /settings/tokens": "admin",
  "GET /settings/tokens/:id/revoke": "admin",
  "POST /settings/tokens/:id/revoke": "admin",
  "GET /settings/audit": "admin",
  "GET /settings/erase": "admin",
  "POST /settings/erase": "admin",
  "POST /settings/erase/confirm": "admin",
  "POST /settings/erase/forget": "admin",
};

const NUMBER = "+14155550123";
/** What nobody may learn who is not signed in. */
const PRIVATE = [
  NUMBER,
  NUMBER.slice(1),
  "0.0.0-test",
  ">ana<",
  "AC3a7a12ead9ad3ca55",
];
const SAMPLES: Readonly<Record<string, string>> = {
  ":sid": newMessageSid(),
  ":code": "30003",
  ":number": encodeURIComponent(NUMBER),
  ":hash/:name": assetPath("theme.js").slice("/assets/".length),
  ":id": "999",
};

test("every route is answered to those whom the table names, and to nobody else", async () => {
  await using server = await startWithPeople({
    PUBLIC_URL: "https://ops.example.com/sms",
    METRICS_TOKEN: "metrics-token-of-test",
  });
  await server.twilio.post(
    { MessageSid: SAMPLES[":sid"] ?? "", MessageStatus: "failed", To: NUMBER },
    { signedUrl: "https://ops.example.com/sms/api/rpc/webhooks/twilio/sms" },
  );
  const declared = server.routes.flatMap(({ method, path }) =>
    method === "ALL" || path.includes("/api/rpc/webhooks/")
      ? []
      : [`${method} ${path}`],
  );
  const below = Object.keys(ROUTES).map((route) =>
    route.replace(" /", " /sms/"),
  );
  expect(declared.toSorted()).toEqual(
    [...Object.keys(ROUTES), ...below].toSorted(),
  );

  const nobody = new Visitor(server.origin);
  const member = await signedInAs(server.origin, "mo");
  const admin = await signedInAs(server.origin, "ana");
  for (const route of declared) {
    const who = ROUTES[route.replace(" /sms/", " /")];
    if (who === undefined) continue;
    const [method = "", pattern = ""] = route.split(" ");
    const path = Object.entries(SAMPLES).reduce(
      (text, [name, value]) => text.replace(name, value),
      pattern,
    );
    const ask = (visitor: Visitor) =>
      method === "GET" ? visitor.get(path) : visitor.post(path);
    if (pattern.endsWith("/live") && !pattern.endsWith("/messages/live")) {
      const stream = { accept: "text/event-stream" };
      expect([route, (await nobody.get(path, stream)).status]).toEqual([
        route,
        401,
      ]);
      continue;
    }
    if (pattern.endsWith("/logout")) continue;

    const outside = await ask(nobody);
    for (const secret of PRIVATE)
      expect([route, outside.text]).not.toEqual([
        route,
        expect.stringContaining(secret),
      ]);
    if (who === "anyone") {
      expect([route, outside.status]).not.toEqual([route, 403]);
    } else if (who === "bearer") {
      expect([route, outside.status]).toEqual([route, 401]);
      // A session is no token.
      expect([route, (await ask(admin)).status]).toEqual([route, 401]);
    } else if (method === "GET") {
      expect([route, outside.status]).toEqual([route, 302]);
      expect(outside.headers.get("location")).toStartWith("/sms/login");
    } else {
      expect([route, outside.status]).toEqual([route, 401]);
    }
    if (who === "anyone" || who === "bearer") continue;

    const asMember = await ask(member);
    if (who === "admin") {
      expect([route, asMember.status]).toEqual([route, 403]);
      expect(asMember.text).toContain("Only admins may do this");
    } else
      expect([route, [401, 403].includes(asMember.status)]).toEqual([
        route,
        false,
      ]);
    if (pattern.includes("sessions/end-others")) continue;
    const asAdmin = await ask(admin);
    expect([route, [401, 403].includes(asAdmin.status)]).toEqual([
      route,
      false,
    ]);
  }
}, 30_000);

test("what is not there, and methods that are not, tell nobody anything before they sign in", async () => {
  await using server = await startWithPeople();
  const nobody = new Visitor(server.origin);
  expect((await nobody.get("/nothing-here")).headers.get("location")).toBe(
    "/login?next=%2Fnothing-here",
  );
  for (const path of ["/nothing-here", "/messages", "/settings/users"])
    expect([path, (await nobody.post(path)).status]).toEqual([path, 401]);
  for (const path of ["/settings/users", "/messages"])
    for (const variant of [`/${path}`, `${path}/`, `/x/..${path}`]) {
      const answer = await nobody.get(variant);
      expect([variant, answer.status]).toEqual([variant, 302]);
    }
});

test("programs, event streams and htmx are told in their own way that nobody is signed in", async () => {
  await using server = await startWithPeople();
  const nobody = new Visitor(server.origin);
  const program = await nobody.get("/messages", { accept: "*/*" });
  expect(program.status).toBe(401);
  const stream = await nobody.get("/live", {
    accept: "text/html, text/event-stream",
    "hx-request": "true",
  });
  expect([stream.status, stream.headers.get("hx-redirect")]).toEqual([
    401,
    null,
  ]);
  const part = await nobody.get("/messages/live?x=1", {
    "hx-request": "true",
    "hx-current-url": `${server.origin}/messages?q=status:failed`,
  });
  expect(part.status).toBe(401);
  expect(part.headers.get("hx-redirect")).toBe(
    "/login?next=%2Fmessages%3Fq%3Dstatus%3Afailed",
  );
  const foreign = await nobody.get("/messages/live", {
    "hx-request": "true",
    "hx-current-url": "https://evil.example.com//evil",
  });
  expect(foreign.headers.get("hx-redirect")).not.toContain("evil.example.com");
});

test("a role holds from the next request on, and so does a removal", async () => {
  await using server = await startWithPeople();
  const { accounts, moId } = server;
  const by = { at: Date.now(), actor: "ana", address: null };
  const mo = await signedInAs(server.origin, "mo");
  expect((await mo.get("/settings/users")).status).toBe(403);
  await accounts.setRole(moId, "admin", by);
  expect((await mo.get("/settings/users")).status).toBe(200);
  await accounts.setRole(moId, "member", by);
  expect((await mo.get("/settings/users")).status).toBe(403);
  await accounts.removeUser(moId, by);
  expect((await mo.get("/messages")).headers.get("location")).toStartWith(
    "/login",
  );
});

test("with SIGN_IN=none there is no sign-in to be found, and the rest is answered to this machine", async () => {
  await using server = await startWithPeople({ SIGN_IN: "none" });
  const visitor = new Visitor(server.origin);
  for (const path of [
    "/login",
    "/setup",
    "/settings/users",
    "/settings/account",
  ])
    expect([path, (await visitor.get(path)).status]).toEqual([path, 404]);
  expect((await visitor.get("/messages")).status).toBe(200);
  expect((await visitor.get("/messages")).text).not.toContain("Sign out");
  expect((await visitor.get("/settings/audit")).status).toBe(200);
});

test("no base path may begin as a route does", () => {
  const beginnings = Object.keys(ROUTES).map((route) =>
    (route.split("/")[1] ?? "").replace(/\..*$/, ""),
  );
  expect(new Set(beginnings.filter((each) => each !== ""))).toEqual(
    new Set(OWN_PATHS),
  );
});
