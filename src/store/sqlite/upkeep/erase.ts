import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import {
  createFound,
  erasedLabel,
  mayConcern,
  ownEvents,
  type ErasedEvents,
  type ErasedRest,
  type Erasing,
  type ErasingRest,
  type FoundAddresses,
} from "../../core/erasing.ts";
import type { Transactions } from "../connection/transactions.ts";
import type { MessageParts } from "../recording/event-recorder.ts";
import { createErasedMessages } from "./erased-messages.ts";
import { createRecipientRemoval } from "./unused-names.ts";

/** Addresses that are searched before the time is checked again. */
const ADDRESSES_AT_ONCE = 500;
/** Maximum messages that one step rewrites. */
const REWRITTEN_MAX = 20;

/**
 * Takes a number out of addresses and out of all texts of events, a few at a time. An
 * address gets another text but keeps its id, so that its messages and counts stay. That
 * comes last: an erasure that is interrupted before finds the same when it starts again.
 * SIDs and the names of posted parameters aren't searched: they are Twilio's.
 */
export function createEraser(transactions: Transactions, parts: MessageParts) {
  const { db, run } = transactions;
  const findAddresses = db.prepare<{ id: number; address: string }, [number]>(
    `SELECT id, address FROM addresses WHERE id > ? ORDER BY id LIMIT ${ADDRESSES_AT_ONCE}`,
  );
  const rename = db.prepare<unknown, [string, number]>(
    "UPDATE addresses SET address = ?, last_digits = NULL WHERE id = ?",
  );
  const messages = createErasedMessages(transactions, parts);
  const removeAbout = createRecipientRemoval(transactions);

  const find = (
    erased: ErasedAddress,
    afterId: number,
    isOver: () => boolean,
  ): FoundAddresses => {
    const eraser = addressEraser(erased, "");
    const addressIds: number[] = [];
    for (let lastId = afterId; ;) {
      const found = findAddresses.all(lastId);
      for (const { id, address } of found)
        if (eraser.is(address)) addressIds.push(id);
      lastId = found.at(-1)?.id ?? lastId;
      const isDone = found.length < ADDRESSES_AT_ONCE;
      if (isDone || isOver()) return { addressIds, lastId, isDone };
    }
  };
  /** Changes nothing when it `isDry`; `within` calls its work in a transaction. */
  const eraseEvents = (
    { address, addressIds, afterEventId }: Erasing,
    isDry: boolean,
    isOver: () => boolean,
    within: (work: () => void) => void,
  ): ErasedEvents => {
    const eraser = addressEraser(address, erasedLabel(addressIds));
    const isOwn = ownEvents(addressIds);
    const { rows, lastId, isDone } = messages.find(
      afterEventId,
      REWRITTEN_MAX,
      isOver,
      (row) => mayConcern(row, eraser, isOwn),
    );
    const found = createFound();
    const erase = (): void => {
      for (const row of rows)
        found.add(messages.eraseFor(row, eraser, isOwn, isDry));
      parts.costs.write();
    };
    if (rows.length > 0) within(erase);
    const latestId = messages.latestEventId();
    return { ...found.total(), lastId, latestId, isDone };
  };

  return {
    /** The addresses after this one that are the number, in any form. */
    findAddresses: find,
    /** Searches some events, and counts those of messages that contain the number. */
    findEvents: (erasing: Erasing, isOver: () => boolean) =>
      eraseEvents(erasing, true, isOver, (count) => count()),
    /** The same, and takes the number out of them, in a transaction of its own. */
    eraseEvents: (erasing: Erasing, isOver: () => boolean) =>
      eraseEvents(erasing, false, isOver, run),
    /** Does what has arrived since, and then the addresses, within the caller's transaction. */
    eraseRest({ afterAddressId, ...given }: ErasingRest): ErasedRest {
      const never = () => false;
      const late = find(given.address, afterAddressId, never).addressIds;
      const addressIds = [...given.addressIds, ...late];
      const found = createFound();
      for (let lastId = given.afterEventId, isDone = false; !isDone;) {
        const erasing = { ...given, addressIds, afterEventId: lastId };
        const erased = eraseEvents(erasing, false, never, (work) => work());
        ({ lastId, isDone } = erased);
        found.add(erased);
      }
      for (const id of addressIds) {
        rename.run(erasedLabel([id]), id);
        removeAbout(id);
      }
      transactions.dropCaches();
      return { ...found.total(), addressIds };
    },
  };
}
