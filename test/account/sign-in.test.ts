import { expect, test } from "bun:test";
import { join } from "node:path";
import { hashOf, NOBODYS_HASH } from "../../src/account/passwords.ts";
import { tempDir } from "../support/temp-dir.ts";
import {
  addPerson,
  PASSWORD,
  signedInAs,
  startWithPeople,
  Visitor,
} from "./people.ts";
import { PROGRAM, run } from "../cli/program.ts";
import { startServer } from "../support/start-server.ts";
import { someOf } from "../support/long-runs.ts";

const HOUR_MS = 3_600_000;
const WRONG = "Wrong name or password. Passwords are case-sensitive.";

test("an account gets at most 20 guesses per hour, from any addresses and across restarts", async () => {
  using folder = tempDir();
  let now = Date.UTC(2026, 10, 23, 12);
  const env = {
    DATABASE_URL: join(folder.path, "smsledger.db"),
    TRUSTED_PROXIES: "127.0.0.1",
  };
  const begin = now;
  let looked = 0;
  let asked = 0;
  for (let start = 0; start < 3; start++) {
    await using server =
      start === 0
        ? await startWithPeople(env, () => now)
        : await startServer({ SIGN_IN: "password", ...env }, () => now);
    for (let minute = 0; minute < 20; minute++) {
      for (const forwarded of [
        `198.51.${asked % 250}.7, 203.0.113.${asked % 250}`,
        `2001:db8:${asked}::1`,
      ]) {
        asked++;
        const stranger = new Visitor(server.origin, {
          "x-forwarded-for": forwarded,
        });
        const { status } = await stranger.signIn(
          "ana",
          `guess number ${asked}`,
        );
        expect([401, 429]).toContain(status);
        if (status === 401) looked++;
      }
      now += 60_000;
    }
  }
  expect([asked, now - begin]).toEqual([120, HOUR_MS]);
  expect(looked).toBeGreaterThan(10);
  expect(looked).toBeLessThanOrEqual(20);
});

test("repeated guesses lock the user out neither of a known browser nor of an open session", async () => {
  await using server = await startWithPeople({ TRUSTED_PROXIES: "127.0.0.1" });
  const ana = await signedInAs(server.origin, "ana", {
    "x-forwarded-for": "192.0.2.1",
  });
  const stranger = new Visitor(server.origin, {
    "x-forwarded-for": "203.0.113.9",
  });
  let last = await stranger.signIn("ana", "guess");
  while (last.status === 401)
    last = await stranger.signIn("ANA", "another guess");
  expect(last.status).toBe(429);
  expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(last.text).toMatch(/Try again in \d+ minutes?, at \d\d:\d\d UTC/);

  expect((await ana.get("/messages")).status).toBe(200);
  await ana.post("/logout");
  const elsewhere = new Visitor(server.origin, {
    "x-forwarded-for": "198.51.100.7",
  });
  expect((await elsewhere.signIn("ana")).status).toBe(429);
  expect((await ana.signIn("ana")).status).toBe(303);

  // The mark in ana's browser counts for ana, but not for mo.
  let ofMo = await stranger.signIn("mo", "guess");
  while (ofMo.status === 401) ofMo = await stranger.signIn("mo", "guess");
  const marked = new Visitor(server.origin, {
    "x-forwarded-for": "198.51.100.8",
  });
  for (const [name, value] of ana.cookies)
    if (name.includes("device")) marked.cookies.set(name, value);
  expect((await marked.signIn("mo")).status).toBe(429);
});

test("a new password ends the wait", async () => {
  await using server = await startWithPeople();
  const ana = await signedInAs(server.origin, "ana");
  const stranger = new Visitor(server.origin);
  while ((await stranger.signIn("mo", "guess")).status === 401);
  expect((await stranger.signIn("mo")).status).toBe(429);
  const password = "seven green bicycles";
  await ana.post(`/settings/users/${server.moId}/password`, { password });
  const other = await stranger.signIn("mo", password);
  expect(other.status).toBe(303);
});

