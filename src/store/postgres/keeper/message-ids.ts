import { sourceBit } from "../../event-sources.ts";
import {
  createMessageOrder,
  hourOf,
  roomOf,
  type Neighbor,
  type Room,
} from "../../core/message-places.ts";
import { reportOf, type StoredEvent } from "../../core/stored-event.ts";
import type { Connection } from "../connection/pool.ts";
import type { HighestIds } from "./highest-ids.ts";

type Query = Connection["query"];

/** Gives the new messages of a batch their ids, by their SIDs. */
export type MessageIds = (
  query: Query,
  events: readonly StoredEvent[],
  isKnown: (messageSid: string) => boolean,
) => Promise<ReadonlyMap<string, number>>;

/** The lowest and the highest id that a batch gave messages of each hour. */
type HoursOfBatch = Map<
  number,
  { readonly first: number; readonly last: number }
>;

/**
 * Gives new messages ids in the order in which they were first seen; see message-places.ts. In a
 * batch's transaction, before it is recorded, as finding room waits for the database.
 */
export async function createMessageIds(
  query: Query,
  ids: HighestIds,
): Promise<MessageIds> {
  const highest = ids.last("messages");
  const [newest] = await query<{ hour: number; from: number }>(
    `SELECT hour, first_id AS "from" FROM message_hours
       WHERE first_id <= $1::bigint ORDER BY first_id DESC LIMIT 1`,
    [highest],
  );
  let found: Room | undefined;
  const order = createMessageOrder({
    newest: (hour) => ({ id: highest, hour, from: highest, ...newest }),
    room: () => found,
  });
  return async (query, events, isKnown) => {
    const given = new Map<string, number>();
    const hours: HoursOfBatch = new Map();
    for (const event of events) {
      const { messageSid, receivedAt } = event;
      if (given.has(messageSid) || isKnown(messageSid)) continue;
      const { source, sentAt = receivedAt } = reportOf(event);
      const message = {
        firstEventAt: Math.min(receivedAt, sentAt),
        sources: sourceBit(source),
      };
      const wanted = order.wanted(message);
      if (wanted) found = await findRoom(query, hours, ...wanted);
      const id = order.next(message);
      ids.reach("messages", id);
      given.set(messageSid, id);
      const hour = hourOf(message);
      const { first, last } = hours.get(hour) ?? { first: id, last: id };
      hours.set(hour, { first: Math.min(first, id), last: Math.max(last, id) });
    }
    return given;
  };
}

const NEIGHBORS = `WITH above AS (
    SELECT first_id AS id, hour FROM message_hours
      WHERE hour > $1::bigint AND hour <= $2::bigint AND first_id < $3::bigint
      ORDER BY first_id LIMIT 1
  ), lowest AS (SELECT coalesce((SELECT id FROM above), $3::bigint) AS id
  ), below AS (
    SELECT last_id AS id, message_hours.hour FROM message_hours, lowest
      WHERE message_hours.hour <= $1::bigint AND last_id < lowest.id ORDER BY last_id DESC LIMIT 1
  ) SELECT above.id AS "aboveId", above.hour AS "aboveHour",
      below.id AS "belowId", below.hour AS "belowHour",
      (SELECT max(messages.id) FROM messages WHERE messages.id < lowest.id) AS "messageId"
    FROM lowest LEFT JOIN above ON true LEFT JOIN below ON true`;

type Neighbors = {
  readonly aboveId: number | null;
  readonly aboveHour: number | null;
  readonly belowId: number | null;
  readonly belowHour: number | null;
  readonly messageId: number | null;
};

/** Finds it among the messages that are recorded, and those of the batch. */
async function findRoom(
  query: Query,
  batch: HoursOfBatch,
  hour: number,
  newestHour: number,
): Promise<Room | undefined> {
  const inBatch = [...batch].map(([hour, ids]) => ({ hour, ...ids }));
  let above = inBatch
    .filter((each) => each.hour > hour && each.hour <= newestHour)
    .map((each): Neighbor => ({ id: each.first, hour: each.hour }))
    .reduce(lower, { id: Number.MAX_SAFE_INTEGER, hour: newestHour });
  const [found] = await query<Neighbors>(NEIGHBORS, [
    hour,
    newestHour,
    above.id,
  ]);
  if (found === undefined) return undefined;
  const { aboveId, aboveHour, belowId, belowHour, messageId } = found;
  if (aboveId !== null && aboveHour !== null)
    above = { id: aboveId, hour: aboveHour };
  if (above.id === Number.MAX_SAFE_INTEGER) return undefined;
  const id = Math.max(belowId ?? 0, messageId ?? 0);
  const below = inBatch
    .filter((each) => each.hour <= hour && each.last < above.id)
    .map((each): Neighbor => ({ id: each.last, hour: each.hour }))
    .reduce(higher, { id, hour: belowHour ?? hour });
  const room = roomOf(hour, below.id === 0 ? undefined : below, above);
  return room && withinPartition(query, room);
}

function lower(one: Neighbor, other: Neighbor): Neighbor {
  return one.id <= other.id ? one : other;
}

function higher(one: Neighbor, other: Neighbor): Neighbor {
  return one.id >= other.id ? one : other;
}

/** Of the room, what is in the partition of its beginning; undefined if that was dropped. */
async function withinPartition(
  query: Query,
  room: Room,
): Promise<Room | undefined> {
  const [partition] = await query<{ from: number; until: number }>(
    `SELECT from_id AS "from", until_id AS until FROM message_partitions
       WHERE until_id > $1::bigint ORDER BY until_id LIMIT 1`,
    [room.next],
  );
  // One will be added that begins where the newest ends.
  if (partition === undefined) return room;
  if (partition.from > room.next) return undefined;
  return { ...room, until: Math.min(room.until, partition.until) };
}
