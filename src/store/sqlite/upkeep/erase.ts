import type { Database } from "bun:sqlite";
import {
  addressEraser,
  type ErasedAddress,
} from "../../../phone/erased-number.ts";
import {
  createErasedMessages,
  textsOf,
  type EventText,
} from "./erased-messages.ts";
import type { createMessageTags } from "../recording/message-tags.ts";
import type { Names } from "../recording/names.ts";

/** Addresses that are looked through at a time; the time is looked at after each lot. */
const ADDRESSES_AT_ONCE = 500;
/** Messages that are rewritten in one step. */
const REWRITTEN_MAX = 20;

export type FoundAddresses = {
  readonly addressIds: readonly number[];
  /** The last address that was looked at. */
  readonly lastId: number;
  readonly isDone: boolean;
};

/** A number that is to be erased, and the addresses that are this number. */
export type Erasing = {
  readonly address: ErasedAddress;
  readonly addressIds: readonly number[];
  /** Events after this one are looked through. */
  readonly afterEventId: number;
};

/** All that is left, also addresses after this one. */
export type ErasingRest = Erasing & { readonly afterAddressId: number };

/** In what the number was found. */
export type FoundNumber = {
  readonly messages: number;
  readonly events: number;
  /** As `name=value`; one may come again in another step. */
  readonly tags: readonly string[];
};

export type ErasedEvents = FoundNumber & {
  /** The last event that was looked at, and the latest there is. */
  readonly lastId: number;
  readonly latestId: number;
  readonly isDone: boolean;
};

export type ErasedRest = FoundNumber & Pick<Erasing, "addressIds">;

/** What stands in a number's place: named for its address, which keeps its messages together. */
export function erasedLabel(addressIds: readonly number[]): string {
  const [id] = addressIds;
  return id === undefined ? "erased" : `erased-${id}`;
}

/**
 * Takes a number out of addresses and out of all texts of events, some at a time. An
 * address gets another text and keeps its id, so that its messages and counts stay. It
 * gets it last: what is interrupted before that begins anew and finds the same. SIDs and
 * the names of posted parameters are not looked through: they are Twilio's.
 */
export function createEraser(
  db: Database,
  { addresses }: Pick<Names, "addresses">,
  tags: ReturnType<typeof createMessageTags>,
) {
  const findAddresses = db.prepare<{ id: number; address: string }, [number]>(
    `SELECT id, address FROM addresses WHERE id > ? ORDER BY id LIMIT ${ADDRESSES_AT_ONCE}`,
  );
  const findAddress = db.prepare<{ address: string }, [number]>(
    "SELECT address FROM addresses WHERE id = ?",
  );
  const rename = db.prepare<unknown, [string, number]>(
    "UPDATE addresses SET address = ?, last_digits = NULL WHERE id = ?",
  );
  const messages = createErasedMessages(db, addresses, tags);

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
  /** `work` is done within a transaction of its own by `run`; nothing is changed when it `isDry`. */
  const eraseEvents = (
    { address, addressIds, afterEventId }: Erasing,
    isDry: boolean,
    isOver: () => boolean,
    run: (work: () => void) => void,
  ): ErasedEvents => {
    const eraser = addressEraser(address, erasedLabel(addressIds));
    const isOwn = ownEvents(addressIds);
    const found = messages.find(
      afterEventId,
      REWRITTEN_MAX,
      isOver,
      (row) => isOwn(row) || textsOf(row).some((text) => eraser.mayBeIn(text)),
    );
    const total = { messages: 0, events: 0, tags: new Set<string>() };
    const erase = (): void => {
      for (const row of found.rows) {
        const erased = messages.eraseFor(row, eraser, isOwn, isDry);
        total.messages += erased.isNew ? 1 : 0;
        total.events += erased.events;
        for (const tag of erased.tags) total.tags.add(tag);
      }
    };
    if (found.rows.length > 0) run(erase);
    const { lastId, isDone } = found;
    const latestId = messages.latestEventId();
    return { ...total, tags: [...total.tags], lastId, latestId, isDone };
  };

  return {
    /** The addresses after this one that are the number, in whatever form. */
    findAddresses: find,
    /** Looks through some events, and counts those of messages in which the number is. */
    findEvents: (erasing: Erasing, isOver: () => boolean) =>
      eraseEvents(erasing, true, isOver, (count) => count()),
    /** The same, and takes the number out of them; `run` makes that a transaction. */
    eraseEvents: (
      erasing: Erasing,
      isOver: () => boolean,
      run: (work: () => void) => void,
    ) => eraseEvents(erasing, false, isOver, run),
    /** Does what is left, which came lately, and then the addresses: in one transaction, of the caller's. */
    eraseRest({ afterAddressId, ...given }: ErasingRest): ErasedRest {
      const never = () => false;
      const late = find(given.address, afterAddressId, never).addressIds;
      const addressIds = [...given.addressIds, ...late];
      const total = { messages: 0, events: 0, tags: new Set<string>() };
      for (let lastId = given.afterEventId, isDone = false; !isDone;) {
        const erasing = { ...given, addressIds, afterEventId: lastId };
        const erased = eraseEvents(erasing, false, never, (work) => work());
        ({ lastId, isDone } = erased);
        total.messages += erased.messages;
        total.events += erased.events;
        for (const tag of erased.tags) total.tags.add(tag);
      }
      for (const id of addressIds) {
        addresses.drop(findAddress.get(id)?.address ?? "");
        rename.run(erasedLabel([id]), id);
      }
      return { ...total, tags: [...total.tags], addressIds };
    },
    /** To be called when the transaction is rolled back. */
    forget: () => messages.forget(),
  };
}

/** Returns whether an event is to or from one of these addresses. */
function ownEvents(addressIds: readonly number[]) {
  const own = new Set<number | null>(addressIds);
  return ({ to, from }: EventText): boolean => own.has(to) || own.has(from);
}
