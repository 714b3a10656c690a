import { EVENT_SOURCES } from "../../../src/store/event-sources.ts";
import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import { join } from "node:path";
import type { PruneStep } from "../../../src/store/core/long-work.ts";
import {
  isMadeUp,
  MADE_UP_SID_START,
} from "../../../src/twilio/made-up-sid.ts";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";
import { createRecorder } from "../../../src/store/sqlite/recording/recorder.ts";
import type { Reader } from "../../../src/store/engine.ts";
import { openReader } from "../../../src/store/sqlite/beside.ts";
import { storedEvent } from "../../../src/store/core/stored-event.ts";
import type { NewEvent } from "../../../src/store/store.ts";
import type { Dimension } from "../../../src/store/tally.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { failingRecount } from "../failing-recount.ts";
import { expectRecount } from "../recount.ts";
import { strayRows } from "./stray-rows.ts";
import { messagesIn } from "../../support/rows.ts";
import { runsOf } from "../../support/long-runs.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MIDNIGHT = Date.UTC(2026, 10, 23);
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const DIMENSIONS: readonly (Dimension | undefined)[] = [
  undefined,
  "errorCode",
  "country",
  "sender",
  "service",
  "channel",
];

let folder: ReturnType<typeof tempDir>;
let file: string;
let db: Database;
let reader: Reader;
beforeEach(() => {
  folder = tempDir();
  file = join(folder.path, "smsledger.db");
  db = openDatabase();
  migrate(db);
  reader = openReader(file);
});
afterEach(async () => {
  await reader.close();
  db.close();
  folder[Symbol.dispose]();
});

function openDatabase(): Database {
  const opened = new Database(file, {
    create: true,
    readwrite: true,
    strict: true,
  });
  opened.run("PRAGMA journal_mode = WAL");
  opened.run("PRAGMA synchronous = OFF");
  opened.run("PRAGMA busy_timeout = 1000");
  return opened;
}

type Recorder = ReturnType<typeof createRecorder>;

function tidy(recorder: Recorder): void {
  for (let step; (step = recorder.nextStep());) step();
}

function pruneAll(recorder: Recorder, before: number) {
  return untilDone(() => recorder.step("prune", before).output);
}

function untilDone(step: () => PruneStep) {
  const total = { messages: 0, events: 0 };
  for (;;) {
    const output = step();
    total.messages += output.messages;
    total.events += output.events;
    if (output.isDone) return total;
  }
}

/**
 * Expects everything derived from messages to equal a recount, without references to
 * deleted rows.
 */
async function expectConsistent(): Promise<void> {
  for (const by of DIMENSIONS)
    await expectRecount(reader, { range: ALL_TIME, by });
  for (const spanMs of [HOUR_MS, DAY_MS])
    await expectRecount(reader, { range: ALL_TIME, spanMs });
  expect(await reader.failingRecipients({ size: 1_000 })).toEqual(
    await failingRecount(reader),
  );
  expect(strayRows(db)).toEqual([]);
}

const arbitraryEvent = fc.record({
  message: fc.nat({ max: 11 }),
  status: fc.constantFrom("sent", "delivered", "failed", "undelivered"),
  hour: fc.oneof(
    fc.nat({ max: 5 * 24 }),
    fc.constantFrom(0, 23, 24, 25, 47, 48, 72),
  ),
  // Occasionally an event names another recipient, sender or service than the others of its
  // message.
  To: fc.constantFrom("own", "own", "own", "+442071838750", ""),
  From: fc.constantFrom("+15595551269", "+15595551269", "ACME", ""),
  MessagingServiceSid: fc.constantFrom("MGa", "MGb", ""),
  ErrorCode: fc.constantFrom("", "", "30003"),
  query: fc.constantFrom("", "campaign=spring", "order=4711&campaign=spring"),
  source: fc.constantFrom(...EVENT_SOURCES),
  occurredAt: fc.constantFrom(null, MIDNIGHT, MIDNIGHT + 90_000),
});

type ArbitraryEvent =
  typeof arbitraryEvent extends fc.Arbitrary<infer T> ? T : never;

