import { expect, test } from "bun:test";
import {
  CLAIMS_MAX,
  REFUSAL_DAYS,
  REFUSALS_COUNTED_MS,
  REFUSALS_MAX,
  STRANGERS_MAX,
  type NewRefusal,
  type RefusalRow,
} from "../../../src/store/refusals.ts";
import type { Stores } from "../../../src/store/stores.ts";
import { AT, refusalOf } from "../../refusals/sample-refusals.ts";
import { storeContract } from "../contract.ts";

const DAY_MS = 24 * 3_600_000;

function add(
  { refusals }: Stores,
  given: readonly NewRefusal[],
  { unlisted = 0, now = AT }: { unlisted?: number; now?: number } = {},
): Promise<void> {
  return refusals.add({ refusals: given, unlisted, now });
}

function all({ refusals }: Stores): Promise<readonly RefusalRow[]> {
  return refusals.list({ size: REFUSALS_MAX + 1_000, since: 0 });
}

function addressesOf(rows: readonly RefusalRow[]): (string | null)[] {
  return rows.map(({ address }) => address);
}

storeContract((openStore) => {
  test("a refusal is read back unchanged", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const refusal = refusalOf({
      diagnosis: {
        outcome: "explained",
        causes: ["scheme"],
        signedUrl: "https://sms.example.com/",
        publicUrl: "https://sms.example.com",
        boundTo: null,
      },
      proxy: "127.0.0.1",
      times: 3,
    });
    await add(store, [refusal]);
    const [row] = await all(store);
    expect(row).toEqual({ ...refusal, id: expect.any(Number) });
    expect(await store.refusals.byId(row?.id ?? 0)).toEqual(row);
    expect(await store.refusals.byId(999)).toBeUndefined();
  });

  test("equal refusals within an hour are merged and counted, with the details of the last one", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const later = (minutes: number): NewRefusal => {
      const { sent, ...rest } = refusalOf({ lastAt: AT + minutes * 60_000 });
      return { ...rest, sent: { ...sent, bodyBytes: minutes }, times: 2 };
    };
    await add(store, [later(0), later(20)]);
    await add(store, [later(59)]);
    await add(store, [later(61)]);
    expect(
      (await all(store)).map(({ firstAt, lastAt, times, sent }) => [
        (firstAt - AT) / 60_000,
        (lastAt - AT) / 60_000,
        times,
        sent.bodyBytes,
      ]),
    ).toEqual([
      [61, 61, 2, 61],
      [0, 59, 6, 59],
    ]);
  });

  test("equal refusals of one batch are merged like those of two", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const first = refusalOf({ lastAt: AT, times: 2 });
    const again = refusalOf({ lastAt: AT + 1_000, proxy: "127.0.0.1" });
    const later = refusalOf({ lastAt: AT + REFUSALS_COUNTED_MS });
    await add(store, [first, again, later]);
    expect(await all(store)).toMatchObject([
      { firstAt: AT + REFUSALS_COUNTED_MS, times: 1, proxy: null },
      { firstAt: AT, lastAt: AT + 1_000, times: 3, proxy: "127.0.0.1" },
    ]);
  });

  test("a different check, origin, path, channel or diagnosis is a different refusal", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const different = [
      refusalOf(),
      refusalOf({ check: "signature-missing" }),
      refusalOf({ address: "203.0.113.10" }),
      refusalOf({ path: "/sms/" }),
      refusalOf({ channel: "whatsapp" }),
      refusalOf({ error: "MessageSid is missing." }),
      refusalOf({ diagnosis: { outcome: "misshapen" } }),
      refusalOf({ standing: "new" }),
    ];
    await add(store, [...different, ...different]);
    expect((await all(store)).map(({ times }) => times)).toEqual(
      different.map(() => 2),
    );
  });

  test("the list is paged, starts with the last seen, and can leave kinds out", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const at = [3, 1, 2, 2, 2].map((minute) => AT + minute * 60_000);
    await add(
      store,
      at.map((lastAt, index) =>
        refusalOf({
          lastAt,
          address: `10.0.0.${index}`,
          isFixable: index !== 4,
        }),
      ),
    );
    const expected = [0, 4, 3, 2, 1].map((index) => `10.0.0.${index}`);
    expect(addressesOf(await all(store))).toEqual(expected);
    const paged: RefusalRow[] = [];
    for (;;) {
      const behind = paged.at(-1);
      const page = await store.refusals.list({ size: 2, since: 0, behind });
      if (page.length === 0) break;
      paged.push(...page);
    }
    expect(addressesOf(paged)).toEqual(expected);
    const list = (isFixable: boolean) =>
      store.refusals.list({ size: 10, since: AT + 60_001, isFixable });
    expect(addressesOf(await list(true))).toEqual([
      "10.0.0.0",
      "10.0.0.3",
      "10.0.0.2",
    ]);
    expect(addressesOf(await list(false))).toEqual(["10.0.0.4"]);
  });

  test("the newest 10,000 are kept", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const many = Array.from({ length: REFUSALS_MAX + 50 }, (_, index) =>
      refusalOf({
        address: `10.0.${index >> 8}.${index & 255}`,
        lastAt: AT + index,
        // Proven, so that there's no maximum for an hour.
        check: "fields",
        diagnosis: null,
      }),
    );
    for (let start = 0; start < many.length; start += 1_000)
      await add(store, many.slice(start, start + 1_000));
    const kept = addressesOf(await all(store));
    expect(kept).toHaveLength(REFUSALS_MAX);
    expect(kept[0]).toBe(many.at(-1)?.address ?? "");
    expect(kept.at(-1)).toBe(many[50]?.address ?? "");
  });

  test("refusals last seen over 30 days ago are dropped, a few hundred with each write", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const old = Array.from({ length: 300 }, (_, index) =>
      refusalOf({ address: `10.0.1.${index}`, lastAt: AT }),
    );
    await add(store, old, { unlisted: 7 });
    const now = AT + REFUSAL_DAYS * DAY_MS + 3_600_001;
    await add(store, [refusalOf({ lastAt: now })], { now });
    expect(await all(store)).toHaveLength(101);
    await add(store, [], { now });
    expect(addressesOf(await all(store))).toEqual(["203.0.113.9"]);
    expect(await store.refusals.unlistedSince(0)).toBe(0);
  });

  test("after a hundred new strangers in an hour, the others are only counted, so that they push out nothing", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const stranger = (index: number, lastAt = AT) =>
      refusalOf({
        address: `10.0.0.${index}`,
        lastAt,
        isFixable: false,
        standing: "strange",
      });
    await add(store, [refusalOf()]);
    await add(
      store,
      Array.from({ length: STRANGERS_MAX + 20 }, (_, index) => stranger(index)),
    );
    expect(await all(store)).toHaveLength(STRANGERS_MAX + 1);
    expect(await store.refusals.unlistedSince(AT)).toBe(20);
    // Known ones are counted, and those that need action are accepted anyway.
    await add(store, [stranger(5), refusalOf({ address: "10.1.1.1" })]);
    expect(await all(store)).toHaveLength(STRANGERS_MAX + 2);
    const nextHour = AT + REFUSALS_COUNTED_MS + 1;
    await add(store, [stranger(200, nextHour)], { now: nextHour });
    expect(await all(store)).toHaveLength(STRANGERS_MAX + 3);
  });

  test("after a thousand unproven refusals that name the team's account in an hour, the others are only counted; proven ones are always kept", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const claim = (index: number) =>
      refusalOf({
        address: `10.0.${index >> 8}.${index & 255}`,
        check: "signature-missing",
        diagnosis: null,
      });
    await add(
      store,
      Array.from({ length: CLAIMS_MAX + 20 }, (_, index) => claim(index)),
    );
    expect(await all(store)).toHaveLength(CLAIMS_MAX);
    expect(await store.refusals.unlistedSince(AT)).toBe(20);
    await add(store, [
      refusalOf({ address: "10.9.0.1", check: "fields", diagnosis: null }),
      refusalOf({ address: "10.9.0.2", check: "store", diagnosis: null }),
    ]);
    expect(await all(store)).toHaveLength(CLAIMS_MAX + 2);
  });

  test("a clock that is ahead drops nothing, and refusals dated by it don't block the list", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const ahead = AT + 700 * DAY_MS;
    await store.upkeep.readClock(AT);
    await add(store, [refusalOf({ path: "/before" })]);
    const strangers = Array.from({ length: STRANGERS_MAX }, (_, index) =>
      refusalOf({ lastAt: ahead, path: `/${index}`, isFixable: false }),
    );
    await add(store, strangers, { now: ahead });
    await store.refusals.markSeen({ at: ahead, actor: "ana", address: null });
    const stranger = { lastAt: AT + 1, path: "/0", isFixable: false };
    await add(store, [refusalOf(stranger)], { now: AT + 1 });
    const rows = await all(store);
    expect(rows.map(({ path }) => path)).toContain("/before");
    expect(rows.find(({ lastAt }) => lastAt === AT + 1)?.times).toBe(1);
    await store.refusals.markSeen({ at: AT + 1, actor: "ana", address: null });
    expect(await store.refusals.seenAt()).toBe(AT + 1);
  });

  test("unexamined refusals are summed up by the hour", async () => {
    await using opened = await openStore();
    const { store } = opened;
    expect(await store.refusals.unlistedSince(0)).toBe(0);
    await add(store, [], { unlisted: 3 });
    await add(store, [], { unlisted: 4, now: AT + 3_600_000 });
    expect(await store.refusals.unlistedSince(0)).toBe(7);
    expect(await store.refusals.unlistedSince(AT + 3_600_000)).toBe(4);
  });

  test("recent refusals that need action are counted, and seen ones are remembered", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await add(store, [
      refusalOf({ times: 4 }),
      refusalOf({ address: "10.0.0.1", lastAt: AT + 5 }),
      refusalOf({ address: "10.0.0.2", lastAt: AT + 6, isFixable: false }),
    ]);
    expect(await store.refusals.fixableAfter(AT - 1)).toEqual(
      expect.arrayContaining([
        { lastAt: AT, times: 4 },
        { lastAt: AT + 5, times: 1 },
      ]),
    );
    expect(await store.refusals.fixableAfter(AT)).toEqual([
      { lastAt: AT + 5, times: 1 },
    ]);
    expect(await store.refusals.seenAt()).toBe(0);
    await store.refusals.markSeen({ at: AT + 5, actor: "ana", address: null });
    await store.refusals.markSeen({ at: AT, actor: "ana", address: null });
    expect(await store.refusals.seenAt()).toBe(AT + 5);
  });
});
