import { expect, test } from "bun:test";
import { join } from "node:path";
import { COPIED_GROUPS } from "../../../src/store/copy/copied-tables.ts";
import { copyLedger } from "../../../src/store/copy/copy-ledger.ts";
import { openEngine } from "../../../src/store/open.ts";
import { openStore } from "../../support/open-store.ts";
import { newPostgresDatabase } from "../../support/postgres-server.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { eventOf } from "../events.ts";
import { readingSettled } from "../settled.ts";
import { dumpOfFile, dumpOfServer } from "./ledgers.ts";

const HOUR_MS = 3_600_000;
const START = Date.UTC(2026, 10, 1);

test("what a server records, deletes and erases while its ledger is copied is in the copy too", async () => {
  using folder = tempDir();
  await using database = await newPostgresDatabase();
  const file = join(folder.path, "smsledger.db");
  const store = await openStore(file);
  const sids = Array.from({ length: 2_500 }, newMessageSid);
  const of = (number: number, params: Record<string, string> = {}) =>
    eventOf(
      {
        MessageSid: sids[number] ?? newMessageSid(),
        To: `+1415555${String(number).padStart(4, "0")}`,
        ...params,
      },
      {
        receivedAt: START + Math.floor(number / 500) * HOUR_MS,
        query: `order=${number}`,
      },
    );
  for (let from = 0; from < sids.length; from += 500)
    await Promise.all(
      sids
        .slice(from, from + 500)
        .map((_, index) =>
          store.recordEvent(of(from + index, { MessageStatus: "sent" })),
        ),
    );
  const change = async (): Promise<void> => {
    // Deletes a part's beginning, with addresses and tags; their SIDs and texts then come again.
    await store.upkeep.prune(START + HOUR_MS);
    await store.recordEvent({ ...of(3), receivedAt: START + 9 * HOUR_MS });
    await store.recordEvent(of(2_400));
    await store.upkeep.erase("14155552000");
    await store.close();
  };
  const source = await openEngine(file).openCopySource();
  const target = await openEngine(database.url).openCopyTarget(source.ledger);
  const changed = Promise.withResolvers<void>();
  const copied = await copyLedger(source, target, {
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onInUse: () => undefined,
    onWaiting: () => void change().then(changed.resolve, changed.reject),
  });
  await changed.promise;
  await Promise.all([source.close(), target.close()]);
  expect(copied?.messages).toBe(2_001);
  expect(await dumpOfServer(database.url)).toEqual(dumpOfFile(file));
  await expectSameDigests(file, database.url);

  const [old, moved] = await Promise.all([
    openStore(file),
    openStore(database.url).then(readingSettled),
  ]);
  const later = [
    of(3),
    of(700, { MessageStatus: "sent" }),
    of(2_000, { MessageStatus: "failed" }),
    of(2_400, { NumSegments: "2" }),
    of(2_600),
  ];
  for (const event of later) {
    expect(await moved.recordEvent(event)).toBe(await old.recordEvent(event));
    expect(await moved.timeline(event.messageSid)).toEqual(
      await old.timeline(event.messageSid),
    );
  }
  await Promise.all([old.close(), moved.close()]);
}, 120_000);

/** Otherwise each part would be read from both sides, which is right too, but slow. */
async function expectSameDigests(from: string, to: string): Promise<void> {
  const sides = await Promise.all(
    [from, to].map((url) => openEngine(url).openCopySource()),
  );
  const whole = { after: undefined, until: undefined };
  for (const group of COPIED_GROUPS) {
    const digests = sides.map((side) => side.digest(group, whole));
    const [some, others] = await Promise.all(digests);
    expect({ [group[0].name]: others }).toEqual({ [group[0].name]: some });
  }
  await Promise.all(sides.map((side) => side.close()));
}
