import type { Database } from "bun:sqlite";
import { deliveryMs } from "../../core/fold.ts";
import type { createEventAddresses } from "../recording/event-addresses.ts";
import type { createFreshIds } from "../recording/fresh-ids.ts";
import type { createMessageChanges } from "../recording/message-changes.ts";
import type { createMessageEvents } from "../recording/message-events.ts";
import type { createMessageRows } from "../recording/message-rows.ts";
import type { createMessageHours } from "../recording/message-hours.ts";
import type { Names } from "../recording/names.ts";
import { createUnusedNames } from "./unused-names.ts";

const HOUR_MS = 3_600_000;
/** Messages that are looked up at a time; the time is looked at after each. */
const FOUND_MAX = 50;

/** What recording keeps of messages, and has to hear of when one goes. */
export type MessageParts = {
  readonly names: Names;
  readonly rows: ReturnType<typeof createMessageRows>;
  readonly events: ReturnType<typeof createMessageEvents>;
  readonly eventAddresses: ReturnType<typeof createEventAddresses>;
  readonly hours: ReturnType<typeof createMessageHours>;
  readonly changes: ReturnType<typeof createMessageChanges>;
  readonly messageIds: ReturnType<typeof createFreshIds>;
};

export type PruneStep = {
  readonly messages: number;
  readonly events: number;
  /** No message is left that was to be deleted. */
  readonly isDone: boolean;
};

/**
 * Deletes messages with all that belongs to them: events, repeats, tags, their part of
 * every count, and addresses, tags, SIDs and shapes that nothing else has. They are
 * taken hour by hour. After each step everything is as if the messages that are gone
 * had never been recorded.
 */
export function createRetention(db: Database, parts: MessageParts) {
  const { names, hours, changes, messageIds } = parts;
  const findMessages = db.prepare<
    { id: number; firstEventAt: number },
    [number, number]
  >(
    `SELECT id, first_event_at AS firstEventAt FROM messages
       WHERE id > ? AND id <= ? ORDER BY id LIMIT ${FOUND_MAX}`,
  );
  const unused = createUnusedNames(db, names.addresses);
  const remove = createRemoval(db, parts, unused);

  /** Looks at some messages of the oldest hour; returns what it deleted, or undefined at the end. */
  const pruneSome = (before: number, isOver: () => boolean) => {
    const rest = hours.oldestBefore(Math.floor(before / HOUR_MS));
    if (!rest) return undefined;
    const found = findMessages.all(rest.afterId, rest.lastId);
    const pruned = { messages: 0, events: 0 };
    for (const { id, firstEventAt } of found) {
      hours.looked(rest.hour, id);
      // The ids of an hour are those of messages of other hours too.
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
    /** Deletes some of the messages first heard of before `before`, which is the begin of an hour. */
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
    /** To be called when the transaction is rolled back, or another process wrote. */
    forget: () => unused.forget(),
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
