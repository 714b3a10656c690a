import { expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSetupCode } from "../../src/server/first-user.ts";
import { PROGRAM, run, start } from "../cli/program.ts";
import { startServer } from "../support/start-server.ts";
import { until } from "../support/until.ts";
import { tempDir } from "../support/temp-dir.ts";
import { PASSWORD, startWithPeople, Visitor } from "./people.ts";

const FIRST = { name: "ana", password: PASSWORD, repeat: PASSWORD };

test("before there is a user, pages redirect to setup, which says where to find the link, and the webhook works", async () => {
  await using server = await startServer({ SIGN_IN: "password" });
  const visitor = new Visitor(server.origin);
  for (const path of [
    "/",
    "/messages?q=status:failed",
    "/settings/users",
    "/login",
  ])
    expect([path, (await visitor.get(path)).headers.get("location")]).toEqual([
      path,
      "/setup",
    ]);
  const page = await visitor.get("/setup");
  expect(page.text).toContain("in the server’s log");
  expect(page.text).not.toContain('type="password"');
  expect((await server.twilio.post({})).status).toBe(200);
});

test("the link creates one user, an admin who is then signed in, and stops working", async () => {
  await using server = await startServer({ SIGN_IN: "password" });
  const code = await newSetupCode(server.store.accounts);
  expect(Buffer.from(code, "base64url").length * 8).toBeGreaterThanOrEqual(128);
  const [one, other] = [new Visitor(server.origin), new Visitor(server.origin)];
  expect((await one.get(`/setup?code=${code}`)).text).toContain(
    'type="password"',
  );
  const answers = await Promise.all([
    one.post("/setup", { ...FIRST, code }),
    other.post("/setup", { ...FIRST, name: "eve", code }),
  ]);
  expect(await server.store.accounts.users()).toHaveLength(1);
  const winner = answers[0].headers.get("location") === "/" ? one : other;
  expect((await winner.get("/settings/users")).status).toBe(200);
  const late = await new Visitor(server.origin).post("/setup", {
    ...FIRST,
    name: "mallory",
    code,
  });
  expect(late.headers.get("location")).toBe("/login");
  expect(
    (await new Visitor(server.origin).get(`/setup?code=${code}`)).headers.get(
      "location",
    ),
  ).toBe("/login");
  expect(await server.store.accounts.users()).toHaveLength(1);
});

test("a wrong code, or one from an earlier start, creates no user", async () => {
  await using server = await startServer({ SIGN_IN: "password" });
  const { accounts } = server.store;
  const earlier = await newSetupCode(accounts);
  await newSetupCode(accounts);
  const visitor = new Visitor(server.origin);
  for (const code of [earlier, "", "x", "x".repeat(5_000)]) {
    expect((await visitor.post("/setup", { ...FIRST, code })).status).toBe(403);
    if (code !== "")
      expect((await visitor.get(`/setup?code=${code}`)).text).toContain(
        "This link has been replaced: each start creates a new one.",
      );
  }
  expect(await accounts.users()).toEqual([]);
});

test("an invalid name or password is reported and can be corrected", async () => {
  await using server = await startServer({ SIGN_IN: "password" });
  const code = await newSetupCode(server.store.accounts);
  const visitor = new Visitor(server.origin);
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [{ name: " " }, "A name must have 1 to 64 characters"],
    [{ name: "a\nb" }, "A name must have 1 to 64 characters"],
    [{ name: "x".repeat(65) }, "A name must have 1 to 64 characters"],
    [{ password: "short", repeat: "short" }, "at least 12 characters"],
    [
      { repeat: "correct horse" },
      "The passwords don’t match. Enter both again.",
    ],
    [
      { password: "ana ana ana ana", repeat: "ana ana ana ana" },
      "easy to guess",
    ],
  ];
  for (const [fields, words] of cases) {
    const answer = await visitor.post("/setup", { ...FIRST, ...fields, code });
    expect([fields, answer.status]).toEqual([fields, 400]);
    expect(answer.text).toContain(words);
    expect(answer.text).toContain(code);
    expect(answer.text).not.toContain(PASSWORD);
  }
  expect(
    (await visitor.post("/setup", { ...FIRST, name: "👩‍🚀 Ana", code })).status,
  ).toBe(400);
  expect(
    (await visitor.post("/setup", { ...FIRST, name: "Łucja مرحبا", code }))
      .status,
  ).toBe(303);
});

test("no new code is issued once there is a user", async () => {
  await using server = await startWithPeople();
  const code = await newSetupCode(server.accounts);
  expect(
    (
      await new Visitor(server.origin).post("/setup", {
        ...FIRST,
        name: "eve",
        code,
      })
    ).headers.get("location"),
  ).toBe("/login");
  expect(await server.accounts.users()).toHaveLength(2);
});

test("until there is a user, each start prints the link, and HOST must be a loopback address", async () => {
  using folder = tempDir();
  const env = { PORT: "0", DATABASE_URL: join(folder.path, "smsledger.db") };
  const links: string[] = [];
  for (let time = 0; time < 2; time++) {
    await using server = await start(PROGRAM, ["serve"], { env });
    await until(async () => {
      const link = /http:\S+\/setup\?code=[\w-]+/.exec(server.output())?.[0];
      expect(link).toBeString();
      links.push(link ?? "");
    });
    server.kill("SIGTERM");
    await server.ended();
  }
  expect(
    new Set(links.map((link) => new URL(link).searchParams.get("code"))).size,
  ).toBe(2);

  const beyond = { ...env, HOST: "0.0.0.0" };
  const refused = await run(PROGRAM, ["serve"], { env: beyond });
  // systemd doesn't start it again after status 2.
  expect([refused.status, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toBe(NO_USERS_YET);
  const added = await run(PROGRAM, ["user", "add", "ana", "--generate"], {
    env,
  });
  expect([added.status, added.stdout]).toEqual([
    0,
    expect.stringMatching(/^(?:[a-z0-9]{4}-){3}[a-z0-9]{4}\n$/),
  ]);
  await using server = await start(PROGRAM, ["serve"], { env });
  const visitor = new Visitor(server.origin);
  await visitor.signIn("ana", added.stdout.trim());
  expect((await visitor.get("/messages")).headers.get("location")).toBe(
    "/settings/account",
  );
  expect(server.output()).not.toContain("/setup?code=");
});

test("without a database, a start that HOST forbids creates nothing", async () => {
  using folder = tempDir();
  const env = {
    HOST: "0.0.0.0",
    DATABASE_URL: join(folder.path, "data", "smsledger.db"),
  };
  const { status, stderr } = await run(PROGRAM, ["serve"], { env });
  expect({ status, stderr }).toEqual({ status: 2, stderr: NO_USERS_YET });
  expect(readdirSync(folder.path)).toEqual([]);
});

test("a database that vanished is reported first, whatever HOST is", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  writeFileSync(`${file}-lock`, "");
  const env = { HOST: "0.0.0.0", DATABASE_URL: file };
  const { status, stderr } = await run(PROGRAM, ["serve"], { env });
  // The disk may not be mounted yet, so another start can help.
  expect(status).toBe(1);
  expect(stderr).toContain("shows that there was one");
});

const NO_USERS_YET =
  "Wrong settings or flags:\n  HOST: there are no users yet, so it must be a loopback address such as 127.0.0.1. " +
  "To listen on other addresses, first create a user: smsledger user add NAME\n";
