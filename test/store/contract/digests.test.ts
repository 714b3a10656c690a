import { expect, test } from "bun:test";
import type { DigestSettings } from "../../../src/store/digests.ts";
import { StoreUnavailable } from "../../../src/store/store.ts";
import { storeContract } from "../contract.ts";

const AT = Date.UTC(2026, 10, 23, 12);
const BY = { at: AT, actor: "ana", address: null };
const PERIOD = { from: AT, dueAt: AT + 1_000 };
const SETTINGS: DigestSettings = {
  address: "ana@example.com",
  frequency: "weekly",
  timeZone: "Europe/Berlin",
  hour: 7,
};

storeContract((openStore) => {
  test("a digest is kept as it was chosen, changed and removed, each with an entry in the audit list", async () => {
    await using opened = await openStore();
    const { digests, audit } = opened.store;
    expect(await digests.of(1)).toBeUndefined();
    await digests.put(1, SETTINGS, PERIOD, BY);
    expect(await digests.of(1)).toEqual({
      userId: 1,
      userName: null,
      ...SETTINGS,
      ...PERIOD,
      attempts: 0,
      retryAt: null,
      error: null,
      sentAt: null,
    });
    await digests.put(1, { ...SETTINGS, frequency: "daily" }, PERIOD, BY);
    expect(await digests.list()).toMatchObject([{ frequency: "daily" }]);
    expect(await digests.remove(1, BY)).toBe(true);
    expect(await digests.remove(1, BY)).toBe(false);
    expect(await audit.list({ size: 10 })).toMatchObject([
      { action: "unsubscribed from the digest", subject: SETTINGS.address },
      { action: "changed the digest to daily" },
      { action: "subscribed to the weekly digest" },
    ]);
  });

  test("a digest is due from its time on, a failed one when it's retried, and a sent one at the next time", async () => {
    await using opened = await openStore();
    const { digests } = opened.store;
    await digests.put(1, SETTINGS, PERIOD, BY);
    const { dueAt } = PERIOD;
    const dueIds = async (now: number) =>
      (await digests.due(now)).map(({ userId }) => userId);
    expect(await dueIds(dueAt - 1)).toEqual([]);
    expect(await dueIds(dueAt)).toEqual([1]);
    const failed = { attempts: 1, retryAt: dueAt + 500, error: "It failed." };
    await digests.save({ userId: 1, wasDueAt: dueAt, next: null, ...failed });
    expect(await digests.of(1)).toMatchObject(failed);
    expect(await dueIds(dueAt + 499)).toEqual([]);
    expect(await dueIds(dueAt + 500)).toEqual([1]);
    const next = { from: dueAt, dueAt: dueAt + 10_000 };
    await digests.save({
      userId: 1,
      wasDueAt: dueAt,
      sentAt: dueAt + 600,
      next,
    });
    expect(await digests.of(1)).toMatchObject({
      ...next,
      attempts: 0,
      error: null,
      sentAt: dueAt + 600,
    });
    // One that was sent from a copy of the old state changes nothing.
    await digests.save({ userId: 1, wasDueAt: dueAt, next: null, ...failed });
    expect(await digests.of(1)).toMatchObject({ attempts: 0 });
  });

  test("digests are refused as unavailable once the store is closed", async () => {
    await using opened = await openStore();
    const { digests } = opened.store;
    await opened.store.close();
    const results = await Promise.allSettled([
      digests.of(1),
      digests.list(),
      digests.due(AT),
      digests.put(1, SETTINGS, PERIOD, BY),
      digests.remove(1, BY),
      digests.save({
        userId: 1,
        wasDueAt: AT,
        sentAt: AT,
        next: { from: AT, dueAt: AT },
      }),
    ]);
    for (const result of results)
      expect(result).toMatchObject({ reason: expect.any(StoreUnavailable) });
  });
});
