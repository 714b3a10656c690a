import { Database } from "bun:sqlite";
import { afterEach, beforeEach, expect, test } from "bun:test";
import { migrate } from "../../../src/store/sqlite/migrations/migrations.ts";
import { createRecorder } from "../../../src/store/sqlite/recording/recorder.ts";
import { FIRST_MESSAGE_ID } from "../../../src/store/core/message-places.ts";
import { storedEvent } from "../../../src/store/core/stored-event.ts";
import type { NewEvent, RecordOutcome } from "../../../src/store/store.ts";
import { MINUTES_KEPT } from "../../../src/store/tally.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOON = Date.UTC(2026, 10, 23, 12);

let db: Database;
let recorder: ReturnType<typeof createRecorder>;
beforeEach(() => {
  db = new Database(":memory:", { strict: true });
  migrate(db);
  recorder = createRecorder(db);
});
afterEach(() => db.close());

/** Records events as one batch, and finishes all remaining work. */
function record(...events: readonly NewEvent[]): RecordOutcome[] {
  const outcomes = recorder.record(events.map(storedEvent));
  for (let step; (step = recorder.nextStep());) step();
  return outcomes;
}

const at = (minutes: number, params: Record<string, string> = {}): NewEvent =>
  eventOf(params, { receivedAt: NOON + minutes * MINUTE_MS });

/** Returns how many rows each grain has, and its first and last bucket. */
const rollups = () =>
  db
    .query<{ grain: number; first: number; last: number }, []>(
      "SELECT grain, min(bucket) AS first, max(bucket) AS last FROM rollups GROUP BY grain",
    )
    .all();

test("the rollups have the minutes that are kept, and the hours and days that have ended", () => {
  const minutes = 30 * 60;
  for (let minute = 0; minute <= minutes; minute++) record(at(minute));
  const newest = NOON / MINUTE_MS + minutes;
  expect(rollups()).toEqual([
    { grain: 60, first: newest - MINUTES_KEPT + 1, last: newest },
    {
      grain: 3_600,
      first: NOON / MINUTE_MS / 60,
      last: Math.floor(newest / 60) - 1,
    },
    {
      grain: 86_400,
      first: Math.floor(NOON / MINUTE_MS / 1_440),
      last: Math.floor(newest / 1_440) - 1,
    },
  ]);
  // The oldest kept minute is still written, and the one before it no longer.
  record(
    at(minutes - MINUTES_KEPT + 1),
    at(minutes - MINUTES_KEPT),
    at(minutes),
  );
  const oldest = db.query(
    `SELECT bucket, sum(sent + delivered) FROM rollups
       WHERE grain = 60 AND dimension = 0 GROUP BY bucket LIMIT 1`,
  );
  expect(oldest.values()).toEqual([[newest - MINUTES_KEPT + 1, 2]]);
});

test("a clock that was ahead leaves no rows for hours that haven't ended", () => {
  for (let minute = 0; minute <= 30; minute++) record(at(minute));
  const before = rollups();
  for (let minute = 1_470; minute <= 1_530; minute += 10) record(at(minute));
  expect(rollups()).toHaveLength(3);
  record(at(31));
  const newest = NOON / MINUTE_MS + 1_530;
  expect(rollups()).toEqual(
    before.map((row) => (row.grain === 60 ? { ...row, last: newest } : row)),
  );
  // Later events write only to rows of minutes.
  record(at(90));
  expect(rollups().map(({ grain, last }) => [grain, last])).toEqual([
    [60, newest],
    [3_600, NOON / HOUR_MS],
  ]);
});

test("a clock that falls back after days ahead moves no boundary", () => {
  for (let hour = 0; hour < 104; hour++) record(at(hour * 60));
  const state = () => db.query("SELECT * FROM rollup_clock").values();
  const before = state();
  record(at(-100_000));
  expect(state()).toEqual(before);
  const counted = db.query(
    "SELECT grain, sum(delivered) FROM rollups WHERE dimension = 0 AND grain > 60 GROUP BY grain",
  );
  expect(counted.values()).toEqual([
    [3_600, 104],
    [86_400, 85],
    [604_800, 61],
  ]);
});

test("a message whose earlier event comes later leaves no empty row, and belongs to both hours", () => {
  const MessageSid = newMessageSid();
  record(
    at(59, { MessageSid, MessageStatus: "delivered", To: "+442071838750" }),
  );
  // Another recipient and error code, and an earlier hour.
  record(at(-1, { MessageSid, MessageStatus: "failed", ErrorCode: "30003" }));
  record(at(120, { To: "" }));
  const empty = db.query(
    "SELECT * FROM rollups WHERE sent + failed + undelivered + delivered + read < 1",
  );
  expect(empty.all()).toEqual([]);
  const hours = db.query(
    `SELECT hour FROM message_hours WHERE first_id = ${FIRST_MESSAGE_ID}`,
  );
  expect(hours.values()).toEqual([[NOON / HOUR_MS - 1], [NOON / HOUR_MS]]);
  expect(rollups().map(({ first }) => first)).toEqual([
    NOON / MINUTE_MS - 1,
    NOON / MINUTE_MS / 60 - 1,
  ]);
});

test("a failed batch leaves nothing behind, and is recorded on the next attempt", () => {
  db.run(
    `CREATE TRIGGER broken BEFORE INSERT ON events WHEN NEW.error_message = 'broken'
       BEGIN SELECT RAISE(ABORT, 'broken'); END`,
  );
  const failing = [1, 2].map((minute) =>
    at(minute, { MessageStatus: "failed", From: "NEW", To: "+442071838750" }),
  );
  const state = () =>
    [
      "messages",
      "events",
      "addresses",
      "rollups",
      "rollup_clock",
      "message_hours",
      "failing_recipients",
    ].map((table) => db.query(`SELECT * FROM ${table}`).values());
  record(at(0));
  const before = state();
  expect(() => record(...failing, at(3, { ErrorMessage: "broken" }))).toThrow(
    "broken",
  );
  expect(state()).toEqual(before);

  expect(record(...failing)).toEqual(["new", "new"]);
  const counts = db.query(
    "SELECT sum(failed) FROM rollups WHERE dimension = 0 AND error_code = 0",
  );
  expect(counts.values()).toEqual([[2]]);
  const recipients = db.query(
    "SELECT failures, messages FROM failing_recipients",
  );
  expect(recipients.values()).toEqual([[2, 2]]);
});
