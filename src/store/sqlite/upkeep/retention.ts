import type { Database } from "bun:sqlite";
import { deliveryMs } from "../../core/fold.ts";
import type { Transactions } from "../connection/transactions.ts";
import type { MessageParts } from "../recording/event-recorder.ts";
import { createUnusedNames } from "./unused-names.ts";

const HOUR_MS = 3_600_000;
/** Messages that are found at a time; the time is checked after each. */
const FOUND_MAX = 50;

export type PruneStep = {
  readonly messages: number;
  readonly events: number;
  /** No message is left to delete. */
  readonly isDone: boolean;
};

/**
 * Deletes messages, hour by hour, with all that belongs to them: events, repeats, tags,
 * their part of every count, and addresses, tags, SIDs and shapes that nothing else has.
 * After each step everything is as if the deleted messages had never been recorded.
 */
export function createRetention(
  transactions: Transactions,
  parts: MessageParts,
) {
  const { db } = transactions;
  const { names, hours, changes, messageIds } = parts;
  const findMessages = db.prepare<
    { id: number; firstEventAt: number },
    [number, number]
  >(
    `SELECT id, first_event_at AS firstEventAt FROM messages
       WHERE id > ? AND id <= ? ORDER BY id LIMIT ${FOUND_MAX}`,
  );
  const unused = createUnusedNames(transactions, names);
  const remove = createRemoval(db, parts, unused);

  /** Checks some messages of the oldest hour; returns what it deleted, or undefined at the end. */
  const pruneSome = (before: number, isOver: () => boolean) => {
    const rest = hours.oldestBefore(Math.floor(before / HOUR_MS));
    if (!rest) return undefined;
    const found = findMessages.all(rest.afterId, rest.lastId);
    const pruned = { messages: 0, events: 0 };
    for (const { id, firstEventAt } of found) {
      hours.check(rest.hour, id);
      // An hour's range of ids also contains messages of other hours.
      if (firstEventAt < before) {
        pruned.events += remove(id);
        pruned.messages++;
        unused.remove();
      }
      if (isOver()) return pruned;
    }
    if (found.length < FOUND_MAX) hours.remove(rest.hour);
    return pruned;
  };

  return {
    /** Deletes some of the messages first seen before `before`, the start of an hour. */
    prune(before: number, isOver: () => boolean): PruneStep {
      messageIds.keep();
      names.addresses.keepHighestId();
      let isDone = false;
      const total = { messages: 0, events: 0 };
      do {
        const pruned = pruneSome(before, isOver);
        if (pruned === undefined) {
          isDone = true;
          break;
        }
        total.messages += pruned.messages;
        total.events += pruned.events;
      } while (!isOver());
      changes.write();
      if (isDone) names.removeUnused(before);
      return { ...total, isDone };
    },
  };
}

/** Returns a function that deletes a message and returns how many events it had. */
function createRemoval(
  db: Database,
  { rows, events, eventAddresses, changes }: MessageParts,
  unused: ReturnType<typeof createUnusedNames>,
) {
  const removeRepeats = db.prepare<unknown, [number]>(
    "DELETE FROM event_repeats WHERE event_id IN (SELECT id FROM events WHERE message_id = ?)",
  );
  const removeEvents = db.prepare<unknown, [number]>(
    "DELETE FROM events WHERE message_id = ?",
  );
  const removeTags = db.prepare<{ tagId: number }, [number]>(
    "DELETE FROM message_tags WHERE message_id = ? RETURNING tag_id AS tagId",
  );
  const removeMessage = db.prepare<unknown, [number]>(
    "DELETE FROM messages WHERE id = ?",
  );
  return (id: number): number => {
    const all = events.of(id);
    const message = rows.byId(id);
    if (message) changes.remove({ ...message, deliveryMs: deliveryMs(all) });
    eventAddresses.remove(id, all);
    for (const address of all.flatMap(({ to, from }) => [to, from]))
      if (address !== null) unused.noteAddress(address);
    for (const { tagId } of removeTags.all(id)) unused.noteTag(tagId);
    removeRepeats.run(id);
    removeEvents.run(id);
    removeMessage.run(id);
    return all.length;
  };
}