for (const way of someOf(["page", "command"], 1))
  test(`a new password by ${way} returns the address its guesses on that account, and no others`, async () => {
    await using server = await startWithPeople();
    const ana = await signedInAs(server.origin, "ana");
    const stranger = new Visitor(server.origin);
    const guesses = async (nameOf: (count: number) => string) => {
      for (let count = 0; ; count++) {
        const { status } = await stranger.signIn(nameOf(count), "guess");
        if (status === 429) return count;
      }
    };
    expect(await guesses(() => "mo")).toBe(7);
    expect(await guesses((count) => `name ${count}`)).toBe(13);
    const password = "seven green bicycles";
    const path = `/settings/users/${server.moId}/password`;
    if (way === "page") await ana.post(path, { password });
    else
      await run(PROGRAM, ["user", "password", "mo", "--generate"], {
        env: { DATABASE_URL: server.config.databaseUrl },
      });
    expect(await guesses((count) => `other name ${count}`)).toBe(7);
  });

test("an address gets some twenty guesses, whatever the names", async () => {
  await using server = await startWithPeople({ TRUSTED_PROXIES: "127.0.0.1" });
  const guessesFrom = async (
    address: (n: number) => string,
  ): Promise<number> => {
    for (let count = 0; ; count++) {
      const stranger = new Visitor(server.origin, {
        "x-forwarded-for": address(count),
      });
      if (
        (await stranger.signIn(`name ${address(0)} ${count}`, "guess"))
          .status === 429
      )
        return count;
    }
  };
  // The client can write anything before the proxy's own entry.
  expect(await guessesFrom((n) => `192.0.2.${n}, 203.0.113.7`)).toBe(20);
  // All addresses of an IPv6 network count as one client.
  expect(await guessesFrom((n) => `2001:db8:1:2::${n.toString(16)}`)).toBe(20);
  const other = new Visitor(server.origin, {
    "x-forwarded-for": "2001:db8:1:3::1",
  });
  expect((await other.signIn("mo")).status).toBe(303);
});

test("without a trusted proxy, forwarding headers are ignored", async () => {
  await using server = await startWithPeople();
  const statuses = new Set<number>();
  for (let count = 0; count < 25; count++) {
    const stranger = new Visitor(server.origin, {
      "x-forwarded-for": `203.0.113.${count}`,
    });
    statuses.add((await stranger.signIn(`name ${count}`, "guess")).status);
  }
  expect(statuses).toEqual(new Set([401, 429]));
});

test("a correct password uses up no guesses", async () => {
  await using server = await startWithPeople();
  for (let count = 0; count < 25; count++)
    expect((await new Visitor(server.origin).signIn("ana")).status).toBe(303);
});

