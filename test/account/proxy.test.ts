import { expect, test } from "bun:test";
import { connect } from "node:net";
import { startServer } from "../support/start-server.ts";
import { listenTo } from "../live/live-client.ts";
import { signedInAs, startWithPeople, Visitor } from "./people.ts";

const BEHIND_PROXY = {
  SIGN_IN: "proxy",
  SIGN_IN_HEADER: "X-Authentik-Username",
  TRUSTED_PROXIES: "127.0.0.1",
};
const HEADER = "x-authentik-username";

test("a user named by a trusted proxy is signed in, and created as a member the first time", async () => {
  await using server = await startServer(BEHIND_PROXY);
  const zoe = new Visitor(server.origin, {
    [HEADER]: "zoe",
    "x-forwarded-for": "203.0.113.7",
  });
  const page = await zoe.get("/messages");
  expect(page.status).toBe(200);
  expect(page.text).toContain("zoe");
  expect(page.text).not.toContain("Sign out");
  await new Visitor(server.origin, { [HEADER]: " ZOE" }).get("/messages");
  const users = await server.store.accounts.users();
  expect(users).toMatchObject([
    { name: "zoe", role: "member", hasPassword: false },
  ]);
  expect((await zoe.get("/settings/users")).status).toBe(403);
  expect(await server.store.audit.list({ size: 10 })).toMatchObject([
    { actor: "zoe", action: "came through the proxy for the first time" },
  ]);
});

test("many simultaneous requests create one user", async () => {
  await using server = await startServer(BEHIND_PROXY);
  const zoe = new Visitor(server.origin, { [HEADER]: "zoe" });
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => zoe.get("/numbers")),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await server.store.accounts.users()).toHaveLength(1);
});

test("as long as there is no admin, the settings say how to make one", async () => {
  await using server = await startServer(BEHIND_PROXY);
  const zoe = new Visitor(server.origin, { [HEADER]: "Zoë O'Hara" });
  const { text } = await zoe.get("/settings/account");
  expect(text).toContain(
    "smsledger user role 'Zoë O'\\''Hara' admin".replaceAll("'", "&#x27;"),
  );
  const [user] = await server.store.accounts.users();
  expect(user?.name).toBe("Zoë O'Hara");
  await server.store.accounts.setRole(user?.id ?? 0, "admin", {
    at: 1,
    actor: "command line",
    address: null,
  });
  expect((await zoe.get("/settings/account")).text).not.toContain(
    "There is no admin yet.",
  );
  expect((await zoe.get("/settings/users")).status).toBe(200);
});

test("the header is ignored unless a trusted proxy sends it", async () => {
  await using server = await startServer({
    ...BEHIND_PROXY,
    TRUSTED_PROXIES: "192.0.2.0/24",
  });
  const claims: Record<string, string>[] = [
    { [HEADER]: "zoe" },
    { [HEADER]: "zoe", "x-forwarded-for": "192.0.2.1" },
    { [HEADER]: "zoe", "x-real-ip": "192.0.2.1", forwarded: "for=192.0.2.1" },
  ];
  for (const headers of claims) {
    for (const path of ["/", "/messages", "/settings/users"]) {
      const page = await new Visitor(server.origin, headers).get(path);
      expect([path, page.status]).toEqual([path, 403]);
      expect(page.text).toContain("through its sign-in proxy");
      expect(page.text).not.toContain("zoe");
    }
  }
  expect(await server.store.accounts.users()).toEqual([]);
  expect((await server.twilio.post({})).status).toBe(200);
});

test("a request that names no user, two users or an invalid name is refused", async () => {
  await using server = await startServer(BEHIND_PROXY);
  for (const name of [
    "",
    "zoe, eve",
    "x".repeat(65),
    "command line",
    "server",
  ]) {
    const page = await new Visitor(server.origin, { [HEADER]: name }).get(
      "/messages",
    );
    expect([name, page.status]).toEqual([name, 401]);
    expect(page.text).toContain("The proxy didn’t name a user");
  }
  expect(await statusOfTwice(server.origin)).toBe(401);
  expect(await server.store.accounts.users()).toEqual([]);
});

