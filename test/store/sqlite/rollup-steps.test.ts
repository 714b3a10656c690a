import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import { join } from "node:path";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";
import { createRecorder } from "../../../src/store/sqlite/recording/recorder.ts";
import type { Reader } from "../../../src/store/engine.ts";
import { openReader } from "../../../src/store/sqlite/beside.ts";
import { storedEvent } from "../../../src/store/core/stored-event.ts";
import type { NewEvent } from "../../../src/store/store.ts";
import { MINUTES_KEPT } from "../../../src/store/tally.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";
import { expectRecount, total } from "../recount.ts";
import { runsOf } from "../../support/long-runs.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOON = Date.UTC(2026, 10, 23, 12);
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };

let folder: ReturnType<typeof tempDir>;
let db: Database;
let reader: Reader;
let recorder: ReturnType<typeof createRecorder>;
beforeEach(() => {
  folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  db = new Database(file, { create: true, readwrite: true, strict: true });
  db.run("PRAGMA journal_mode = WAL");
  db.run("PRAGMA synchronous = OFF");
  migrate(db);
  reader = openReader(file);
  recorder = createRecorder(db);
});
afterEach(async () => {
  await reader.close();
  db.close();
  folder[Symbol.dispose]();
});

const record = (...events: readonly NewEvent[]) =>
  recorder.record(events.map(storedEvent));

async function tidy(afterStep: () => Promise<void>): Promise<number> {
  let steps = 0;
  for (let step; (step = recorder.nextStep()); steps++) {
    step();
    await afterStep();
  }
  return steps;
}

test("between any two steps, whatever the clock does, each message is counted once", async () => {
  const arbitraryEvent = fc.record({
    message: fc.nat({ max: 9 }),
    status: fc.constantFrom("sent", "delivered", "failed"),
    minute: fc.oneof(
      fc.nat({ max: 90 }),
      fc.nat({ max: 70 * 60 }),
      fc.integer({ min: -150_000, max: 150_000 }),
    ),
    stepsLater: fc.nat({ max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryEvent, { minLength: 1, maxLength: 12 }),
      async (events) => {
        const sids = Array.from({ length: 10 }, newMessageSid);
        for (const { message, status, minute, stepsLater } of events) {
          record(
            eventOf(
              {
                MessageSid: sids[message] ?? "",
                MessageStatus: status,
                // A second callback of a status is a supplement.
                Extra: String(minute),
              },
              { receivedAt: NOON + minute * MINUTE_MS },
            ),
          );
          for (let step = 0; step < stepsLater; step++) {
            recorder.nextStep()?.();
            for (const spanMs of [undefined, HOUR_MS, DAY_MS])
              await expectRecount(reader, { range: ALL_TIME, spanMs });
          }
        }
        await tidy(() => expectRecount(reader, { range: ALL_TIME }));
      },
    ),
    { numRuns: runsOf(25) },
  );
});

test("whatever the clock does and wherever the server restarts, all counts equal a recount", async () => {
  const span = fc.record({
    /** How many days the clock is off; mostly none. */
    off: fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      fc.constantFrom(-400, -30, -1, 1, 2, 30, 400),
    ),
    hours: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 90 })),
    minuteOfHour: fc.constantFrom(0, 1, 30, 59),
    restarts: fc.boolean(),
    isTidied: fc.boolean(),
  });
  // Each run continues where the previous one ended.
  let real = NOON;
  await fc.assert(
    fc.asyncProperty(
      fc.array(span, { minLength: 2, maxLength: 6 }),
      async (spans) => {
        for (const { off, hours, minuteOfHour, ...then } of spans) {
          for (let hour = 0; hour <= hours; hour++) {
            real += HOUR_MS;
            const now = real + off * DAY_MS + minuteOfHour * MINUTE_MS;
            record(eventOf({ MessageStatus: "sent" }, { receivedAt: now }));
            if (hour % 7 === 0) recorder.nextStep()?.();
          }
          if (then.restarts) recorder = createRecorder(db);
          if (then.isTidied) await tidy(async () => undefined);
          await expectAllRecounts(real + off * DAY_MS);
        }
      },
    ),
    { numRuns: runsOf(8) },
  );
}, 120_000);

