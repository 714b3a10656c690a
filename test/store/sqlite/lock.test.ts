import { afterEach, beforeEach, expect, test } from "bun:test";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "../../support/open-store.ts";
import { StoreUnavailable } from "../../../src/store/store.ts";
import type { Stores } from "../../../src/store/stores.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { eventOf } from "../events.ts";
import { lockElsewhere } from "../lock-elsewhere.ts";

let folder: ReturnType<typeof tempDir>;
let file: string;
let store: Stores;
beforeEach(async () => {
  folder = tempDir();
  file = join(folder.path, "smsledger.db");
  store = await openStore(file);
});
afterEach(async () => {
  await store.close();
  folder[Symbol.dispose]();
});

test("while another process holds the lock, events are refused as unavailable and reads continue; afterwards, all is well", async () => {
  const before = eventOf({ MessageStatus: "sent" });
  await store.recordEvent(before);
  const late = [eventOf({}), eventOf({})];
  {
    await using _ = await lockElsewhere(file);
    let refused = 0;
    const refusals = late.map((event) =>
      refusalOf(store.recordEvent(event)).finally(() => refused++),
    );
    expect(await store.timeline(before.messageSid)).toHaveLength(1);
    expect(refused).toBe(0);
    refusals.push(refusalOf(store.checkWritable()));
    for (const refusal of refusals) {
      expect(await refusal).toBeInstanceOf(StoreUnavailable);
      expect(String(await refusal)).toContain("locked");
    }
  }
  for (const event of late) {
    expect(await store.timeline(event.messageSid)).toEqual([]);
    expect(await store.recordEvent(event)).toBe("new");
  }
  await store.checkWritable();
});

test("while another process holds the lock, an event is refused in time, even behind other events and writes", async () => {
  await using _ = await lockElsewhere(file);
  // Time is the subject: Twilio hangs up after 15 s.
  const late = Bun.sleep(14_000).then(() => "too late for Twilio");
  const refusals: Promise<unknown>[] = [];
  for (let i = 0; i < 4; i++) {
    const entry = {
      kind: "change" as const,
      at: 1,
      actor: "ana",
      action: "signed in",
      subject: "",
      address: null,
    };
    void store.audit.add(entry).catch(() => undefined);
    refusals.push(refusalOf(store.recordEvent(eventOf({}))));
    // Time is the subject: by the next event, the writer is waiting for the lock.
    await Bun.sleep(20);
  }
  for (const refusal of refusals)
    expect(String(await Promise.race([refusal, late]))).toContain("locked");
});

test("an event waits for a lock that is soon released", async () => {
  const locked = await lockElsewhere(file);
  const event = eventOf({});
  const recording = store.recordEvent(event);
  expect(await store.timeline(event.messageSid)).toEqual([]);
  await locked[Symbol.asyncDispose]();
  expect(await recording).toBe("new");
  expect(await store.timeline(event.messageSid)).toHaveLength(1);
});

test("events are refused while the database file is somewhere else", async () => {
  const event = eventOf({});
  await rename(file, `${file}.away`);
  expect(await refusalOf(store.recordEvent(event))).toBeInstanceOf(
    StoreUnavailable,
  );
  await rename(`${file}.away`, file);
  expect(await store.recordEvent(event)).toBe("new");
});

/** Resolves to what a call is rejected with. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return error;
  }
  throw new Error("It wasn't refused.");
}
