import { sourceBit, sourcePlace } from "../event-sources.ts";
import type { MessageColumns } from "./recording.ts";

/*
 * The ids of messages rise in the order in which they were first seen, and lists, ranges and
 * everything that asks for the latest messages rely on it. A message that only the Messages API
 * reported is first seen when it was sent, which can be long before it's read. So each hour
 * leaves ids free for what is read later: it then takes its place among the messages of its time.
 */

const HOUR_MS = 3_600_000;
/** The sources of such a message. */
export const API_ONLY = sourceBit(sourcePlace("api"));

/** Ids that an hour leaves free at least; a busy one leaves twice as many as it used. */
export const FREE_OF_HOUR = 65_536;
const FREE_TIMES = 2;
/** A clock that jumps leaves no more than this many hours free. */
const HOURS_MAX = 10_000;
/** The first id of a ledger. Before it is room for the 22 months before: Twilio keeps messages for 13. */
export const FIRST_MESSAGE_ID = 2 ** 30;

/** The hour since 1970 that a message counts in. */
export function hourOf({
  firstEventAt,
}: Pick<MessageColumns, "firstEventAt">): number {
  return Math.floor(firstEventAt / HOUR_MS);
}

/** Whether only the Messages API has reported a message. */
export function isApiOnly({
  sources,
}: Pick<MessageColumns, "sources">): boolean {
  return sources === API_ONLY;
}

/** The highest id that a message ever had, and the hour of the message with it and the first id of that hour. */
export type Newest = {
  readonly id: number;
  readonly hour: number;
  readonly from: number;
};

/** Where a message goes that was first seen in this hour, after all others. */
export function afterAll(newest: Newest | undefined, hour: number): Newest {
  if (newest === undefined || newest.id < 1)
    return { id: FIRST_MESSAGE_ID, hour, from: FIRST_MESSAGE_ID };
  const { id, from } = newest;
  const hours = Math.min(HOURS_MAX, hour - newest.hour);
  if (hours > 0) {
    const used = id - from + 1;
    const free = Math.max(FREE_OF_HOUR, used * FREE_TIMES) * hours;
    return { id: id + free + 1, hour, from: id + free + 1 };
  }
  // Around a full hour, messages can come out of order; a clock that went back stays there.
  return hours < -1
    ? { id: id + 1, hour, from: id + 1 }
    : { ...newest, id: id + 1 };
}

/** Ids for messages of an hour that are read later: from `next` up to, not including, `until`. */
export type Room = {
  readonly hour: number;
  readonly next: number;
  readonly until: number;
};

/** An id, and the hour of the messages around it. */
export type Neighbor = { readonly id: number; readonly hour: number };

/**
 * The room of an hour between the highest id of it and earlier hours, if there are any, and the
 * lowest of later ones. Hours in between, which may be read later still, get their share of it.
 * Undefined when none is left.
 */
export function roomOf(
  hour: number,
  below: Neighbor | undefined,
  above: Neighbor,
): Room | undefined {
  const low = below ?? {
    id: 0,
    hour: above.hour - Math.floor(above.id / FREE_OF_HOUR),
  };
  if (hour < low.hour) return undefined;
  const share = (above.id - low.id - 1) / (above.hour - low.hour);
  const next =
    hour === low.hour
      ? low.id + 1
      : Math.ceil(above.id - (above.hour - hour) * share);
  const until = Math.floor(above.id - (above.hour - hour - 1) * share);
  return next < until ? { hour, next, until } : undefined;
}

/** What decides a new message's place. */
type Placed = Pick<MessageColumns, "firstEventAt" | "sources">;

/** What an engine knows of the messages that have ids. */
export type OrderPort = {
  /** The newest message; `hour` is to be assumed where its own isn't known. */
  newest(hour: number): Newest;
  /** The room of an hour that is before the one of the newest message. */
  room(hour: number, newestHour: number): Room | undefined;
};

/** Gives new messages ids in the order in which they were first seen, as far as there is room. */
export function createMessageOrder(port: OrderPort) {
  let newest: Newest | undefined;
  let room: Room | undefined;
  const newestFor = (hour: number): Newest => (newest ??= port.newest(hour));
  /** The hour in which to find room for a message, and the newest one. */
  const wanted = (
    message: Placed,
  ): readonly [hour: number, newestHour: number] | undefined => {
    const hour = hourOf(message);
    const known = newestFor(hour);
    if (hour >= known.hour || !isApiOnly(message)) return undefined;
    const hasRoom = room?.hour === hour && room.next < room.until;
    return hasRoom ? undefined : [hour, known.hour];
  };
  return {
    /** What `next` will ask for of a message, if anything. */
    wanted,
    next: (message: Placed): number => {
      const hour = hourOf(message);
      const known = newestFor(hour);
      if (hour >= known.hour || !isApiOnly(message)) {
        newest = afterAll(known, hour);
        return newest.id;
      }
      const place = wanted(message);
      if (place) room = port.room(...place);
      if (room === undefined) {
        newest = { ...known, id: known.id + 1 };
        return newest.id;
      }
      const id = room.next;
      room = { ...room, next: id + 1 };
      return id;
    },
    /** Call this when others may have given ids. */
    forget: (): void => {
      newest = room = undefined;
    },
  };
}
