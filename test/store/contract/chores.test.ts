import { expect, test } from "bun:test";
import type { UpkeepNote } from "../../../src/store/upkeep.ts";
import { eventOf } from "../events.ts";
import { storeContract } from "../contract.ts";

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2026, 10, 23, 12);

const NOTES: readonly UpkeepNote[] = [
  { name: "backup", note: { at: NOON, bytes: 4_711 } },
  { name: "backupFailure", note: { at: NOON, reason: "The disk is full." } },
  { name: "retention", note: { at: NOON, messages: 3, events: 7 } },
  { name: "retentionFailure", note: { at: NOON, reason: "It was locked." } },
  { name: "retentionPause", note: { at: NOON, reason: "The clock is wrong." } },
];

storeContract((openStore) => {
  test.each(NOTES)(
    "the latest note of a chore is kept: $name",
    async (given) => {
      await using opened = await openStore();
      const { upkeep } = opened.store;
      expect((await upkeep.state())[given.name]).toBeUndefined();
      for (let time = 0; time < 2; time++) await upkeep.note(given);
      const state = await upkeep.state();
      expect(state[given.name]).toEqual(given.note);
      const others = NOTES.filter(({ name }) => name !== given.name);
      for (const { name } of others) expect(state[name]).toBeUndefined();
      await upkeep.note({ ...given, note: undefined });
      expect((await upkeep.state())[given.name]).toBeUndefined();
    },
  );

  test("a chore waits for the previous one of its kind, even if that fails; others don't", async () => {
    await using opened = await openStore();
    const { upkeep } = opened.store;
    const order: string[] = [];
    const first = Promise.withResolvers<void>();
    const failing = upkeep.exclusively("backup", async () => {
      order.push("backup begins");
      await first.promise;
      order.push("backup fails");
      throw new Error("no room");
    });
    const next = upkeep.exclusively("backup", async () => {
      order.push("next backup");
      return "whole";
    });
    expect(
      await upkeep.exclusively("retention", async () =>
        order.push("retention"),
      ),
    ).toBeNumber();
    first.resolve();
    const [failed, done] = await Promise.allSettled([failing, next]);
    expect(failed).toMatchObject({ reason: new Error("no room") });
    expect(done).toMatchObject({ value: "whole" });
    expect(order.filter((each) => each.includes("backup"))).toEqual([
      "backup begins",
      "backup fails",
      "next backup",
    ]);
    expect(order.indexOf("retention")).toBeLessThan(
      order.indexOf("backup fails"),
    );
  });

  test("a chore that is aborted before its turn doesn't start", async () => {
    await using opened = await openStore();
    const { upkeep } = opened.store;
    const first = Promise.withResolvers<void>();
    const stop = new AbortController();
    const running = upkeep.exclusively("erasure", () => first.promise);
    let hasBegun = false;
    const waiting = upkeep.exclusively(
      "erasure",
      async () => (hasBegun = true),
      stop.signal,
    );
    stop.abort(new Error("stopping"));
    first.resolve();
    const [, aborted] = await Promise.allSettled([running, waiting]);
    expect(aborted).toMatchObject({ reason: new Error("stopping") });
    expect(hasBegun).toBe(false);
  });

  test("a clock reading includes the latest event and whether the clock was set back", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const first = await store.upkeep.readClock(NOON);
    expect(first).toMatchObject({ now: NOON, wasSetBack: false });
    expect(first.latestEventAt).toBeUndefined();
    await store.recordEvent(eventOf({}, { receivedAt: NOON + HOUR_MS }));
    await store.settled();
    const later = NOON + 2 * HOUR_MS;
    expect(await store.upkeep.readClock(later)).toMatchObject({
      now: later,
      wasSetBack: false,
      latestEventAt: NOON + HOUR_MS,
    });
    expect(await store.upkeep.readClock(later - 48 * HOUR_MS)).toMatchObject({
      wasSetBack: true,
    });
  });
});
