import { sql } from "kysely";
import { addressesIn, matcherOf, wholeAddress } from "../../core/matches.ts";
import { FeedPosition } from "../../feed-position.ts";
import type { MessageFilter } from "../../filter.ts";
import type {
  EventWithMessage,
  FeedPageWithMessages,
  Matches,
} from "../../store.ts";
import type { Db } from "../dialect.ts";
import { isWhole } from "../search/address-search.ts";
import { eventRows, selectEvents, type EventRecord } from "./event-reader.ts";
import { readLedger } from "./feed.ts";
import { messagesOf } from "./message-reader.ts";

export async function feedWithMessages(
  db: Db,
  position: FeedPosition,
  limit: number,
): Promise<FeedPageWithMessages> {
  const { id, lastEventId } = await readLedger(db);
  const afterId = position.eventIdIn(id, lastEventId);
  const rows = await selectEvents(db)
    .where("events.id", ">", afterId)
    .limit(limit)
    .execute();
  const next = new FeedPosition(id, rows.at(-1)?.id ?? afterId);
  return { events: await withMessages(db, rows), next };
}

export async function eventsWithMessages(
  db: Db,
  ids: readonly number[],
): Promise<EventWithMessage[]> {
  const { among, list } = db.dialect;
  const rows = await selectEvents(db)
    .where(among(sql.ref("events.id"), list(ids)).$castTo<boolean>())
    .execute();
  return withMessages(db, rows);
}

async function withMessages(
  db: Db,
  rows: readonly EventRecord[],
): Promise<EventWithMessage[]> {
  const ids = [...new Set(rows.map((row) => row.message_id))];
  const messages = await messagesOf(db, ids);
  const byId = new Map(messages.map((message) => [message.id, message]));
  const events = await eventRows(db, rows);
  return rows.flatMap((row, index) => {
    const message = byId.get(row.message_id);
    const event = events[index];
    return message && event ? [{ event, message }] : [];
  });
}

export async function matcher(db: Db, filter: MessageFilter): Promise<Matches> {
  const whole = new Set<string>();
  for (const { role, address } of addressesIn(filter))
    if (await isWhole(db, role, address))
      whole.add(wholeAddress(role, address));
  return matcherOf(filter, whole);
}
