import { Database } from "bun:sqlite";
import { expect, spyOn, test } from "bun:test";
import { SESSION_AGE_MS, SESSION_IDLE_MS } from "../../src/store/accounts.ts";
import { eventOf } from "../store/events.ts";
import { listenTo } from "../live/live-client.ts";
import { until } from "../support/until.ts";
import { PASSWORD, signedInAs, startWithPeople, Visitor } from "./people.ts";

const DAY_MS = 86_400_000;

test("over HTTP, the session cookie is hidden from scripts and restricted to this site", async () => {
  await using server = await startWithPeople();
  const answer = await new Visitor(server.origin).post("/login", {
    name: "ana",
    password: PASSWORD,
  });
  const [session, device] = answer.headers.getSetCookie();
  expect(session).toMatch(
    /^smsledger=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  expect(device).toMatch(
    /^smsledger-device=\d+\.[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=31536000$/,
  );
});

test("over HTTPS, its name has the __Host- prefix, however HTTPS is detected", async () => {
  const cases: readonly (readonly [
    env: Record<string, string>,
    headers: Record<string, string>,
  ])[] = [
    [{ TRUSTED_PROXIES: "127.0.0.1" }, { "x-forwarded-proto": "https" }],
    [{ PUBLIC_URL: "https://sms.example.com" }, { host: "sms.example.com" }],
    [
      { PUBLIC_URL: "https://sms.example.com" },
      { origin: "https://sms.example.com" },
    ],
  ];
  for (const [env, headers] of cases) {
    await using server = await startWithPeople(env);
    const visitor = new Visitor(server.origin, headers);
    const answer = await visitor.post("/login", {
      name: "ana",
      password: PASSWORD,
    });
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^__Host-smsledger=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect((await visitor.get("/messages")).status).toBe(200);
  }
});

test("an untrusted proxy can't claim HTTPS", async () => {
  await using server = await startWithPeople();
  const answer = await new Visitor(server.origin, {
    "x-forwarded-proto": "https",
  }).post("/login", {
    name: "ana",
    password: PASSWORD,
  });
  expect(answer.headers.getSetCookie()[0]).toStartWith("smsledger=");
});

test("over HTTPS, a cookie that another host of the domain could have set is ignored", async () => {
  await using server = await startWithPeople({ TRUSTED_PROXIES: "127.0.0.1" });
  const plain = await signedInAs(server.origin, "mo");
  const victim = new Visitor(server.origin, { "x-forwarded-proto": "https" });
  for (const [name, value] of plain.cookies) victim.cookies.set(name, value);
  expect((await victim.get("/messages")).status).toBe(302);
});

test("each sign-in starts a new session and ends the browser's old one", async () => {
  await using server = await startWithPeople();
  const fixed = new Visitor(server.origin);
  fixed.cookies.set("smsledger", "chosen-by-somebody-else");
  await fixed.signIn("ana");
  const first = fixed.cookies.get("smsledger") ?? "";
  expect(first).not.toBe("chosen-by-somebody-else");
  const thief = new Visitor(server.origin);
  thief.cookies.set("smsledger", first);
  expect((await thief.get("/messages")).status).toBe(200);
  await fixed.signIn("ana");
  expect(fixed.cookies.get("smsledger")).not.toBe(first);
  expect((await thief.get("/messages")).status).toBe(302);
  expect((await fixed.get("/messages")).status).toBe(200);
});

test("signing out ends the session, not just the cookie", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const token = ana.cookies.get("smsledger") ?? "";
  const answer = await ana.post("/logout");
  expect(answer.headers.get("location")).toBe("/login");
  expect(answer.headers.getSetCookie()[0]).toBe(
    "smsledger=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
  );
  ana.cookies.set("smsledger", token);
  expect((await ana.get("/messages")).status).toBe(302);
  // The second click.
  expect((await ana.post("/logout")).headers.get("location")).toBe("/login");
});

test("a session ends after a week without use, and after thirty days in any case", async () => {
  let now = Date.UTC(2026, 10, 1);
  await using server = await startWithPeople({}, () => now);
  const idle = await signedInAs(server.origin, "mo");
  const busy = await signedInAs(server.origin, "ana");
  expect([SESSION_IDLE_MS, SESSION_AGE_MS]).toEqual([7 * DAY_MS, 30 * DAY_MS]);
  for (let day = 1; day <= 29; day++) {
    now += DAY_MS;
    expect([day, (await busy.get("/messages")).status]).toEqual([day, 200]);
    // Responses don't wait until a session's last use is written; this does.
    await server.store.checkWritable();
    if (day === 6) continue;
    if (day === 7) expect((await idle.get("/messages")).status).toBe(302);
  }
  now += DAY_MS;
  expect((await busy.get("/messages")).status).toBe(302);
});

test("a session created or used while the clock was ahead ends when the clock is corrected, and stays ended", async () => {
  const right = Date.UTC(2026, 10, 1);
  const ahead = right + 2 * 365 * DAY_MS;
  let now = right;
  await using server = await startWithPeople({}, () => now);
  const { accounts, moId } = server;
  const used = await signedInAs(server.origin, "mo");
  now = ahead;
  const begun = await signedInAs(server.origin, "ana");
  // A session that was seen as expired doesn't come back.
  expect((await used.get("/messages")).status).toBe(302);
  now = right + DAY_MS / 24;
  expect((await used.get("/messages")).status).toBe(302);
  expect((await begun.get("/messages")).status).toBe(302);
  now = ahead;
  expect((await begun.get("/messages")).status).toBe(302);
  for (const at of [right, ahead])
    expect(await accounts.sessionsOf(moId, at)).toEqual([]);
});

test("correcting the clock by a minute ends no session", async () => {
  let now = Date.UTC(2026, 10, 1);
  await using server = await startWithPeople({}, () => now);
  const mo = await signedInAs(server.origin, "mo");
  now -= 60_000;
  expect((await mo.get("/messages")).status).toBe(200);
});

test("the database contains neither tokens nor passwords in plain text", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const token = ana.cookies.get("smsledger") ?? "";
  expect(token.length).toBe(43);
  await new Visitor(server.origin).signIn("a secret typed as a name", "guess");
  const password = "seven green bicycles";
  const mo = await signedInAs(server.origin, "mo");
  await mo.post("/settings/account/password", {
    current: PASSWORD,
    password,
    repeat: password,
  });
  const db = new Database(server.config.databaseUrl, { readonly: true });
  const tables = db
    .query<{ name: string }, []>(
      "SELECT name FROM sqlite_schema WHERE type = 'table'",
    )
    .all();
  for (const { name } of tables) {
    const rows = JSON.stringify(db.query(`SELECT * FROM "${name}"`).all());
    const secrets = [token, PASSWORD, password, "a secret typed as a name"];
    for (const secret of secrets)
      expect([name, rows.includes(secret)]).toEqual([name, false]);
  }
  const [{ hash } = { hash: "" }] = db
    .query<{ hash: string }, [number]>(
      "SELECT password_hash AS hash FROM users WHERE id = ?",
    )
    .all(server.moId);
  expect(hash).toStartWith("$argon2id$v=19$m=19456,t=2,p=1$");
  db.close();
});

