import { expect, test } from "bun:test";
import {
  SESSION_IDLE_MS,
  SESSIONS_MAX,
  USERS_MAX,
  type AccountStore,
  type By,
  type NewUser,
} from "../../../src/store/accounts.ts";
import { storeContract } from "../contract.ts";

const AT = Date.UTC(2026, 10, 23, 12);
const by: By = { at: AT, actor: "ana", address: "203.0.113.7" };
const HASH = "a hash";
const limit = { key: "limit", burst: 2, everyMs: 1_000 };

const newUser = (name: string, more: Partial<NewUser> = {}): NewUser => ({
  name,
  role: "member",
  passwordHash: HASH,
  isPasswordTemporary: false,
  ...more,
});

async function add(
  accounts: AccountStore,
  name: string,
  more: Partial<NewUser> = {},
): Promise<number> {
  const added = await accounts.addUser(newUser(name, more), by);
  if ("refusal" in added) throw new Error(added.refusal);
  return added.id;
}

const begin = (
  accounts: AccountStore,
  userId: number,
  tokenHash: string,
  at = AT,
): Promise<boolean> =>
  accounts.signIn(
    {
      userId,
      passwordHash: HASH,
      tokenHash,
      device: "Firefox on Linux",
      replacedHash: null,
      guessed: [],
    },
    { ...by, at },
  );

