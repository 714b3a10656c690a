import { expect, test } from "bun:test";
import { addressOf } from "../support/route-list.ts";
import { signedInAs, startWithPeople, Visitor } from "../account/people.ts";

const NUMBER = "+14155550177";
/** Data that nobody may see without signing in. */
const PRIVATE = [
  NUMBER,
  NUMBER.slice(1),
  "0.0.0-test",
  ">ana<",
  "AC3a7a12ead9ad3ca55",
];
test("no route reveals stored data to anyone who isn't signed in", async () => {
  await using server = await startWithPeople({
    PUBLIC_URL: "https://ops.example.com/sms",
    METRICS_TOKEN: "metrics-token-of-test",
  });
  await server.twilio.post(
    {
      MessageSid: addressOf(":sid"),
      MessageStatus: "failed",
      To: NUMBER,
    },
    { signedUrl: "https://ops.example.com/sms/api/rpc/webhooks/twilio/sms" },
  );
  const nobody = new Visitor(server.origin);
  for (const { method, path } of server.routes) {
    const address = addressOf(path);
    const { text } =
      method === "GET" ? await nobody.get(address) : await nobody.post(address);
    for (const secret of PRIVATE)
      expect([path, text]).not.toEqual([path, expect.stringContaining(secret)]);
  }
});

test("before signing in, unknown addresses and methods get the same response as others", async () => {
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

test("programs, event streams and htmx each get their own not-signed-in response", async () => {
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

test("a change of role and a removal apply from the next request on", async () => {
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

test("with SIGN_IN=none there is no sign-in, and this machine gets everything else", async () => {
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
