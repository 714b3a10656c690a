import type { Kysely } from "kysely";
import { FeedPosition } from "../../feed-position.ts";
import type { EventRow, FeedPage } from "../../store.ts";
import { eventsAfter } from "./event-reader.ts";
import { query } from "../../sqlite/connection/read-connection.ts";
import type { Schema } from "../schema.ts";

/** The ledger's id, and the highest id that an event of it ever had. */
export type Ledger = { readonly id: string; readonly lastEventId: number };

export async function readLedger(db: Kysely<Schema>): Promise<Ledger> {
  // The sequence, as retention may have deleted the latest events.
  const [ledger] = await query<Ledger>(
    db,
    `SELECT id, ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'events'), 0) AS lastEventId
      FROM ledger`,
  );
  if (ledger === undefined) throw new Error("The database has no ledger id.");
  return ledger;
}

export async function feedStart(db: Kysely<Schema>): Promise<FeedPosition> {
  return new FeedPosition((await readLedger(db)).id, 0);
}

export async function feedEnd(db: Kysely<Schema>): Promise<FeedPosition> {
  const { id, lastEventId } = await readLedger(db);
  return new FeedPosition(id, lastEventId);
}

/** The event that a position comes after. Throws FeedPositionGone. */
export async function eventIdAt(
  db: Kysely<Schema>,
  position: FeedPosition,
): Promise<number> {
  const { id, lastEventId } = await readLedger(db);
  return position.eventIdIn(id, lastEventId);
}

export async function readFeed(
  db: Kysely<Schema>,
  position: FeedPosition,
  limit: number,
): Promise<FeedPage> {
  const { id, lastEventId } = await readLedger(db);
  const afterId = position.eventIdIn(id, lastEventId);
  const events: EventRow[] = await eventsAfter(db, afterId, limit);
  const next = new FeedPosition(id, events.at(-1)?.id ?? afterId);
  return { events, next };
}
