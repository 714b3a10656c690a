import { Database } from "bun:sqlite";
import { expect, test } from "bun:test";
import { join } from "node:path";
import { openCommandStores } from "../../../src/store/sqlite/beside.ts";
import { tempDir } from "../../support/temp-dir.ts";

const BY = { at: Date.UTC(2026, 10, 23), actor: "ana", address: "192.0.2.1" };

const tokenOf = (name: string) => ({
  name,
  scope: "read" as const,
  hash: name.padEnd(64, "0"),
  createdBy: BY.actor,
  createdAt: BY.at,
  address: BY.address,
});

test("a change that can't be added to the audit list isn't made", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const stores = openCommandStores(file, true);
  const { accounts, apiTokens, refusals } = stores;
  await apiTokens.add(tokenOf("old"));
  const user = {
    name: "ana",
    role: "admin",
    passwordHash: "hash",
    isPasswordTemporary: false,
  } as const;
  await accounts.addUser(user, BY);
  const [token] = await apiTokens.list();
  const id = token?.id ?? 0;
  const state = async () => [
    await apiTokens.list(),
    await accounts.users(),
    await refusals.seenAt(),
    (await stores.audit.list({ size: 10 })).length,
  ];
  const before = await state();
  {
    using db = new Database(file);
    db.run(
      "CREATE TRIGGER no_entry BEFORE INSERT ON audit BEGIN SELECT raise(ABORT, 'no entry'); END",
    );
  }
  const entry = {
    ...BY,
    kind: "use" as const,
    action: "read through the API",
    subject: "",
  };
  for (const change of [
    () => apiTokens.add(tokenOf("new")),
    () => apiTokens.remove(id, BY),
    () => apiTokens.setLastUsed({ id, at: BY.at, entry }),
    () => refusals.markSeen(BY),
    () => accounts.addUser({ ...user, name: "mo" }, BY),
    () => accounts.setRole(1, "member", BY),
    () => accounts.removeUser(1, BY),
  ]) {
    const [result] = await Promise.allSettled([change()]);
    if (result.status === "fulfilled")
      // A refusal that changes nothing has no entry.
      expect(result.value).toBe("last admin");
    expect(await state()).toEqual(before);
  }
  await stores.close();
});

test("a token's changes are in the audit list, each with who made it and from where", async () => {
  using folder = tempDir();
  const stores = openCommandStores(join(folder.path, "smsledger.db"), true);
  await stores.apiTokens.add(tokenOf("one"));
  await stores.apiTokens.remove(1, { ...BY, actor: "mo", address: null });
  await stores.apiTokens.remove(1, BY);
  expect(await stores.audit.list({ size: 10 })).toMatchObject([
    { actor: "mo", action: "revoked the API token", subject: "one" },
    {
      actor: "ana",
      action: "created the masked API token",
      subject: "one",
      address: "192.0.2.1",
    },
  ]);
  await stores.close();
});

test("simultaneous changes on one connection are each a transaction, one after another", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const stores = openCommandStores(file, true);
  const names = Array.from({ length: 20 }, (_, index) => `user ${index + 10}`);
  const added = await Promise.all(
    names.flatMap((name) => [
      stores.accounts.addProxyUser(name, BY),
      stores.apiTokens.add(tokenOf(name)),
    ]),
  );
  expect(added).not.toContain(undefined);
  expect(await stores.accounts.users()).toHaveLength(20);
  expect(await stores.apiTokens.list()).toHaveLength(20);
  const entries = await stores.audit.list({ size: 100 });
  expect(entries.reduce((sum, { times }) => sum + times, 0)).toBe(40);
  await stores.close();
});