storeContract((openStore) => {
  test("users can be added up to a limit, and even then a taken name is reported as taken", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    for (let index = 0; index < USERS_MAX; index++)
      await add(accounts, `u${index}`);
    const addOne = (name: string) => accounts.addUser(newUser(name), by);
    expect(await addOne("more")).toEqual({ refusal: "too many" });
    expect(await addOne("U7")).toEqual({ refusal: "name taken" });
    expect(await accounts.addProxyUser("more", by)).toBeUndefined();
    expect(await accounts.addProxyUser("U0", by)).toBeNumber();
  });

  test("a user is found by ID and by name in any case, and names are unique", async () => {
    await using opened = await openStore();
    const { accounts, audit } = opened.store;
    expect(await accounts.hasPasswords()).toBe(false);
    const id = await add(accounts, "Zoë", { role: "admin" });
    const user = {
      id,
      name: "Zoë",
      role: "admin",
      hasPassword: true,
      isPasswordTemporary: false,
      createdAt: AT,
      lastSeenAt: null,
    } as const;
    expect(await accounts.hasPasswords()).toBe(true);
    expect(await accounts.userById(id)).toEqual(user);
    expect(await accounts.visitorByName("ZOË")).toEqual({
      user,
      isAdminMissing: false,
    });
    expect(await accounts.passwordOf("zoë")).toEqual({ user, hash: HASH });
    expect(await accounts.addUser(newUser("ZOË"), by)).toEqual({
      refusal: "name taken",
    });
    expect(await accounts.users()).toEqual([user]);
    expect(await accounts.userById(id + 1)).toBeUndefined();
    expect(await accounts.passwordOf("nobody")).toBeUndefined();
    expect(await audit.list({ size: 10 })).toMatchObject([
      { ...by, action: "added the admin", subject: "Zoë" },
    ]);
  });

  test("a proxy's user is created once, without a password, and a missing admin is reported", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const id = await accounts.addProxyUser("mo", by);
    expect(await accounts.addProxyUser("MO", by)).toBe(id);
    expect(await accounts.visitorByName("mo")).toMatchObject({
      user: { id, role: "member", hasPassword: false },
      isAdminMissing: true,
    });
    expect(await accounts.passwordOf("mo")).toBeUndefined();
    expect(await accounts.hasPasswords()).toBe(false);
  });

  test("the first user is created once, with the latest code", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const first = { name: "ana", passwordHash: HASH };
    expect(await accounts.addFirstUser(first, "", by)).toBeUndefined();
    await accounts.setSetupCode("one");
    await accounts.setSetupCode("two");
    expect(await accounts.isSetupCode("one")).toBe(false);
    expect(await accounts.isSetupCode("two")).toBe(true);
    expect(await accounts.addFirstUser(first, "one", by)).toBeUndefined();
    // A user created by a proxy can become the first one with a password.
    const proxied = await accounts.addProxyUser("Ana", by);
    expect(await accounts.addFirstUser(first, "two", by)).toBe(proxied ?? -1);
    expect(await accounts.users()).toMatchObject([
      { role: "admin", hasPassword: true },
    ]);
    await accounts.setSetupCode("three");
    for (const code of ["two", "three"])
      expect(await accounts.addFirstUser(first, code, by)).toBeUndefined();
  });

  test("each node has a code for the first user, and a new one replaces only its own", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    await accounts.setSetupCode("one", "a:3000");
    await accounts.setSetupCode("two", "b:3000");
    await accounts.setSetupCode("three", "a:3000");
    expect(
      await Promise.all(
        ["one", "two", "three"].map((code) => accounts.isSetupCode(code)),
      ),
    ).toEqual([false, true, true]);
    const first = { name: "ana", passwordHash: HASH };
    expect(await accounts.addFirstUser(first, "two", by)).toBeNumber();
    expect(await accounts.addFirstUser(first, "three", by)).toBeUndefined();
    expect(await accounts.isSetupCode("three")).toBe(false);
  });

  test("the last admin stays an admin", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const ana = await add(accounts, "ana", { role: "admin" });
    const mo = await add(accounts, "mo");
    expect(await accounts.setRole(ana, "member", by)).toBe("last admin");
    expect(await accounts.removeUser(ana, by)).toBe("last admin");
    expect(await accounts.setRole(mo, "admin", by)).toBeUndefined();
    expect(await accounts.setRole(ana, "member", by)).toBeUndefined();
    expect(await accounts.removeUser(ana, by)).toBeUndefined();
    expect(await accounts.removeUser(ana, by)).toBe("no such user");
    expect(await accounts.setRole(ana, "admin", by)).toBe("no such user");
    expect((await accounts.users()).map(({ id }) => id)).toEqual([mo]);
  });

  test("a session is found by its token until it ends, and ends the one it replaces", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const mo = await add(accounts, "mo");
    expect(await begin(accounts, mo, "one")).toBe(true);
    const found = await accounts.visitorBySession("one", AT);
    expect(found).toMatchObject({
      user: { id: mo, lastSeenAt: AT },
      isAdminMissing: true,
      session: {
        userId: mo,
        device: "Firefox on Linux",
        address: "203.0.113.7",
        createdAt: AT,
        lastUsedAt: AT,
      },
    });
    const id = found?.session.id ?? 0;
    expect(await accounts.visitorBySession("two", AT)).toBeUndefined();
    const idle = AT + SESSION_IDLE_MS;
    await accounts.noteUse({ userId: mo, sessionId: id }, AT + 1);
    expect(await accounts.visitorBySession("one", idle)).toMatchObject({
      session: { lastUsedAt: AT + 1 },
    });
    expect(await accounts.visitorBySession("one", idle + 1)).toBeUndefined();
    // An ended session stays ended, whatever the clock says.
    expect(await accounts.visitorBySession("one", AT + 1)).toBeUndefined();
    const one = { userId: mo, passwordHash: HASH, tokenHash: "one" };
    await accounts.signIn(
      { ...one, device: "", replacedHash: null, guessed: [] },
      by,
    );
    await accounts.signIn(
      {
        userId: mo,
        passwordHash: HASH,
        tokenHash: "two",
        device: "",
        replacedHash: "one",
        guessed: [],
      },
      by,
    );
    expect(await accounts.visitorBySession("one", AT)).toBeUndefined();
    const [second] = await accounts.sessionsOf(mo, AT);
    await accounts.signOut(second?.id ?? 0, by);
    expect(await accounts.sessionsOf(mo, AT)).toEqual([]);
  });

  test("no session starts with a password that has meanwhile changed", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const mo = await add(accounts, "mo");
    const change = {
      userId: mo,
      passwordHash: "another hash",
      isTemporary: true,
      keptSession: null,
      limits: [],
    };
    await accounts.setPassword(change, by);
    expect(await begin(accounts, mo, "one")).toBe(false);
    expect(await accounts.sessionsOf(mo, AT)).toEqual([]);
  });

  test("a new password ends all sessions but the kept one, and returns guesses", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const mo = await add(accounts, "mo");
    for (const token of ["one", "two", "three"])
      await begin(accounts, mo, token);
    const kept = await accounts.visitorBySession("two", AT);
    await accounts.takeGuess([[limit]], AT);
    const refusal = await accounts.setPassword(
      {
        userId: mo,
        passwordHash: "another hash",
        isTemporary: false,
        keptSession: kept?.session.id ?? null,
        limits: [limit.key],
      },
      by,
    );
    expect(refusal).toBeUndefined();
    expect(await accounts.sessionsOf(mo, AT)).toEqual(
      kept ? [kept.session] : [],
    );
    expect(await accounts.limitsWholeAt([limit.key])).toEqual(new Map());
  });

  test("sessions end one by one or all others at once, and only the user's own", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const [ana, mo] = [await add(accounts, "ana"), await add(accounts, "mo")];
    await begin(accounts, ana, "hers");
    for (const token of ["one", "two", "three"])
      await begin(accounts, mo, token);
    const idOf = async (token: string): Promise<number> =>
      (await accounts.visitorBySession(token, AT))?.session.id ?? 0;
    const [hers, one, two] = [
      await idOf("hers"),
      await idOf("one"),
      await idOf("two"),
    ];
    await accounts.endSession(mo, hers, by);
    await accounts.endSession(mo, one, by);
    const ids = { sessions: [hers, one, two], users: [ana, 999] };
    expect(await accounts.stillThere(ids, AT)).toEqual({
      sessions: [hers, two],
      users: [ana],
    });
    await accounts.endOtherSessions(mo, two, by);
    expect((await accounts.sessionsOf(mo, AT)).map(({ id }) => id)).toEqual([
      two,
    ]);
    await accounts.removeUser(mo, by);
    expect(await accounts.stillThere(ids, AT)).toEqual({
      sessions: [hers],
      users: [ana],
    });
  });

  test("past the maximum, a new session replaces the least recently used one", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const mo = await add(accounts, "mo");
    for (let index = 0; index <= SESSIONS_MAX; index++)
      await begin(accounts, mo, `token ${index}`, AT + index);
    const at = AT + SESSIONS_MAX;
    expect(await accounts.sessionsOf(mo, at)).toHaveLength(SESSIONS_MAX);
    expect(await accounts.visitorBySession("token 0", at)).toBeUndefined();
    expect(await accounts.visitorBySession("token 1", at)).toBeDefined();
  });

  test("a guess is charged to all limits of a way or to none, and a sign-in returns its own", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const mo = await add(accounts, "mo");
    const other = { key: "other", burst: 1, everyMs: 5_000 };
    const take = (at: number) => accounts.takeGuess([[limit, other]], at);
    expect(await take(AT)).toEqual({ taken: [limit, other] });
    expect(await take(AT)).toEqual({ retryAt: AT + 5_000 });
    const keys = [limit.key, other.key, "none"];
    expect(await accounts.limitsWholeAt(keys)).toEqual(
      new Map([
        ["limit", AT + 1_000],
        ["other", AT + 5_000],
      ]),
    );
    expect(await accounts.takeGuess([[other], [limit]], AT)).toEqual({
      taken: [limit],
    });
    await accounts.signIn(
      {
        userId: mo,
        passwordHash: HASH,
        tokenHash: "one",
        device: "",
        replacedHash: null,
        guessed: [limit, other],
      },
      by,
    );
    expect(await take(AT)).toEqual({ taken: [limit, other] });
    // A full limit is forgotten.
    await accounts.takeGuess([[{ ...limit, key: "later" }]], AT + 60_000);
    expect([
      ...(await accounts.limitsWholeAt([...keys, "later"])).keys(),
    ]).toEqual(["later"]);
  });

  test("simultaneous guesses get no more than sequential ones", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const taken = await Promise.all(
      Array.from({ length: 30 }, () => accounts.takeGuess([[limit]], AT)),
    );
    expect(taken.filter((each) => "taken" in each)).toHaveLength(2);
  });

  test("the secret key is created once", async () => {
    await using opened = await openStore();
    const { accounts } = opened.store;
    const keys = await Promise.all([
      accounts.secretKey(),
      accounts.secretKey(),
    ]);
    expect(keys[0]).toMatch(/^[0-9a-f]{64}$/);
    expect([...keys, await accounts.secretKey()]).toEqual([
      keys[0],
      keys[0],
      keys[0],
    ]);
  });
});
