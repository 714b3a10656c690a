import { expect, test } from "bun:test";
import type { FeedPosition } from "../../../src/store/feed-position.ts";
import {
  ATTEMPTS_MAX,
  RETRIED_MAX,
  channelTarget,
  endpointTarget,
  RESENDS_RUNNING_MAX,
  type DeliveryChange,
  type NewAttempt,
  type OutboxSave,
  type Target,
} from "../../../src/store/outbox.ts";
import type { Stores } from "../../../src/store/stores.ts";
import { eventOf } from "../events.ts";
import { storeContract } from "../contract.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.UTC(2026, 10, 23, 12, 30);
const BY = { at: NOW, actor: "ana", address: null };

const NOTHING: OutboxSave = {
  now: NOW,
  targets: [],
  deliveries: [],
  attempts: [],
  resends: [],
};

async function addedTarget(store: Stores, name = "a"): Promise<Target> {
  const added = await store.endpoints.add(
    {
      name,
      url: "https://example.com/",
      filter: "",
      events: null,
      ratePerSecond: 50,
      concurrency: 4,
      secret: "whsec_c2VjcmV0",
    },
    BY,
  );
  if ("refusal" in added) throw new Error(added.refusal);
  return endpointTarget(added.id);
}

function attemptOf(target: Target, more: Partial<NewAttempt> = {}): NewAttempt {
  return {
    target,
    at: NOW,
    isSuccess: true,
    kind: "live",
    type: "sms_failed",
    item: { feed: "events", id: 1 },
    attempt: 1,
    durationMs: 20,
    status: 200,
    error: null,
    response: "ok",
    requestHeaders: { "webhook-id": "evt_1" },
    ...more,
  };
}

function waits(
  target: Target,
  id: number,
  nextAt: number | null,
  lastAt = NOW,
): DeliveryChange {
  const item = { feed: "events", id } as const;
  return { target, item, done: false, attempts: 1, lastAt, nextAt };
}

