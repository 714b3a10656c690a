import { expect, test } from "bun:test";
import { ENDPOINTS_MAX } from "../../../src/store/endpoints.ts";
import { StoreUnavailable } from "../../../src/store/store.ts";
import type { Stores } from "../../../src/store/stores.ts";
import { eventOf } from "../events.ts";
import { storeContract } from "../contract.ts";

const AT = Date.UTC(2026, 10, 23, 12, 30);
const BY = { at: AT, actor: "ana", address: "192.0.2.1" };

function endpointNamed(name: string) {
  return {
    name,
    url: "https://example.com/hook?key=1",
    filter: "country:US",
    events: ["sms_failed", "sms_undelivered"],
    ratePerSecond: 50,
    concurrency: 4,
    secret: "whsec_Zmlyc3Q=",
  };
}

async function added(store: Stores, name: string): Promise<number> {
  const result = await store.endpoints.add(endpointNamed(name), BY);
  if ("refusal" in result) throw new Error(result.refusal);
  return result.id;
}

storeContract((openStore) => {
  test("a new endpoint is active, begins at the end of the feed, and never shows its secret", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.recordEvent(eventOf({}));
    await store.settled();
    const id = await added(store, "Grüße 🚀");
    const { secret, ...settings } = endpointNamed("Grüße 🚀");
    const shown = await store.endpoints.byId(id);
    expect(shown).toEqual({
      ...settings,
      id,
      state: "active",
      disabledReason: undefined,
      stateChangedAt: AT,
      createdBy: "ana",
      createdAt: AT,
      previousUntil: undefined,
      revision: 1,
      position: await store.feedEnd(),
      failingSince: undefined,
      lastSuccessAt: undefined,
      heldUntil: undefined,
    });
    expect(await store.endpoints.list()).toEqual(shown ? [shown] : []);
    expect(await store.endpoints.secretsOf(id)).toEqual({
      secret,
      previous: undefined,
    });
    expect(await store.endpoints.byId(4_711)).toBeUndefined();
    expect(await store.endpoints.secretsOf(4_711)).toBeUndefined();
  });

  test("endpoints are listed by name, and names that differ only in case are the same", async () => {
    await using opened = await openStore();
    const { store } = opened;
    for (const name of ["b", "C", "a"]) await added(store, name);
    const again = await store.endpoints.add(endpointNamed("B"), BY);
    expect(again).toEqual({ refusal: "name taken" });
    const names = (await store.endpoints.list()).map(({ name }) => name);
    expect(names).toEqual(["a", "b", "C"]);
  });

  test("only the given settings change", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const id = await added(store, "a");
    await added(store, "b");
    const { endpoints } = store;
    const before = await endpoints.byId(id);
    const changes = { name: "A", events: null, ratePerSecond: 5 };
    expect(await endpoints.change(id, changes, BY)).toBeUndefined();
    const after = await endpoints.byId(id);
    expect(after).toEqual(
      before && { ...before, ...changes, revision: before.revision + 1 },
    );
    expect(await endpoints.change(id, { name: "B" }, BY)).toBe("name taken");
    expect(await endpoints.change(4_711, {}, BY)).toBe("no such endpoint");
    expect(await endpoints.byId(id)).toEqual(after);
  });

  test("an endpoint is paused and resumed, and keeps its place in the feed", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const id = await added(store, "a");
    const { endpoints } = store;
    const before = await endpoints.byId(id);
    const later = { ...BY, at: AT + 1 };
    expect(await endpoints.setState(id, "paused", later)).toBeUndefined();
    await store.recordEvent(eventOf({}));
    expect(await endpoints.byId(id)).toMatchObject({
      state: "paused",
      stateChangedAt: AT + 1,
      revision: 2,
      position: before?.position,
    });
    expect(await endpoints.setState(id, "paused", BY)).toBeUndefined();
    expect((await endpoints.byId(id))?.revision).toBe(2);
    expect(await endpoints.setState(id, "active", BY)).toBeUndefined();
    expect(await endpoints.byId(id)).toMatchObject({
      state: "active",
      position: before?.position,
    });
    expect(await endpoints.setState(4_711, "active", BY)).toBe(
      "no such endpoint",
    );
  });

  test("after a rotation, both secrets are known until the old one ends", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const id = await added(store, "a");
    const { endpoints } = store;
    const change = { secret: "whsec_c2Vjb25k", previousUntil: AT + 1_000 };
    expect(await endpoints.rotate(id, change, BY)).toBeUndefined();
    expect(await endpoints.secretsOf(id)).toEqual({
      secret: "whsec_c2Vjb25k",
      previous: { secret: "whsec_Zmlyc3Q=", until: AT + 1_000 },
    });
    expect((await endpoints.byId(id))?.previousUntil).toBe(AT + 1_000);
    expect(await endpoints.rotate(4_711, change, BY)).toBe("no such endpoint");
  });

  test("a removed endpoint's name is free, and its ID is never reused", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const id = await added(store, "a");
    expect(await store.endpoints.remove(id, BY)).toBe(true);
    expect(await store.endpoints.remove(id, BY)).toBe(false);
    expect(await store.endpoints.list()).toEqual([]);
    expect(await added(store, "a")).not.toBe(id);
  });

  test("each change of an endpoint is in the audit list, without its secret", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const id = await added(store, "a");
    const { endpoints } = store;
    await endpoints.change(id, { name: "b" }, BY);
    await endpoints.setState(id, "paused", BY);
    await endpoints.setState(id, "active", BY);
    const change = { secret: "whsec_c2Vjb25k", previousUntil: AT };
    await endpoints.rotate(id, change, BY);
    await endpoints.remove(id, BY);
    const entries = await store.audit.list({ size: 10 });
    expect(entries).toMatchObject(
      [
        ["removed the endpoint", "b"],
        ["rotated the secret of the endpoint", "b"],
        ["resumed the endpoint", "b"],
        ["paused the endpoint", "b"],
        ["changed the endpoint", "b"],
        ["added the endpoint", "a"],
      ].map(([action, subject]) => ({
        ...BY,
        kind: "change",
        action,
        subject,
      })),
    );
    expect(JSON.stringify(entries)).not.toContain("whsec");
  });

  test("the number of endpoints is limited", async () => {
    await using opened = await openStore();
    const { store } = opened;
    for (let i = 0; i < ENDPOINTS_MAX; i++) await added(store, `endpoint ${i}`);
    expect(await store.endpoints.add(endpointNamed("one more"), BY)).toEqual({
      refusal: "too many",
    });
    expect(await store.endpoints.list()).toHaveLength(ENDPOINTS_MAX);
  });

  test("a command's change of an endpoint applies at once", async () => {
    await using opened = await openStore();
    const { store, engine } = opened;
    const id = await added(store, "a");
    const command = await engine.openForCommand();
    try {
      await command.endpoints.setState(id, "paused", BY);
      expect(await store.endpoints.byId(id)).toMatchObject({ state: "paused" });
    } finally {
      await command.close();
    }
  });

  test("endpoints are refused as unavailable once the store is closed", async () => {
    await using opened = await openStore();
    const { endpoints } = opened.store;
    await opened.store.close();
    const results = await Promise.allSettled([
      endpoints.list(),
      endpoints.byId(1),
      endpoints.secretsOf(1),
      endpoints.add(endpointNamed("a"), BY),
      endpoints.setState(1, "paused", BY),
      endpoints.remove(1, BY),
    ]);
    for (const result of results)
      expect(result).toMatchObject({ reason: expect.any(StoreUnavailable) });
  });

  test("a number is erased from endpoints' names and filters and from the audit list, and one whose filter had it is paused", async () => {
    await using opened = await openStore();
    const { audit, endpoints, upkeep } = opened.store;
    const add = async (name: string, filter: string) => {
      const settings = { ...endpointNamed(name), filter };
      const result = await endpoints.add(settings, BY);
      if ("refusal" in result) throw new Error(result.refusal);
      return result.id;
    };
    const watching = await add("to +14155550123", "to:+1(415)555-0123");
    const named = await add("+1 (415) 555-0123's", "country:US");
    const other = await add("others", "to:+14155550199");
    const before = await endpoints.byId(other);
    await upkeep.erase("14155550123");
    expect(await endpoints.byId(watching)).toMatchObject({
      name: `to erased (${watching})`,
      filter: "to:erased",
      state: "paused",
    });
    expect(await endpoints.byId(named)).toMatchObject({
      name: `erased's (${named})`,
      state: "active",
    });
    const revision = expect.any(Number);
    expect(await endpoints.byId(other)).toMatchObject({ ...before, revision });
    const added = (await audit.list({ size: 10 })).map(
      ({ subject }) => subject,
    );
    expect(added).toEqual(["others", "erased's", "to erased"]);
  });
});