test("an unknown name gets the same response as a wrong password and takes as long", async () => {
  await using server = await startWithPeople();
  await server.accounts.addUser(
    {
      name: "prox",
      role: "member",
      passwordHash: null,
      isPasswordTemporary: false,
    },
    { at: 1, actor: "command line", address: null },
  );
  const texts = new Set<string>();
  for (const name of ["ana", "nobody", "prox", "ana\u0000", "x".repeat(300)]) {
    const answer = await new Visitor(server.origin).signIn(
      name,
      "not the password",
    );
    expect([name, answer.status]).toEqual([name, 401]);
    expect(answer.text).toContain(WRONG);
    texts.add(answer.text.replace(/value="[^"]*"/, ""));
  }
  expect(texts.size).toBe(1);
  // It takes as long because the placeholder hash is computed like any other.
  const settings = (hash: string): string =>
    hash.split("$").slice(0, 4).join("$");
  expect(settings(NOBODYS_HASH)).toBe(settings(hashOf(PASSWORD)));
  // It takes as many guesses, too.
  const limited = async (name: string): Promise<number> => {
    for (let count = 0; ; count++)
      if (
        (await new Visitor(server.origin).signIn(name, "guess")).status !== 401
      )
        return count;
  };
  expect(await limited("nobody else")).toBe(7);
  expect(await limited("mo")).toBe(7);
});

test("names ignore case, and passwords match in both normal forms", async () => {
  await using server = await startWithPeople();
  expect((await new Visitor(server.origin).signIn(" ANA ")).status).toBe(303);
  const ana = await signedInAs(server.origin, "ana");
  const password = "Zoë’s crème brûlée";
  await ana.post(`/settings/users/${server.moId}/password`, {
    password: password.normalize("NFC"),
  });
  const mo = new Visitor(server.origin);
  expect((await mo.signIn("mo", password.normalize("NFD"))).status).toBe(303);
  expect((await mo.signIn("mo", password.toLowerCase())).status).toBe(401);
});

test("an empty or oversized password is wrong, and isn't hashed", async () => {
  await using server = await startWithPeople();
  for (const password of ["", "x".repeat(1_001)])
    for (let count = 0; count < 10; count++)
      expect(
        (await new Visitor(server.origin).signIn("ana", password)).status,
      ).toBe(401);
  expect((await new Visitor(server.origin).signIn("ana")).status).toBe(303);
});

test("signing in redirects only to our own paths", async () => {
  await using server = await startWithPeople({
    PUBLIC_URL: "https://ops.example.com/sms",
  });
  const cases: readonly (readonly [next: string, location: string])[] = [
    ["/sms/messages?q=status:failed", "/sms/messages?q=status:failed"],
    ["/sms/", "/sms/"],
    ["https://evil.example.com/", "/sms/"],
    ["//evil.example.com/", "/sms/"],
    ["/\\evil.example.com/", "/sms/"],
    ["/\t/evil.example.com", "/sms/"],
    ["/sms/..//evil.example.com", "/sms/"],
    ["/sms/..//evil.example.com/sms/", "/sms/"],
    ["/elsewhere", "/sms/"],
    ["/smsother", "/sms/"],
    ["javascript:alert(1)", "/sms/"],
    ["/sms/messages\r\nset-cookie: a=b", "/sms/"],
    ["", "/sms/"],
  ];
  for (const [next, location] of cases) {
    const visitor = new Visitor(server.origin);
    const answer = await visitor.post("/login", {
      name: "ana",
      password: PASSWORD,
      next,
    });
    expect([next, answer.status, answer.headers.get("location")]).toEqual([
      next,
      303,
      location,
    ]);
    const page = await new Visitor(server.origin).get(
      `/login?${new URLSearchParams({ next })}`,
    );
    expect(page.text).not.toContain("evil");
    // A user who is already signed in is redirected at once.
    const again = await visitor.get(`/login?${new URLSearchParams({ next })}`);
    expect([next, again.headers.get("location")]).toEqual([next, location]);
  }
});

test("the form keeps the name as text, but not the password", async () => {
  await using server = await startWithPeople();
  const name = `"><script>alert(1)</script>`;
  const { text } = await new Visitor(server.origin).signIn(
    name,
    "a secret of mine",
  );
  expect(text).not.toContain("<script>alert");
  expect(text).not.toContain("a secret of mine");
});

test("simultaneous sign-ins are handled one by one, and those over the limit get Retry-After", async () => {
  await using server = await startWithPeople({ TRUSTED_PROXIES: "127.0.0.1" });
  for (let index = 0; index < 100; index++)
    await addPerson(server.accounts, `user ${index}`, "member");
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      new Visitor(server.origin, {
        "x-forwarded-for": `203.0.113.${index}`,
      }).post("/login", {
        name: `user ${index}`,
        password: PASSWORD,
      }),
    ),
  );
  const counts = Map.groupBy(answers, ({ status }) => status);
  expect(new Set(counts.keys())).toEqual(new Set([303, 503]));
  expect(counts.get(303)?.length).toBeGreaterThanOrEqual(31);
  for (const { headers, text } of counts.get(503) ?? []) {
    expect(headers.get("retry-after")).toBe("5");
    expect(text).toContain(
      "Too many people are signing in right now. Try again in a few seconds.",
    );
  }
});
