import { expect, test } from "bun:test";
import { USERS_MAX } from "../../src/store/accounts.ts";
import {
  addPerson,
  BY,
  PASSWORD,
  signedInAs,
  startWithPeople,
  Visitor,
} from "./people.ts";

test("a user added by an admin signs in with the one-time password and must choose a new one first", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const form = await ana.get("/settings/users");
  const password =
    /name="password"[^>]*value="([^"]+)"/.exec(form.text)?.[1] ?? "";
  expect(password).toMatch(/^(?:[a-z0-9]{4}-){3}[a-z0-9]{4}$/);
  const fields = { name: "Kim", role: "member", password };
  const added = await ana.post("/settings/users", fields);
  expect(added.status).toBe(200);
  expect(added.text).toContain(password);
  // The second click.
  const again = await ana.post("/settings/users", fields);
  expect([again.status, again.text.includes(password)]).toEqual([200, true]);
  const asAdmin = await ana.post("/settings/users", {
    ...fields,
    role: "admin",
  });
  expect([asAdmin.status, asAdmin.text.includes("already")]).toEqual([
    400,
    true,
  ]);
  expect(await server.accounts.users()).toHaveLength(3);

  const kim = new Visitor(server.origin);
  await kim.signIn("kim", password);
  for (const path of ["/", "/messages", "/messages.csv", "/settings/users"])
    expect([path, (await kim.get(path)).headers.get("location")]).toEqual([
      path,
      path === "/settings/users" ? null : "/settings/account",
    ]);
  expect((await kim.get("/messages", { accept: "*/*" })).status).toBe(401);
  const page = await kim.get("/settings/account");
  expect(page.text).toContain("First, choose your own password.");
  await kim.post("/settings/account/password", {
    current: password,
    password: PASSWORD,
    repeat: PASSWORD,
  });
  expect((await kim.get("/messages")).status).toBe(200);
});

test("an invalid new user is reported, and nobody is added", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const fields = { name: "kim", role: "member", password: PASSWORD };
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [
      { name: "MO" },
      "A user with this name already exists. Names aren’t case-sensitive.",
    ],
    [{ name: "" }, "A name must have 1 to 64 characters"],
    [{ name: "command line" }, "A name must have 1 to 64 characters"],
    [{ password: "short" }, "at least 12 characters"],
  ];
  for (const [wrong, words] of cases) {
    const answer = await ana.post("/settings/users", { ...fields, ...wrong });
    expect([wrong, answer.status]).toEqual([wrong, 400]);
    expect(answer.text).toContain(words);
  }
  expect(await server.accounts.users()).toHaveLength(2);
});

test("reaching the maximum number of users and a taken name are reported differently", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  for (let index = 2; index < USERS_MAX; index++)
    await server.accounts.addProxyUser(`user ${index}`, BY);
  const add = (name: string) =>
    ana.post("/settings/users", { name, role: "member", password: PASSWORD });
  const isFull = "There are already 500 users, the maximum.";
  const isTaken =
    "A user with this name already exists. Names aren’t case-sensitive.";
  for (const [name, words, others] of [
    ["kim", isFull, isTaken],
    ["MO", isTaken, isFull],
  ] as const) {
    const { status, text } = await add(name);
    expect([name, status]).toEqual([name, 400]);
    expect(text).toContain(words);
    expect(text).not.toContain(others);
  }
});

test("an unknown role is refused and never becomes admin", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  await ana.post("/settings/users", {
    name: "kim",
    role: "owner",
    password: PASSWORD,
  });
  expect((await server.accounts.visitorByName("kim"))?.user.role).toBe(
    "member",
  );
  expect(
    (await ana.post(`/settings/users/${server.moId}/role`, { role: "owner" }))
      .status,
  ).toBe(404);
});

test("the only admin can't be removed or demoted, not even by themselves", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  for (const [path, fields] of [
    [`/settings/users/${server.anaId}/role`, { role: "member" }],
    [`/settings/users/${server.anaId}/remove`, {}],
  ] as const) {
    const answer = await ana.post(path, fields);
    expect([path, answer.status]).toEqual([path, 409]);
    expect(answer.text).toContain("This is the only admin.");
  }
  await ana.post(`/settings/users/${server.moId}/role`, { role: "admin" });
  expect(
    (await ana.post(`/settings/users/${server.anaId}/remove`)).headers.get(
      "location",
    ),
  ).toBe("/settings/users");
  expect(
    (await ana.get("/settings/users")).headers.get("location"),
  ).toStartWith("/login");
});

test("if two admins remove each other at once, one remains", async () => {
  await using server = await startWithPeople();
  const { accounts, anaId } = server;
  const evaId = await addPerson(accounts, "eva", "admin");
  const by = { at: 1, actor: "ana", address: null };
  const outcomes = await Promise.all([
    accounts.removeUser(anaId, by),
    accounts.setRole(evaId, "member", by),
  ]);
  expect(outcomes).toEqual([undefined, "last admin"]);
});

test("removing a user needs a confirmation, and a second click is harmless", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const page = await ana.get(`/settings/users/${server.moId}/remove`);
  expect(page.text).toContain(
    "will be signed out everywhere and can’t sign in again.",
  );
  expect(page.text).toContain("Keep them");
  expect((await server.accounts.userById(server.moId))?.name).toBe("mo");
  const path = `/settings/users/${server.moId}/remove`;
  expect((await ana.post(path)).headers.get("location")).toBe(
    "/settings/users",
  );
  expect((await ana.post(path)).headers.get("location")).toBe(
    "/settings/users",
  );
  expect((await ana.get(path)).status).toBe(404);
});

test("resetting a user's password ends that user's sessions", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const mo = await signedInAs(server.origin, "mo");
  const answer = await ana.post(`/settings/users/${server.moId}/password`, {
    password: "seven green bicycles",
  });
  expect(answer.text).toContain("seven green bicycles");
  expect((await mo.get("/messages")).status).toBe(302);
  const own = await ana.get(`/settings/users/${server.anaId}`);
  expect(own.text).not.toContain("Set a new password");
});

test("in the settings, members see their own account and nothing about other users", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  const { text } = await mo.get("/settings/account");
  for (const path of ["/settings/users", "/settings/tokens", "/settings/audit"])
    expect(text).not.toContain(`href="${path}"`);
  const ana = await signedInAs(server.origin, "ana");
  for (const path of [
    "/settings",
    "/settings/users",
    "/settings/tokens",
    "/settings/account",
    "/settings/audit",
  ])
    expect((await ana.get("/settings/account")).text).toContain(
      `href="${path}"`,
    );
});

test("hostile names are shown as text", async () => {
  await using server = await startWithPeople();
  const name = `"><img src=x onerror=alert(1)>`;
  const ana = await signedInAs(server.origin, "ana");
  await ana.post("/settings/users", {
    name,
    role: "member",
    password: PASSWORD,
  });
  const id = (await server.accounts.visitorByName(name))?.user.id;
  for (const path of [
    "/settings/users",
    `/settings/users/${id}`,
    `/settings/users/${id}/remove`,
    "/settings/audit",
  ]) {
    const { text } = await ana.get(path);
    expect([
      path,
      text.includes("&lt;img"),
      text.includes("<img src=x"),
    ]).toEqual([path, true, false]);
  }
});
