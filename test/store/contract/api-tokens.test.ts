import { expect, test } from "bun:test";
import {
  API_TOKENS_MAX,
  type NewApiToken,
} from "../../../src/store/api-tokens.ts";
import { StoreUnavailable } from "../../../src/store/store.ts";
import { storeContract } from "../contract.ts";

const BY = { at: Date.now(), actor: "ana", address: null };

const CREATED_AT = Date.UTC(2026, 10, 23, 12, 30);

function tokenOf(name: string): NewApiToken {
  return {
    name,
    scope: "read",
    hash: new Bun.CryptoHasher("sha256").update(name).digest("hex"),
    createdBy: "ana",
    address: null,
    createdAt: CREATED_AT,
  };
}

storeContract((openStore) => {
  test("a token is found by its hash and its ID, and its hash is never returned", async () => {
    await using opened = await openStore();
    const { apiTokens } = opened.store;
    const given = { ...tokenOf("Grüße 🚀"), scope: "read unmasked" } as const;
    expect(await apiTokens.add(given)).toBe("added");
    const { hash, address: _, ...shown } = given;
    const [kept] = await apiTokens.list();
    expect(kept).toEqual({
      ...shown,
      id: expect.any(Number),
      lastUsedAt: null,
    });
    expect(await apiTokens.byHash(hash)).toEqual(kept);
    expect(await apiTokens.byId(kept?.id ?? 0)).toEqual(kept);
    expect(await apiTokens.byHash(hash.slice(1))).toBeUndefined();
    expect(await apiTokens.byHash("")).toBeUndefined();
    expect(await apiTokens.byId(4_711)).toBeUndefined();
  });

  test("tokens are listed by name, and names are unique", async () => {
    await using opened = await openStore();
    const { apiTokens } = opened.store;
    for (const name of ["b", "c", "a"])
      expect(await apiTokens.add(tokenOf(name))).toBe("added");
    const again = { ...tokenOf("b"), hash: tokenOf("other").hash };
    expect(await apiTokens.add(again)).toBe("name taken");
    expect((await apiTokens.list()).map(({ name }) => name)).toEqual([
      "a",
      "b",
      "c",
    ]);
    expect(await apiTokens.byHash(again.hash)).toBeUndefined();
  });

  test("a token's last use is kept", async () => {
    await using opened = await openStore();
    const { apiTokens } = opened.store;
    await apiTokens.add(tokenOf("used"));
    await apiTokens.add(tokenOf("unused"));
    const { id = 0 } = (await apiTokens.byHash(tokenOf("used").hash)) ?? {};
    await apiTokens.setLastUsed({ id, at: CREATED_AT + 60_000 });
    const uses = (await apiTokens.list()).map((each) => each.lastUsedAt);
    expect(uses).toEqual([null, CREATED_AT + 60_000]);
  });

  test("a removed token isn't found, its name is free, and its ID is never reused", async () => {
    await using opened = await openStore();
    const { apiTokens } = opened.store;
    await apiTokens.add(tokenOf("a"));
    const [token] = await apiTokens.list();
    const id = token?.id ?? 0;
    expect(await apiTokens.remove(id, BY)).toBe(true);
    expect(await apiTokens.remove(id, BY)).toBe(false);
    expect(await apiTokens.byHash(tokenOf("a").hash)).toBeUndefined();
    await apiTokens.setLastUsed({ id, at: CREATED_AT });
    expect(await apiTokens.list()).toEqual([]);
    expect(await apiTokens.add(tokenOf("a"))).toBe("added");
    const [next] = await apiTokens.list();
    expect(next?.id).not.toBe(id);
  });

  test("tokens are refused as unavailable once the store is closed", async () => {
    await using opened = await openStore();
    const { apiTokens } = opened.store;
    await opened.store.close();
    const results = await Promise.allSettled([
      apiTokens.add(tokenOf("a")),
      apiTokens.list(),
      apiTokens.byId(1),
      apiTokens.byHash(tokenOf("a").hash),
      apiTokens.setLastUsed({ id: 1, at: CREATED_AT }),
      apiTokens.remove(1, BY),
    ]);
    for (const result of results)
      expect(result).toMatchObject({ reason: expect.any(StoreUnavailable) });
  });

  test("the number of tokens is limited", async () => {
    await using opened = await openStore();
    const { apiTokens } = opened.store;
    for (let i = 0; i < API_TOKENS_MAX; i++)
      expect(await apiTokens.add(tokenOf(`token ${i}`))).toBe("added");
    expect(await apiTokens.add(tokenOf("one more"))).toBe("too many");
    expect(await apiTokens.list()).toHaveLength(API_TOKENS_MAX);
  });
});