const arbitraryDeed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ event: arbitraryEvent }) },
  { weight: 1, arbitrary: fc.record({ pruneDay: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.constant("prune made-up") },
);

function eventFrom(sids: readonly string[], given: ArbitraryEvent): NewEvent {
  const { message, status, hour, To, query, source, ...rest } = given;
  const { occurredAt, ...params } = rest;
  const event = eventOf(
    {
      MessageSid: sids[message] ?? "",
      MessageStatus: status,
      To: To === "own" ? `+1415555${1_000 + (message % 4)}` : To,
      ...params,
    },
    { receivedAt: MIDNIGHT + hour * HOUR_MS + message, query },
  );
  return source === "callback" ? event : { ...event, source, occurredAt };
}

test("between any two steps, it's as if the deleted messages had never existed, and no others are deleted", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(arbitraryDeed, { minLength: 4, maxLength: 25 }),
      async (deeds) => {
        pruneAll(createRecorder(db), MIDNIGHT + 1_000 * DAY_MS);
        const recorder = createRecorder(db, 0);
        const sids = Array.from({ length: 12 }, (_, index) =>
          index % 3 === 0 ? newMadeUpSid() : newMessageSid(),
        );
        /** What must exist: when each message was first seen, while it exists. */
        const kept = new Map<string, number>();
        for (const deed of deeds) {
          if (deed === "prune made-up") {
            for (let isDone = false; !isDone;) {
              ({ isDone } = recorder.step("pruneMadeUp", null).output);
              await expectConsistent();
            }
            for (const sid of kept.keys()) if (isMadeUp(sid)) kept.delete(sid);
          } else if ("event" in deed) {
            const event = eventFrom(sids, deed.event);
            const [outcome] = recorder.record([storedEvent(event)]);
            const known = kept.get(event.messageSid) ?? Infinity;
            if (outcome === "new" || outcome === "supplement")
              kept.set(event.messageSid, Math.min(known, event.receivedAt));
          } else {
            const before = MIDNIGHT + deed.pruneDay * DAY_MS;
            for (let isDone = false; !isDone;) {
              ({ isDone } = recorder.step("prune", before).output);
              await expectConsistent();
            }
            for (const [sid, firstEventAt] of kept)
              if (firstEventAt < before) kept.delete(sid);
          }
          recorder.nextStep()?.();
        }
        await expectConsistent();
        const messages = await messagesIn(reader);
        expect(
          messages.map(({ messageSid, firstEventAt }) => [
            messageSid,
            firstEventAt,
          ]),
        ).toEqual(expect.arrayContaining([...kept]));
        expect(messages).toHaveLength(kept.size);
      },
    ),
    { numRuns: runsOf(60) },
  );
}, 120_000);

test("only made-up messages are deleted", async () => {
  const recorder = createRecorder(db);
  const sids = [newMadeUpSid(), newMessageSid(), newMadeUpSid()];
  recorder.record(sids.map((MessageSid) => storedEvent(at(1, { MessageSid }))));
  expect(
    untilDone(() => recorder.step("pruneMadeUp", null).output),
  ).toMatchObject({ messages: 2, events: 2 });
  await expectConsistent();
  const messages = await messagesIn(reader);
  expect(messages.map(({ messageSid }) => messageSid)).toEqual([sids[1] ?? ""]);
});

const newMadeUpSid = (): string =>
  MADE_UP_SID_START + newMessageSid().slice(MADE_UP_SID_START.length);

const at = (hour: number, params: Record<string, string> = {}): NewEvent =>
  eventOf(params, { receivedAt: MIDNIGHT + hour * HOUR_MS });

test("messages that another process deleted aren't returned from memory", async () => {
  const server = createRecorder(db, 0);
  const record = (hour: number) =>
    server.record([
      storedEvent(at(hour, { MessagingServiceSid: "MGa", To: "+14155550123" })),
    ]);
  record(1);
  tidy(server);
  using other = openDatabase();
  pruneAll(createRecorder(other), MIDNIGHT + 3 * DAY_MS);
  expect(await messagesIn(reader)).toEqual([]);
  record(2);
  record(73);
  await expectConsistent();
  pruneAll(createRecorder(other), MIDNIGHT + 3 * DAY_MS);
  record(74);
  await expectConsistent();
  expect(await messagesIn(reader)).toHaveLength(2);
});