/**
 * Checks all time, and what pages show around a time: its first hour, its day, and single
 * minutes.
 */
async function expectAllRecounts(now: number): Promise<void> {
  for (const spanMs of [undefined, HOUR_MS, DAY_MS, 7 * DAY_MS])
    await expectRecount(reader, { range: ALL_TIME, spanMs });
  const hour = Math.floor(now / HOUR_MS) * HOUR_MS;
  for (const range of [
    { from: hour, to: hour + HOUR_MS },
    { from: hour - 23 * HOUR_MS, to: hour + HOUR_MS },
    { from: now - HOUR_MS, to: now },
    { from: now - DAY_MS + MINUTE_MS, to: now + MINUTE_MS },
    { from: hour + 30 * MINUTE_MS, to: hour + 31 * MINUTE_MS },
  ])
    await expectRecount(reader, { range });
  for (const by of ["country", "sender"] as const)
    await expectRecount(reader, {
      range: { from: hour - 23 * HOUR_MS, to: hour + HOUR_MS },
      by,
    });
}

test("a clock that is a year ahead for a day leaves all counts by the minute, and none summed up too early", async () => {
  const recordAt = (minute: number) =>
    record(eventOf({}, { receivedAt: NOON + minute * MINUTE_MS }));
  for (let minute = -90; minute <= 0; minute += 9) recordAt(minute);
  for (let hour = 0; hour < 25; hour++) {
    recordAt(365 * 24 * 60 + hour * 60);
    await tidy(async () => undefined);
  }
  for (let minute = 1; minute <= 30; minute += 9) {
    recordAt(minute);
    await tidy(() => expectRecount(reader, { range: ALL_TIME }));
  }
  const range = { from: NOON - 90 * MINUTE_MS, to: NOON + 31 * MINUTE_MS };
  for (const spanMs of [undefined, MINUTE_MS])
    await expectRecount(reader, { range, by: "country", spanMs });
  const summedUp = db.query(
    "SELECT count(*) FROM rollups WHERE grain > 60 AND bucket * grain >= ?",
  );
  expect(summedUp.values(NOON / 1_000)).toEqual([[0]]);
});

test("an hour that takes many steps is complete between any two, whatever is recorded meanwhile", async () => {
  const SENDERS = 200;
  const sids: string[] = [];
  for (let minute = 0; minute < 60; minute++)
    record(
      ...Array.from({ length: SENDERS }, (_, sender) => {
        const MessageSid = newMessageSid();
        sids.push(MessageSid);
        return eventOf(
          { MessageSid, MessageStatus: "sent", From: `SENDER${sender}` },
          { receivedAt: NOON + minute * MINUTE_MS },
        );
      }),
    );
  await tidy(async () => undefined);
  let delivered = 0;
  const recordAndCount = async (minute: number) => {
    const MessageSid = sids[(delivered++ * 997) % sids.length] ?? "";
    const receivedAt = NOON + minute * MINUTE_MS;
    record(eventOf({ MessageSid, MessageStatus: "delivered" }, { receivedAt }));
    for (const request of [{}, { spanMs: HOUR_MS }]) {
      const rows = await reader.tally({
        range: ALL_TIME,
        by: "sender",
        ...request,
      });
      expect(total(rows)).toBe(sids.length);
      const arrived = rows.map(({ counts }) => counts.delivered);
      expect(arrived.reduce((sum, each) => sum + each, 0)).toBe(delivered);
    }
  };
  // Summed up while its minutes are still there, and hours later without them.
  await recordAndCount(60);
  expect(await tidy(() => recordAndCount(60))).toBeGreaterThan(2);
  const hoursLater = MINUTES_KEPT + 120;
  await recordAndCount(hoursLater);
  expect(await tidy(() => recordAndCount(hoursLater))).toBeGreaterThan(3);
});
