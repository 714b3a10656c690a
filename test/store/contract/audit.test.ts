import { expect, test } from "bun:test";
import {
  AUDIT_DAYS,
  AUDIT_LATE_MS,
  AUDIT_MERGED_MS,
  AUDIT_OF_ONE_MAX,
  type AuditEntry,
} from "../../../src/store/audit.ts";
import type { Stores } from "../../../src/store/stores.ts";
import { storeContract } from "../contract.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START = Date.UTC(2026, 10, 1);

const change: AuditEntry = {
  kind: "change",
  at: START,
  actor: "mo",
  action: "erased a number",
  subject: "a number",
  address: "203.0.113.7",
};
const use: AuditEntry = {
  ...change,
  kind: "use",
  action: "exported messages",
  subject: "",
};

storeContract((openStore) => {
  test("entries are listed newest first, page by page", async () => {
    await using opened = await openStore();
    const { audit } = opened.store;
    for (const minute of [1, 2, 3])
      await audit.add({ ...change, at: START + minute * 60_000 });
    const [newest, second] = await audit.list({ size: 2 });
    expect(newest).toMatchObject({
      ...change,
      at: START + 180_000,
      firstAt: START + 180_000,
      times: 1,
    });
    expect(second?.at).toBe(START + 120_000);
    const rest = await audit.list({ size: 2, olderThan: second?.id });
    expect(rest.map(({ at }) => at)).toEqual([START + 60_000]);
  });

  test("a late entry gets the previous entry's time, and a corrected clock leaves times unchanged", async () => {
    await using opened = await openStore();
    const { audit } = opened.store;
    const hours = [2 * HOUR_MS, 2 * HOUR_MS - AUDIT_LATE_MS, HOUR_MS, HOUR_MS];
    for (const hour of hours) await audit.add({ ...change, at: START + hour });
    expect((await entriesIn(opened.store)).map(({ at }) => at - START)).toEqual(
      [2 * HOUR_MS, 2 * HOUR_MS, HOUR_MS, HOUR_MS],
    );
  });

  test("equal entries of a day are merged with a count, but changes never are", async () => {
    await using opened = await openStore();
    const { audit } = opened.store;
    for (let minute = 0; minute < 3; minute++)
      for (const entry of [use, { ...use, actor: "ana" }, change])
        await audit.add({ ...entry, at: START + minute * 60_000 });
    await audit.add({ ...use, at: START + AUDIT_MERGED_MS });
    const last = START + 120_000;
    const entries = await entriesIn(opened.store);
    const uses = entries.filter(({ kind }) => kind === "use");
    expect(uses).toMatchObject([
      { actor: "mo", times: 3, firstAt: START, at: last },
      { actor: "ana", times: 3, firstAt: START, at: last },
      { actor: "mo", times: 1, firstAt: START + AUDIT_MERGED_MS },
    ]);
    expect(entries.length - uses.length).toBe(3);
  });

  test("an actor's entries of one kind are limited to the newest, and nobody else's", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await store.audit.add(change);
    await store.audit.add({ ...use, actor: "ana" });
    await Promise.all(
      Array.from({ length: AUDIT_OF_ONE_MAX + 5 }, (_, order) =>
        store.audit.add({ ...use, subject: `order ${order}` }),
      ),
    );
    const [first, second, ...trimmed] = await entriesIn(store);
    expect(first).toMatchObject({ kind: "change", actor: "mo" });
    expect(second).toMatchObject({ kind: "use", actor: "ana" });
    expect(trimmed).toHaveLength(AUDIT_OF_ONE_MAX);
    expect(trimmed[0]?.subject).toBe("order 5");
  });

  test("entries are removed once they're older than the retention period", async () => {
    await using opened = await openStore();
    const { audit, upkeep } = opened.store;
    const addOn = async (day: number) => {
      await audit.add({ ...change, at: START + day * DAY_MS });
      return (await entriesIn(opened.store)).map(
        ({ at }) => (at - START) / DAY_MS,
      );
    };
    await upkeep.readClock(START);
    await addOn(0);
    for (let day = 1; day <= AUDIT_DAYS; day++)
      await upkeep.readClock(START + day * DAY_MS);
    expect(await addOn(AUDIT_DAYS)).toEqual([0, AUDIT_DAYS]);
    await upkeep.readClock(START + (AUDIT_DAYS + 1) * DAY_MS);
    expect(await addOn(AUDIT_DAYS + 1)).toEqual([AUDIT_DAYS, AUDIT_DAYS + 1]);
  });

  test("a clock that jumps ten years ahead makes no entry old", async () => {
    await using opened = await openStore();
    const { audit, upkeep } = opened.store;
    await upkeep.readClock(START);
    await audit.add(change);
    await audit.add({ ...change, at: START + 10 * 365 * DAY_MS });
    expect(await entriesIn(opened.store)).toHaveLength(2);
  });
});

/** Resolves to all entries, oldest first. */
async function entriesIn({ audit }: Pick<Stores, "audit">) {
  return (await audit.list({ size: 10_000 })).toReversed();
}