test("a lookalike name neither signs in as the other user nor creates one", async () => {
  await using server = await startServer(BEHIND_PROXY);
  const { accounts } = server.store;
  await new Visitor(server.origin, { [HEADER]: "admin" }).get("/messages");
  await new Visitor(server.origin, { [HEADER]: "mike" }).get("/messages");
  const bytes = (name: string) => Buffer.from(name).toString("latin1");
  for (const name of ["ªdmin", "ａｄｍｉｎ", "ⓐdmin", "𝐚dmin", "ADMİN"]) {
    const page = await new Visitor(server.origin, {
      [HEADER]: bytes(name),
    }).get("/messages");
    expect([name, page.status]).toEqual([name, name === "ADMİN" ? 200 : 403]);
    expect(page.text.includes("looks like another user")).toBe(
      name !== "ADMİN",
    );
  }
  // A Kelvin sign, which normalization turns into a K.
  const kelvin = new Visitor(server.origin, { [HEADER]: bytes("mi\u212ae") });
  expect((await kelvin.get("/messages")).status).toBe(401);
  const admin = new Visitor(server.origin, { [HEADER]: "Admin" });
  expect((await admin.get("/messages")).status).toBe(200);
  const names = (await accounts.users()).map(({ name }) => name);
  expect(names.toSorted()).toEqual(["ADMİN", "admin", "mike"].toSorted());
});

test("with a secret, only the proxy that sends it is trusted", async () => {
  const secret = "a shared secret of the proxy".replaceAll(" ", "-");
  await using server = await startServer({
    ...BEHIND_PROXY,
    SIGN_IN_SECRET: secret,
  });
  const named = { [HEADER]: "zoe" };
  const statusWith = async (more: Record<string, string>) =>
    (await new Visitor(server.origin, { ...named, ...more }).get("/messages"))
      .status;
  expect(await statusWith({})).toBe(403);
  expect(await statusWith({ "x-sign-in-secret": `${secret}x` })).toBe(403);
  expect(await server.store.accounts.users()).toEqual([]);
  expect(await statusWith({ "x-sign-in-secret": secret })).toBe(200);
});

test("passwords can't sign anyone in, and a password session doesn't count", async () => {
  await using before = await startWithPeople();
  const mo = await signedInAs(before.origin, "mo");
  await using server = await startServer(BEHIND_PROXY);
  const zoe = new Visitor(server.origin, { [HEADER]: "zoe" });
  for (const path of ["/login", "/setup", "/nothing-here"])
    expect([path, (await zoe.get(path)).status]).toEqual([path, 404]);
  expect((await zoe.get("/settings/account")).text).not.toContain(
    'type="password"',
  );
  const stranger = new Visitor(server.origin);
  for (const [name, value] of mo.cookies) stranger.cookies.set(name, value);
  expect((await stranger.get("/messages")).status).toBe(401);
});

test("forms carry the user's form token here too", async () => {
  await using server = await startServer(BEHIND_PROXY);
  const { accounts } = server.store;
  const by = { at: 1, actor: "command line", address: null };
  const zoe = new Visitor(server.origin, { [HEADER]: "zoe" });
  const eve = new Visitor(server.origin, { [HEADER]: "eve" });
  await zoe.get("/");
  await eve.get("/");
  const [eveId = 0, zoeId = 0] = (await accounts.users()).map(({ id }) => id);
  await accounts.setRole(zoeId, "admin", by);
  const token = async (visitor: Visitor, path: string) =>
    /name="form" value="([^"]+)"/.exec((await visitor.get(path)).text)?.[1] ??
    "";
  const own = await token(zoe, `/settings/users/${eveId}`);
  await accounts.setRole(eveId, "admin", by);
  const others = await token(eve, `/settings/users/${zoeId}`);
  await accounts.setRole(eveId, "member", by);
  const change = (form: string) =>
    zoe.post(`/settings/users/${eveId}/role`, { role: "admin", form });
  expect((await change(others)).status).toBe(403);
  expect((await change("")).status).toBe(403);
  expect((await change(own)).status).toBe(303);
});

test("an open event stream ends soon after its user is removed", async () => {
  await using server = await startServer(BEHIND_PROXY);
  await using listener = await listenTo(`${server.origin}/live`, {
    [HEADER]: "zoe",
  });
  expect(listener.response.status).toBe(200);
  const [zoe] = await server.store.accounts.users();
  await server.store.accounts.removeUser(zoe?.id ?? 0, {
    at: 1,
    actor: "ana",
    address: null,
  });
  expect(await listener.next()).toBeUndefined();
});

/**
 * Resolves to the status of a request with the header twice, as when the proxy adds its own
 * to the client's.
 */
async function statusOfTwice(origin: string): Promise<number> {
  const { hostname, port, host } = new URL(origin);
  const answer = Promise.withResolvers<string>();
  const socket = connect(Number(port), hostname);
  socket.once("data", (data) => answer.resolve(data.toString("latin1")));
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${host}\r\n${HEADER}: ana\r\n${HEADER}: eve\r\n\r\n`,
  );
  const head = await answer.promise;
  socket.destroy();
  return Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]);
}