storeContract((openStore) => {
  test("a save is written whole: cursor, deliveries, attempts and their counts", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    await store.recordEvent(eventOf({}));
    const position = await store.feedEnd();
    const attempt = attemptOf(target, { isSuccess: false, status: 500 });
    await store.outbox.save({
      ...NOTHING,
      targets: [{ target, position, failingSince: NOW, heldUntil: NOW + 1 }],
      deliveries: [waits(target, position.order, NOW + 5_000)],
      attempts: [attempt],
    });
    const [endpoint] = await store.endpoints.list();
    expect(endpoint).toMatchObject({
      position,
      failingSince: NOW,
      heldUntil: NOW + 1,
    });
    expect(await store.outbox.attempts(target, { size: 10 })).toEqual([
      { ...attempt, id: expect.any(Number) },
    ]);
    const range = { from: NOW - HOUR_MS, until: NOW + HOUR_MS };
    const [hour, ...more] = await store.outbox.hours(target, range);
    expect(hour).toMatchObject({ at: NOW - HOUR_MS / 2, failed: 1 });
    expect(more).toEqual([]);
    expect((await store.outbox.states([target])).get(target)).toEqual({
      behind: { count: 0, isMore: false },
      behindSince: undefined,
      waiting: 1,
      waitingSince: NOW,
      failed: 0,
    });
    expect(await store.outbox.progressOf([target])).toMatchObject([
      { target, waiting: 1, nextAt: NOW + 5_000, failingSince: NOW },
    ]);
  });

  test("deliveries are due at their time, and at once when the clock was ahead", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const ahead = NOW + 3 * DAY_MS;
    await store.outbox.save({
      ...NOTHING,
      deliveries: [
        waits(target, 1, NOW + 10),
        waits(target, 2, NOW + 5),
        waits(target, 3, null),
        waits(target, 4, NOW + 20),
        waits(target, 5, ahead + HOUR_MS, ahead),
        // Written before the clock was set ahead, and leased again while it was.
        waits(target, 6, ahead),
      ],
    });
    const due = async (now: number) =>
      (await store.outbox.due(target, now, 10)).map(({ item }) => item.id);
    expect(await due(NOW + 10)).toEqual([2, 1, 6, 5]);
    expect(await due(ahead)).toEqual([2, 1, 4, 6]);
    expect(await store.outbox.due(target, NOW + 10, 1)).toHaveLength(1);
  });

  test("an attempt that was under way while a number was erased is logged without its response", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const save = (at: number) =>
      store.outbox.save({
        ...NOTHING,
        attempts: [
          attemptOf(target, {
            at,
            isSuccess: false,
            status: 500,
            response: "Wrong: +1 (415) 555-0123",
          }),
        ],
      });
    const now = Date.now();
    await save(now - 10_000);
    await store.upkeep.erase("14155550123");
    await save(now - 5_000);
    // Sent from what was read before.
    await save(now + 1_000);
    const minuteLater = now + 60_000;
    await save(minuteLater);
    const attempts = await store.outbox.attempts(target, { size: 10 });
    expect(attempts.map(({ at, response }) => [at, response])).toEqual([
      [minuteLater, "Wrong: +1 (415) 555-0123"],
      [now + 1_000, null],
      [now - 5_000, null],
      [now - 10_000, null],
    ]);
  });

  test("a delivery is changed while it waits, and removed once it's done", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const save = (...deliveries: readonly DeliveryChange[]) =>
      store.outbox.save({ ...NOTHING, deliveries });
    const list = (isFailed: boolean) =>
      store.outbox.deliveries(target, { isFailed, afterId: 0, size: 10 });
    await save(waits(target, 7, NOW + 5));
    const [first] = await list(false);
    await save(waits(target, 7, null));
    expect(await list(false)).toEqual([]);
    expect(await list(true)).toEqual(first ? [{ ...first, nextAt: null }] : []);
    await save({ target, item: { feed: "events", id: 7 }, done: true });
    expect(await list(true)).toEqual([]);
  });

  test("what waits from before a target was reached again is made due in steps", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const later = NOW + HOUR_MS;
    const many = Array.from({ length: 150 }, (_, id) =>
      waits(target, id, later),
    );
    await store.outbox.save({ ...NOTHING, deliveries: many });
    const releases = { target, openedAt: NOW + 1, releases: true };
    const save = { ...NOTHING, now: NOW + 1, targets: [releases] };
    expect(await store.outbox.save(save)).toEqual({ releasing: [target] });
    expect(await store.outbox.save(save)).toEqual({ releasing: [] });
    expect(await store.outbox.due(target, NOW + 1, 200)).toHaveLength(150);
  });

  test("of deliveries that failed and wait, the newest are tried again, and the others given up", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const waiting = (id: number, attempts: number) => ({
      target,
      attempts,
      done: false as const,
      item: { feed: "events" as const, id },
      lastAt: attempts === 0 ? null : NOW,
      nextAt: NOW,
    });
    const deliveries = [
      waiting(1, 0),
      ...Array.from({ length: RETRIED_MAX + 2 }, (_, at) =>
        waiting(at + 2, at % 2 === 0 ? 1 : 5),
      ),
    ];
    await store.outbox.save({ ...NOTHING, deliveries });
    await store.outbox.save({ ...NOTHING, targets: [{ target, trims: true }] });
    const idsOf = async (isFailed: boolean) =>
      (
        await store.outbox.deliveries(target, {
          isFailed,
          afterId: 0,
          size: RETRIED_MAX * 2,
        })
      ).map(({ item }) => item.id);
    expect(await idsOf(true)).toEqual([2, 3]);
    const left = await idsOf(false);
    expect(left).toHaveLength(RETRIED_MAX + 1);
    // What wasn't tried yet isn't given up, however old it is.
    expect(left.slice(0, 2)).toEqual([1, 4]);
  });

  test("only the newest attempts of a target are kept", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const other = await addedTarget(store, "b");
    const some = Array.from({ length: ATTEMPTS_MAX + 20 }, (_, attempt) =>
      attemptOf(target, { attempt }),
    );
    await store.outbox.save({
      ...NOTHING,
      attempts: [attemptOf(other), ...some],
    });
    const listed = async () =>
      (await store.outbox.attempts(target, { size: 2_000 })).map(
        ({ attempt }) => attempt,
      );
    const newest = some.slice(20).map(({ attempt }) => attempt);
    expect(await listed()).toEqual(newest.toReversed());
    const before = await store.outbox.attemptById(2);
    await store.outbox.save({ ...NOTHING, targets: [{ target, trims: true }] });
    expect(await listed()).toEqual(newest.toReversed());
    expect(before).toBeDefined();
    expect(await store.outbox.attemptById(2)).toBeUndefined();
    expect(await store.outbox.attempts(other, { size: 5 })).toHaveLength(1);
  });

  test("attempts are filtered by how they went, page by page", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const some = Array.from({ length: 9 }, (_, attempt) =>
      attemptOf(target, { attempt, isSuccess: attempt % 3 > 0 }),
    );
    await store.outbox.save({ ...NOTHING, attempts: some });
    const page = { size: 2, isSuccess: false };
    const first = await store.outbox.attempts(target, page);
    expect(first.map(({ attempt }) => attempt)).toEqual([6, 3]);
    const olderThan = first.at(-1)?.id;
    const second = await store.outbox.attempts(target, { ...page, olderThan });
    expect(second.map(({ attempt }) => attempt)).toEqual([0]);
  });

  test("what belongs to a removed endpoint goes with it, and nothing of it comes back", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const kept = await addedTarget(store, "b");
    const saveFor = (target: Target) =>
      store.outbox.save({
        ...NOTHING,
        targets: [{ target, lastSuccessAt: NOW }],
        deliveries: Array.from({ length: 700 }, (_, id) =>
          waits(target, id, NOW),
        ),
        attempts: [attemptOf(target)],
      });
    await saveFor(target);
    await saveFor(kept);
    await store.endpoints.remove(Number(target.split(":")[1]), BY);
    await saveFor(target);
    const left = async (target: Target) => [
      (await store.outbox.due(target, NOW, 1_000)).length,
      (await store.outbox.attempts(target, { size: 10 })).length,
      (await store.outbox.hours(target, { from: 0, until: NOW })).length,
    ];
    expect(await left(target)).toEqual([0, 0, 0]);
    expect(await left(kept)).toEqual([700, 1, 1]);
    expect((await store.outbox.states([target])).size).toBe(0);
  });

  test("an endpoint that answered 410 is disabled at once, with an entry in the audit list", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const targets = [{ target, disabled: "gone" as const }];
    await store.outbox.save({ ...NOTHING, targets });
    await store.outbox.save({ ...NOTHING, targets });
    expect(await store.endpoints.list()).toMatchObject([
      { state: "disabled", disabledReason: "gone", stateChangedAt: NOW },
    ]);
    const entries = await store.audit.list({ size: 10 });
    const disabled = entries.filter(({ actor }) => actor === "server");
    expect(disabled).toMatchObject([{ subject: "a", kind: "change" }]);
  });

  test("an endpoint is disabled for failing only after five days that were seen passing", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    await store.outbox.save({
      ...NOTHING,
      targets: [{ target, failingSince: NOW }],
    });
    const state = async (now: number) => {
      const targets = [{ target, disabled: "failing" as const }];
      await store.outbox.save({ ...NOTHING, now, targets });
      return (await store.endpoints.list())[0]?.state;
    };
    await store.upkeep.readClock(NOW);
    // The clock was set: nobody saw these days pass.
    expect(await state(NOW + 30 * DAY_MS)).toBe("active");
    for (let day = 1; day <= 6; day++)
      await store.upkeep.readClock(NOW + day * DAY_MS);
    expect(await state(NOW + 4 * DAY_MS)).toBe("active");
    expect(await state(NOW + 6 * DAY_MS)).toBe("disabled");
  });

  test("a notification channel that only fails disables no endpoint", async () => {
    await using opened = await openStore();
    const { store } = opened;
    await addedTarget(store);
    const [endpoint] = await store.endpoints.list();
    const added = await store.alertChannels.add(
      {
        kind: "webhook",
        name: "hook",
        settings: { url: "https://hooks.example.com/" },
        severities: ["critical"],
        quietHours: null,
        isOn: true,
      },
      BY,
    );
    expect(added).toEqual({ id: endpoint?.id ?? 0 });
    const target = channelTarget(endpoint?.id ?? 0);
    const failing = { target, failingSince: NOW, disabled: "failing" } as const;
    for (let day = 0; day <= 6; day++)
      await store.upkeep.readClock(NOW + day * DAY_MS);
    const now = NOW + 6 * DAY_MS;
    await store.outbox.save({ ...NOTHING, now, targets: [failing] });
    expect(await store.endpoints.list()).toMatchObject([{ state: "active" }]);
  });

  test("resends are listed, end once, and only some may run at a time", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const range = { from: NOW - DAY_MS, until: NOW };
    const given = {
      target,
      kind: "range",
      afterId: 5,
      untilId: 9,
      range,
      ratePerSecond: 10,
    } as const;
    const id = (await store.outbox.addResend(given, BY, "a")) ?? 0;
    const resends = [{ id, cursor: 7, sent: 1, failed: 1 }];
    await store.outbox.save({ ...NOTHING, resends });
    const shown = {
      ...given,
      id,
      cursor: 7,
      sent: 1,
      failed: 1,
      state: "running",
      createdAt: NOW,
      createdBy: "ana",
      endedAt: null,
    };
    expect(await store.outbox.runningResends()).toMatchObject([shown]);
    expect(await store.outbox.resendById(id)).toMatchObject(shown);
    for (let more = 1; more < RESENDS_RUNNING_MAX; more++)
      expect(await store.outbox.addResend(given, BY, "a")).toBeDefined();
    expect(await store.outbox.addResend(given, BY, "a")).toBeUndefined();
    expect(await store.outbox.endResend(id, "stopped", BY, "a")).toBe(true);
    expect(await store.outbox.endResend(id, "done", BY, "a")).toBe(false);
    expect(await store.outbox.resendById(id)).toMatchObject({
      state: "stopped",
      endedAt: NOW,
    });
    const unknown = { ...given, target: endpointTarget(4_711) };
    expect(await store.outbox.addResend(unknown, BY, "x")).toBeUndefined();
  });

  test("the events of a time range are found by their ids", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const ids: FeedPosition[] = [];
    for (let hour = 0; hour < 10; hour++) {
      await store.recordEvent(
        eventOf({}, { receivedAt: NOW + hour * HOUR_MS }),
      );
      ids.push(await store.feedEnd());
    }
    const between = (from: number, until: number) =>
      store.outbox.eventIdsBetween({
        from: NOW + from * HOUR_MS,
        until: NOW + until * HOUR_MS,
      });
    expect(await between(2.5, 5.5)).toEqual({
      afterId: ids[2]?.order ?? 0,
      untilId: ids[5]?.order ?? 0,
    });
    expect(await between(-9, -8)).toEqual({ afterId: 0, untilId: 0 });
    expect(await between(20, 30)).toEqual({ afterId: 10, untilId: 10 });
  });

  test("what is older than 30 days is tidied away", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    await store.outbox.save({
      ...NOTHING,
      attempts: [attemptOf(target)],
      deliveries: [waits(target, 1, null), waits(target, 2, NOW + DAY_MS)],
    });
    for (let day = 0; day <= 31; day++)
      await store.upkeep.readClock(NOW + day * DAY_MS);
    await store.outbox.tidy(NOW + 29 * DAY_MS);
    expect(await store.outbox.attempts(target, { size: 9 })).toHaveLength(1);
    await store.outbox.tidy(NOW + 31 * DAY_MS);
    expect(await store.outbox.attempts(target, { size: 9 })).toEqual([]);
    const all = { from: 0, until: NOW + DAY_MS };
    expect(await store.outbox.hours(target, all)).toEqual([]);
    const page = { afterId: 0, size: 9 };
    const failed = { ...page, isFailed: true };
    expect(await store.outbox.deliveries(target, failed)).toEqual([]);
    const waiting = { ...page, isFailed: false };
    expect(await store.outbox.deliveries(target, waiting)).toHaveLength(1);
  });

  test("nothing is saved for a channel that doesn't exist", async () => {
    await using opened = await openStore();
    const { outbox } = opened.store;
    const target = channelTarget(1);
    await outbox.save({ ...NOTHING, attempts: [attemptOf(target)] });
    expect(await outbox.attempts(target, { size: 9 })).toEqual([]);
  });

  test("erasing a number removes the responses that contain it", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    await store.recordEvent(eventOf({ To: "+14155550123" }));
    const attempts = ["sent to +1 (415) 555-0123", "sent to +14155550199"].map(
      (response) => attemptOf(target, { response }),
    );
    await store.outbox.save({ ...NOTHING, attempts });
    await store.upkeep.erase("14155550123");
    const left = await store.outbox.attempts(target, { size: 10 });
    expect(left.map(({ response }) => response)).toEqual([
      "sent to +14155550199",
      null,
    ]);
  });

  test("retention deletes attempts with the messages of their time", async () => {
    await using opened = await openStore();
    const { store } = opened;
    const target = await addedTarget(store);
    const attempts = [NOW - 2 * DAY_MS, NOW].map((at) =>
      attemptOf(target, { at }),
    );
    await store.outbox.save({ ...NOTHING, attempts });
    const midnight = Date.UTC(2026, 10, 23);
    await store.upkeep.prune(midnight);
    expect(await store.outbox.attempts(target, { size: 9 })).toHaveLength(1);
  });
});