test("sessions are listed with their browsers; you can end one or all others", async () => {
  await using server = await startWithPeople();
  const agent =
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const here = await signedInAs(server.origin, "mo", { "user-agent": agent });
  const there = await signedInAs(server.origin, "mo", {
    "user-agent": "<script>alert(1)</script>",
  });
  const third = await signedInAs(server.origin, "mo");
  const { text } = await here.get("/settings/account");
  expect(text).toContain("Firefox on Linux");
  expect(text).toContain("Another browser");
  expect(text).not.toContain("<script>alert");
  expect(text).toContain("127.0.0.1");
  const [ended = ""] =
    /\/settings\/account\/sessions\/\d+\/end/.exec(
      text.slice(text.indexOf("Another browser")),
    ) ?? [];
  expect((await here.post(ended)).headers.get("location")).toBe(
    "/settings/account?done=session",
  );
  const open = [
    (await there.get("/messages")).status,
    (await third.get("/messages")).status,
  ];
  expect(open.toSorted((a, b) => a - b)).toEqual([200, 302]);
  await here.post("/settings/account/sessions/end-others");
  expect((await there.get("/messages")).status).toBe(302);
  expect((await third.get("/messages")).status).toBe(302);
  expect((await here.get("/messages")).status).toBe(200);
});

test("nobody can end another user's session", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const mo = await signedInAs(server.origin, "mo");
  const [session] = await server.accounts.sessionsOf(server.anaId, Date.now());
  await mo.post(`/settings/account/sessions/${session?.id}/end`);
  expect((await ana.get("/messages")).status).toBe(200);
});

test("one user can't take all places for live pages", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  const ana = await signedInAs(server.origin, "ana");
  const listenAs = ({ cookies }: typeof mo) =>
    listenTo(`${server.origin}/live`, {
      cookie: [...cookies].map((pair) => pair.join("=")).join("; "),
    });
  await using streams = new AsyncDisposableStack();
  const statusAs = async (visitor: typeof mo) =>
    streams.use(await listenAs(visitor)).response.status;
  for (let tab = 0; tab < 20; tab++) expect(await statusAs(mo)).toBe(200);
  expect(await statusAs(mo)).toBe(503);
  expect(await statusAs(ana)).toBe(200);
});

