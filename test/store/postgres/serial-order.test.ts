import { SQL } from "bun";
import { expect, test } from "bun:test";
import { fc } from "../../support/fast-check.ts";
import { postgresEngine } from "../../../src/store/postgres/postgres-engine.ts";
import type { NewEvent, Reading } from "../../../src/store/store.ts";
import type { Dimension } from "../../../src/store/tally.ts";
import { openStore } from "../../support/open-store.ts";
import { newPostgresDatabase } from "../../support/postgres-server.ts";
import { eventsIn, messagesIn } from "../../support/rows.ts";
import { tempDir } from "../../support/temp-dir.ts";
import { newMessageSid } from "../../support/twilio-client.ts";
import { until } from "../../support/until.ts";
import { arbitraryCallback } from "../arbitrary-callbacks.ts";
import { startNode } from "./nodes.ts";
import { runsOf } from "../../support/long-runs.ts";

const ARRIVAL = Date.UTC(2026, 10, 23, 12, 30);
const ALL_TIME = { from: 0, to: Date.UTC(3000, 0, 1) };
const DIMENSIONS: readonly (Dimension | undefined)[] = [
  undefined,
  "errorCode",
  "country",
  "sender",
  "service",
  "channel",
];

/** Keeps what the keeper takes out of the inbox, in the order of its transactions. */
const KEEP_TAKEN = `
  CREATE TABLE taken (transaction bigint, id bigint, event text);
  CREATE FUNCTION keep_taken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO taken VALUES (txid_current(), OLD.id, OLD.event);
    RETURN OLD;
  END $$;
  CREATE TRIGGER taken AFTER DELETE ON inbox FOR EACH ROW EXECUTE FUNCTION keep_taken()`;

/** Callbacks of four messages and two accounts, each for one of three nodes. */
const arbitraryRound = fc.array(
  fc.record({
    node: fc.nat({ max: 2 }),
    message: fc.nat({ max: 3 }),
    callback: arbitraryCallback(fc.constantFrom("ACa", "ACa", "ACa", "ACb")),
    isOfNextPost: fc.boolean(),
  }),
  { minLength: 1, maxLength: 30 },
);

test("callbacks on three nodes at once have the outcomes and make the state of some order on SQLite", async () => {
  await using database = await newPostgresDatabase();
  await using first = await startNode(database.url);
  await using second = await startNode(database.url);
  await using third = await startNode(database.url);
  const nodes = [first, second, third];
  await using sql = new SQL(database.url, { max: 1 });
  await sql.unsafe(KEEP_TAKEN);
  using folder = tempDir();
  const oracle = await openStore(`${folder.path}/smsledger.db`);
  const reader = await postgresEngine(database.url).openForReading();
  let at = ARRIVAL;
  let replayed = 0;

  await fc.assert(
    fc.asyncProperty(arbitraryRound, async (round) => {
      const sids = [0, 1, 2, 3].map(newMessageSid);
      // Each callback is named by the time at which it's received.
      const posts = round.map(({ callback, message, ...post }) => ({
        ...post,
        event: {
          ...callback,
          messageSid: sids[message] ?? "",
          receivedAt: (at += 1_000),
        },
      }));
      const outcomes = new Map<number, unknown>();
      await Promise.all(
        nodes.map(async (node, place) => {
          const own = posts.filter((post) => post.node === place);
          const [before, after] = [false, true].map((isOfNextPost) =>
            own
              .filter((post) => post.isOfNextPost === isOfNextPost)
              .map(({ event }) => event),
          );
          for (const events of [before ?? [], after ?? []])
            (await node.post(events)).forEach((outcome, index) =>
              outcomes.set(events[index]?.receivedAt ?? 0, outcome),
            );
        }),
      );
      await until(async () => {
        const [row] = await sql`SELECT count(*)::integer AS waiting FROM inbox`;
        return row.waiting === 0;
      });
      const taken: { event: string }[] = await sql`
        SELECT event FROM taken ORDER BY transaction, id OFFSET ${replayed}`;
      replayed += taken.length;
      const byTime = new Map(
        posts.map(({ event }) => [event.receivedAt, event]),
      );
      const order = taken.flatMap(({ event }): NewEvent[] => {
        const { receivedAt } = JSON.parse(event);
        const posted = byTime.get(receivedAt);
        byTime.delete(receivedAt);
        return posted ? [posted] : [];
      });
      // Those of other accounts change nothing, whenever they come after the message's own.
      const serial = [...order, ...byTime.values()];
      const expected = await Promise.all(
        serial.map((event) => oracle.recordEvent(event)),
      );
      expect(serial.map(({ receivedAt }) => outcomes.get(receivedAt))).toEqual(
        expected,
      );
      for (const sid of sids) {
        expect(await reader.messageBySid(sid)).toEqual(
          await oracle.messageBySid(sid),
        );
        expect(await reader.timeline(sid)).toEqual(await oracle.timeline(sid));
      }
    }),
    { numRuns: runsOf(40) },
  );
  expect(await stateOf(reader)).toEqual(await stateOf(oracle));
  await reader.close();
  await oracle.close();
}, 300_000);

/** Everything that can be read, ids included. */
async function stateOf(store: Reading) {
  return {
    messages: await messagesIn(store),
    events: await eventsIn(store),
    tallies: await Promise.all(
      DIMENSIONS.map(async (by) =>
        (
          await store.tally({
            range: ALL_TIME,
            ...(by !== undefined && { by }),
          })
        ).toSorted((a, b) => (String(a.key) < String(b.key) ? -1 : 1)),
      ),
    ),
    failing: await store.failingRecipients({ size: 1_000 }),
    deliveryTimes: await store.deliveryTimes(ALL_TIME),
  };
}
