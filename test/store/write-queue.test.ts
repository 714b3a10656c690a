import { BY_CALLBACK } from "../../src/store/event-sources.ts";
import { expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "../support/open-store.ts";
import { StoreUnavailable, type NewEvent } from "../../src/store/store.ts";
import { lockDatabase } from "../support/locked-database.ts";
import { tempDir } from "../support/temp-dir.ts";
import { until } from "../support/until.ts";
import { newMessageSid } from "../support/twilio-client.ts";

const MORE_THAN_QUEUE_HOLDS = 25_000;

function event(): NewEvent {
  const messageSid = newMessageSid();
  return {
    ...BY_CALLBACK,
    channel: "sms",
    messageSid,
    status: "sent",
    receivedAt: 1_795_440_000_000,
    query: "",
    to: "+14155550123",
    from: "+15595551269",
    errorCode: null,
    errorMessage: null,
    accountSid: null,
    messagingServiceSid: null,
    numSegments: null,
    rawDlrDoneDate: null,
    params: [
      ["MessageSid", messageSid],
      ["MessageStatus", "sent"],
    ],
  };
}

function failOnCrash(error: Error): never {
  throw error;
}

test("the write queue is bounded: past the limit, events are refused at once and the others are kept", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const store = await openStore(file, { onFault: failOnCrash });
  const other = lockDatabase(file);
  const recorded = Array.from({ length: MORE_THAN_QUEUE_HOLDS }, () =>
    store.recordEvent(event()).then(
      () => "recorded" as const,
      (error: unknown) =>
        error instanceof StoreUnavailable ? error.message : "failed",
    ),
  );
  // It doesn't wait for the lock, which is still held.
  expect(await recorded.at(-1)).toBe("Too many callbacks wait for the disk.");
  other.run("COMMIT");
  other.close();
  const outcomes = Object.groupBy(
    await Promise.all(recorded),
    (outcome) => outcome,
  );
  expect(outcomes.failed).toBeUndefined();
  expect(outcomes["Too many callbacks wait for the disk."]).toBeDefined();
  expect(outcomes.recorded?.length).toBeGreaterThan(0);
  const [row] = await store.tally({
    range: { from: 0, to: Date.UTC(3000, 0, 1) },
  });
  expect(row?.counts.sent).toBe(outcomes.recorded?.length ?? 0);
  await store.close();
});

test("the write-ahead log stays small under load and is emptied afterwards", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const store = await openStore(file, { onFault: failOnCrash });
  const walBytes = (): number => statSync(`${file}-wal`).size;
  let largest = 0;
  for (let batch = 0; batch < 60; batch++) {
    await Promise.all(
      Array.from({ length: 500 }, () => store.recordEvent(event())),
    );
    largest = Math.max(largest, walBytes());
  }
  expect(largest).toBeLessThan(32 * 1024 * 1024);
  await until(() => walBytes() === 0);
  await store.close();
});

test("write checks alone leave no log behind either", async () => {
  using folder = tempDir();
  const file = join(folder.path, "smsledger.db");
  const store = await openStore(file, { onFault: failOnCrash });
  for (let i = 0; i < 50; i++) await store.checkWritable();
  expect(statSync(`${file}-wal`).size).toBeGreaterThan(0);
  await until(() => statSync(`${file}-wal`).size === 0);
  await store.close();
});

test("simultaneous callbacks and other writes are each their own transaction", async () => {
  using folder = tempDir();
  const store = await openStore(join(folder.path, "smsledger.db"));
  const by = { at: 1_795_440_000_000, actor: "ana", address: null };
  const each = Array.from({ length: 30 }, (_, index) => index);
  const outcomes = await Promise.all(
    each.flatMap((index) => [
      store.recordEvent(event()),
      store.accounts.addProxyUser(`user ${index}`, by),
      store.recordEvent(event()),
      store.upkeep.readClock(by.at),
      store.checkWritable(),
    ]),
  );
  expect(outcomes.filter((outcome) => outcome === "new")).toHaveLength(60);
  expect(await store.accounts.users()).toHaveLength(30);
  expect(await store.audit.list({ size: 100 })).toMatchObject([{ times: 30 }]);
  await store.close();
});