test("changing your own password needs the current one and ends all other sessions", async () => {
  await using server = await startWithPeople();
  const here = await signedInAs(server.origin, "mo");
  const there = await signedInAs(server.origin, "mo");
  const change = (fields: Record<string, string>) =>
    here.post("/settings/account/password", {
      current: PASSWORD,
      password: "seven green bicycles",
      repeat: "seven green bicycles",
      ...fields,
    });
  const mistakes: readonly (readonly [Record<string, string>, string])[] = [
    [{ current: "not the password" }, "The current password is wrong."],
    [
      { repeat: "seven green bicycle" },
      "The passwords don’t match. Enter both again.",
    ],
    [{ password: "short", repeat: "short" }, "at least 12 characters"],
    [
      { password: "aaaaaaaaaaaaaaaa", repeat: "aaaaaaaaaaaaaaaa" },
      "easy to guess",
    ],
    [
      { password: "x".repeat(1_001), repeat: "x".repeat(1_001) },
      "easy to guess|at most 1000 bytes",
    ],
    [
      { password: PASSWORD, repeat: PASSWORD },
      "The new password is the same as the old one. Choose another.",
    ],
  ];
  for (const [fields, words] of mistakes) {
    const answer = await change(fields);
    expect([fields, answer.status]).toEqual([fields, 400]);
    expect(answer.text).toMatch(new RegExp(words));
  }
  expect((await change({})).headers.get("location")).toBe(
    "/settings/account?done=password",
  );
  expect((await here.get("/messages")).status).toBe(200);
  expect((await there.get("/messages")).status).toBe(302);
  expect((await new Visitor(server.origin).signIn("mo")).status).toBe(401);
  expect(
    (await new Visitor(server.origin).signIn("mo", "seven green bicycles"))
      .status,
  ).toBe(303);
});

test("a session left open doesn't allow many password guesses", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  const statuses: number[] = [];
  for (let count = 0; count < 8; count++) {
    const password = "seven green bicycles";
    const fields = {
      current: `guess number ${count}`,
      password,
      repeat: password,
    };
    statuses.push((await mo.post("/settings/account/password", fields)).status);
  }
  expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429, 429]);
});

test("an open event stream ends soon after its session", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  const cookie = `smsledger=${mo.cookies.get("smsledger")}`;
  await using listener = await listenTo(`${server.origin}/live`, {
    cookie,
  });
  expect(listener.response.status).toBe(200);
  await mo.post("/logout");
  expect(await listener.next()).toBeUndefined();
});

test("a download is cut off after its user is removed", async () => {
  await using server = await startWithPeople();
  // More than the system buffers for a client that doesn't read.
  const query = `note=${"x".repeat(1_500)}`;
  for (let batch = 0; batch < 20; batch++)
    await Promise.all(
      Array.from({ length: 500 }, () =>
        server.store.recordEvent(eventOf({}, { query })),
      ),
    );
  const mo = await signedInAs(server.origin, "mo");
  const cookie = `smsledger=${mo.cookies.get("smsledger")}`;
  const answer = await fetch(`${server.origin}/messages.csv`, {
    headers: { cookie },
  });
  const reader = answer.body?.getReader();
  await reader?.read();
  await server.accounts.removeUser(server.moId, {
    at: 1,
    actor: "ana",
    address: null,
  });
  // The server checks permissions every second.
  const checks = spyOn(server.accounts, "stillThere");
  await until(() => checks.mock.results.length > 0);
  await checks.mock.results[0]?.value;
  const read = async (): Promise<"whole"> => {
    while (!(await reader?.read())?.done);
    return "whole";
  };
  expect(await read().catch(() => "cut off")).toBe("cut off");
});

test("a form sent after its session ended redirects to the sign-in and then back to its page", async () => {
  await using server = await startWithPeople();
  const mo = await signedInAs(server.origin, "mo");
  mo.cookies.clear();
  const page = `${server.origin}/settings/account`;
  const { status, text } = await mo.post(
    "/settings/account/password",
    { current: PASSWORD, password: "x", repeat: "x" },
    { referer: page },
  );
  expect(status).toBe(401);
  expect(text).toContain("Nothing changed.");
  expect(text).toContain('href="/login?next=%2Fsettings%2Faccount"');
  const hostile = await mo.post(
    "/settings/account/password",
    {},
    {
      referer: "https://evil.example.com//evil.example.com/",
    },
  );
  expect(hostile.text).toContain('href="/login"');
  expect(hostile.text).not.toContain("evil");
});
