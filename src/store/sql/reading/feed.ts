import { sql } from "kysely";
import { FeedPosition } from "../../feed-position.ts";
import type { FeedPage } from "../../store.ts";
import type { Db } from "../dialect.ts";
import { statement } from "../statement.ts";
import { eventsAfter } from "./event-reader.ts";

/** The ledger's id, and the highest id that an event of it ever had. */
export type Ledger = { readonly id: string; readonly lastEventId: number };

const selectLedger = statement<{}, Ledger>(
  (_, { lastEventId }) =>
    sql`SELECT id, ${lastEventId} AS "lastEventId" FROM ledger`,
);

export async function readLedger(db: Db): Promise<Ledger> {
  const [ledger] = await selectLedger(db, {});
  if (ledger === undefined) throw new Error("The database has no ledger id.");
  return ledger;
}

export async function feedStart(db: Db): Promise<FeedPosition> {
  return new FeedPosition((await readLedger(db)).id, 0);
}

export async function feedEnd(db: Db): Promise<FeedPosition> {
  const { id, lastEventId } = await readLedger(db);
  return new FeedPosition(id, lastEventId);
}

/** The event that a position comes after. Throws FeedPositionGone. */
export async function eventIdAt(
  db: Db,
  position: FeedPosition,
): Promise<number> {
  const { id, lastEventId } = await readLedger(db);
  return position.eventIdIn(id, lastEventId);
}

export async function readFeed(
  db: Db,
  position: FeedPosition,
  limit: number,
): Promise<FeedPage> {
  const { id, lastEventId } = await readLedger(db);
  const afterId = position.eventIdIn(id, lastEventId);
  const events = await eventsAfter(db, afterId, limit);
  const next = new FeedPosition(id, events.at(-1)?.id ?? afterId);
  return { events, next };
}