test("a message that a late event moves into an hour is deleted with it, however far the deletion has read", async () => {
  const recorder = createRecorder(db, 0);
  const message = (hour: number, minute: number) => ({
    MessageSid: newMessageSid(),
    hour: hour + minute / 60,
  });
  const messages = [
    message(30, 0),
    message(31, 0),
    message(5, 1),
    message(5, 2),
  ];
  const record = (
    given: { MessageSid: string; hour: number },
    MessageStatus: string,
  ) =>
    recorder.record([
      storedEvent(
        at(given.hour, { MessageSid: given.MessageSid, MessageStatus }),
      ),
    ]);
  for (const each of messages) record(each, "sent");
  const [early, earlier] = messages;
  expect(recorder.step("prune", MIDNIGHT + DAY_MS).output.messages).toBe(1);
  // Their IDs are below those that were already read.
  if (early) record({ ...early, hour: 5.5 }, "delivered");
  expect(pruneAll(recorder, MIDNIGHT + DAY_MS).messages).toBe(2);
  await expectConsistent();
  if (earlier) record({ ...earlier, hour: 5.5 }, "delivered");
  await expectConsistent();
  expect(pruneAll(recorder, MIDNIGHT + DAY_MS).messages).toBe(1);
  await expectConsistent();
  expect(await messagesIn(reader)).toEqual([]);
});

test("IDs of deleted events aren't reused, even after a restart", async () => {
  const ids = async () => {
    const [message] = await messagesIn(reader);
    return [message?.id ?? 0, message?.recipientId ?? 0];
  };
  const before = [0, 0];
  for (const hour of [1, 2, 3]) {
    const recorder = createRecorder(db);
    recorder.record([storedEvent(at(hour))]);
    const now = await ids();
    now.forEach((id, index) => expect(id).toBeGreaterThan(before[index] ?? 0));
    before.splice(0, 2, ...now);
    const end = await reader.feedEnd();
    pruneAll(recorder, MIDNIGHT + DAY_MS);
    expect(await messagesIn(reader)).toEqual([]);
    // A reader who got that far still has a place in the feed.
    expect(await reader.feedEnd()).toEqual(end);
    expect((await reader.feedAfter(end, 10)).events).toEqual([]);
  }
});

test("a failed step deletes nothing, and the next one reads the same messages again", async () => {
  // All in one step, however slow the machine is.
  const recorder = createRecorder(db, 60_000);
  const events = [1, 2, 3].map((hour) => at(hour, { To: "+14155550123" }));
  recorder.record(events.map(storedEvent));
  tidy(recorder);
  db.run(
    `CREATE TRIGGER broken BEFORE DELETE ON addresses BEGIN SELECT RAISE(ABORT, 'broken'); END`,
  );
  expect(() => pruneAll(recorder, MIDNIGHT + DAY_MS)).toThrow("broken");
  expect(await messagesIn(reader)).toHaveLength(3);
  db.run("DROP TRIGGER broken");
  await expectConsistent();
  expect(pruneAll(recorder, MIDNIGHT + DAY_MS)).toEqual({
    messages: 3,
    events: 3,
  });
  expect(strayRows(db)).toEqual([]);
  expect(db.query("SELECT sid FROM sids").all()).toEqual([]);
  expect(db.query("SELECT shape FROM post_shapes").all()).toEqual([]);
});

test("SIDs and shapes that later events use stay, and those of deleted ones alone are removed", () => {
  const recorder = createRecorder(db);
  const texts = () =>
    db
      .query<{ sid: string }, []>("SELECT sid FROM sids ORDER BY sid")
      .all()
      .map(({ sid }) => sid)
      .filter((sid) => sid.startsWith("MG"));
  const shapes = () => db.query("SELECT shape FROM post_shapes").all().length;
  const later = at(30, { MessagingServiceSid: "MGa" });
  recorder.record(
    [
      at(1, { MessagingServiceSid: "MGa" }),
      at(2, { MessagingServiceSid: "MGb", OnlyHere: "1" }),
      later,
    ].map(storedEvent),
  );
  expect([texts(), shapes()]).toEqual([["MGa", "MGb"], 2]);
  pruneAll(recorder, MIDNIGHT + DAY_MS);
  expect([texts(), shapes()]).toEqual([["MGa"], 1]);
  recorder.record([
    storedEvent(at(31, { MessagingServiceSid: "MGb", OnlyHere: "1" })),
  ]);
  expect([texts(), shapes()]).toEqual([["MGa", "MGb"], 2]);
  expect(strayRows(db)).toEqual([]);
});
