import type { Database } from "bun:sqlite";
import { MADE_UP_SID_START } from "../../../twilio/made-up-sid.ts";
import { deliveryMs } from "../../core/fold.ts";
import type { PruneStep } from "../../core/long-work.ts";
import { CALLBACKS_ONLY } from "../../core/recording.ts";
import { sidRange } from "../../core/message-sid.ts";
import type { Pruned } from "../../upkeep.ts";
import type { Transactions } from "../connection/transactions.ts";
import type { MessageParts } from "../recording/event-recorder.ts";
import { createUnusedNames } from "./unused-names.ts";

const HOUR_MS = 3_600_000;
/** Messages that are found at a time; the time is checked after each. */
const FOUND_MAX = 50;

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
  const findMadeUp = db.prepare<{ id: number }, [Uint8Array, Uint8Array]>(
    `SELECT id FROM messages WHERE sid BETWEEN ? AND ? LIMIT ${FOUND_MAX}`,
  );
  const unused = createUnusedNames(transactions, names);
  const removeChanges = db.prepare<unknown, [number]>(
    "DELETE FROM suppression_changes WHERE at < ?",
  );
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

  /** Deletes some of the made-up messages; returns what it deleted, or undefined at the end. */
  const pruneSomeMadeUp = (isOver: () => boolean) => {
    const found = findMadeUp.all(...sidRange(MADE_UP_SID_START));
    if (found.length === 0) return undefined;
    const pruned = { messages: 0, events: 0 };
    for (const { id } of found) {
      pruned.events += remove(id);
      pruned.messages++;
      unused.remove();
      if (isOver()) break;
    }
    return pruned;
  };

  /** Deletes with `pruneSome` until it returns undefined or the step is over. */
  const pruneStep = (
    pruneSome: () => Pruned | undefined,
    isOver: () => boolean,
  ): PruneStep => {
    messageIds.keepHighestId();
    names.addresses.keepHighestId();
    const total = { messages: 0, events: 0 };
    let isDone = false;
    do {
      const pruned = pruneSome();
      isDone = pruned === undefined;
      total.messages += pruned?.messages ?? 0;
      total.events += pruned?.events ?? 0;
    } while (!isDone && !isOver());
    changes.write();
    return { ...total, isDone };
  };

  return {
    /** Deletes some of the messages first seen before `before`, the start of an hour. */
    prune(before: number, isOver: () => boolean): PruneStep {
      const step = pruneStep(() => pruneSome(before, isOver), isOver);
      if (step.isDone) {
        names.removeUnused(before);
        removeChanges.run(before);
      }
      return step;
    },
    /** Deletes some of the made-up messages. */
    pruneMadeUp: (isOver: () => boolean): PruneStep =>
      pruneStep(() => pruneSomeMadeUp(isOver), isOver),
  };
}

/** Returns a function that deletes a message and returns how many events it had. */
function createRemoval(
  db: Database,
  { rows, events, confirmations, eventAddresses, changes }: MessageParts,
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
  const removeApiMessage = db.prepare<unknown, [number]>(
    "DELETE FROM api_messages WHERE message_id = ?",
  );
  const removeMessage = db.prepare<unknown, [number]>(
    "DELETE FROM messages WHERE id = ?",
  );
  const markStale = db.prepare<unknown, [number]>(
    "UPDATE suppressions SET is_stale = 1 WHERE recipient_id = ?",
  );
  return (id: number): number => {
    const all = events.of(id);
    const message = rows.byId(id);
    const isConfirmed = message && message.sources !== CALLBACKS_ONLY;
    const confirmed = isConfirmed ? confirmations.of(id) : [];
    if (message)
      changes.remove(id, {
        ...message,
        deliveryMs: deliveryMs(all, confirmed),
      });
    if (message?.to != null) markStale.run(message.to);
    eventAddresses.remove(id, all);
    for (const address of all.flatMap(({ to, from }) => [to, from]))
      if (address !== null) unused.noteAddress(address);
    for (const { tagId } of removeTags.all(id)) unused.noteTag(tagId);
    removeRepeats.run(id);
    if (confirmed.length > 0) confirmations.remove(id);
    if (isConfirmed) removeApiMessage.run(id);
    removeEvents.run(id);
    removeMessage.run(id);
    return all.length;
  };
}
