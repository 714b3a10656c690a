import type {
  AddressEraser,
  ErasedAddress,
} from "../../phone/erased-number.ts";
import { parseForm } from "../../twilio/form.ts";

/** The texts of an event that may contain a number. */
export type Texts = {
  readonly errorMessage: string | null;
  readonly query: string | null;
  readonly postValues: string | null;
};

/** The parts of an event that are searched. */
export type EventText = Texts & {
  readonly id: number;
  readonly messageId: number;
  readonly to: number | null;
  readonly from: number | null;
};

/** Where a number was found. */
export type FoundNumber = {
  readonly messages: number;
  readonly events: number;
  /** As `name=value`; the same tag can be found several times. */
  readonly tags: readonly string[];
};

export type FoundAddresses = {
  readonly addressIds: readonly number[];
  /** The last address that was searched. */
  readonly lastId: number;
  readonly isDone: boolean;
};

/** A number to erase, and the addresses that are this number. */
export type Erasing = {
  readonly address: ErasedAddress;
  readonly addressIds: readonly number[];
  /** Events after this one are searched. */
  readonly afterEventId: number;
};

/** All that is left, including addresses after this one. */
export type ErasingRest = Erasing & { readonly afterAddressId: number };

export type ErasedEvents = FoundNumber & {
  /** The last event that was searched, and the latest one there is. */
  readonly lastId: number;
  readonly latestId: number;
  readonly isDone: boolean;
};

export type ErasedRest = FoundNumber & Pick<Erasing, "addressIds">;

/** Adds up where a number was found. */
export function createFound() {
  const tags = new Set<string>();
  let messages = 0;
  let events = 0;
  return {
    add(found: FoundNumber): void {
      messages += found.messages;
      events += found.events;
      for (const tag of found.tags) tags.add(tag);
    },
    total: (): FoundNumber => ({ messages, events, tags: [...tags] }),
  };
}

/** What replaces a number: it names the address, so its messages stay together. */
export function erasedLabel(addressIds: readonly number[]): string {
  const [id] = addressIds;
  return id === undefined ? "erased" : `erased-${id}`;
}

/** Returns whether an event is to or from one of these addresses. */
export function ownEvents(addressIds: readonly number[]) {
  const own = new Set<number | null>(addressIds);
  return ({ to, from }: EventText): boolean => own.has(to) || own.has(from);
}

/** Whether an event, or what it says, may have to do with the number. */
export function mayConcern(
  row: EventText,
  eraser: AddressEraser,
  isOwn: (row: EventText) => boolean,
): boolean {
  const { errorMessage, query, postValues } = row;
  return (
    isOwn(row) ||
    [errorMessage, query, postValues].some(
      (text) => text !== null && eraser.mayBeIn(text),
    )
  );
}

/**
 * Finds the number in the message of an event, of which `rows` are all events. The message
 * counts unless it did for an earlier event. `erased` are the texts without the number, for each
 * row; a row itself where nothing in it changes.
 */
export function eraseFor(
  event: EventText,
  rows: readonly EventText[],
  eraser: AddressEraser,
  isOwn: (row: EventText) => boolean,
): {
  readonly found: FoundNumber;
  readonly erased: readonly Texts[];
  readonly isChanged: boolean;
} {
  const own = rows.filter(isOwn);
  const erased = rows.map((row) => erasedTexts(row, eraser, own.length > 0));
  const changed = rows.filter((row, index) => row !== erased[index]);
  // A message to or from the number counts at its first such event, others at their first change.
  const isNew = (own[0] ?? changed[0])?.id === event.id;
  const others = changed.filter((row) => !isOwn(row));
  const found = {
    messages: isNew ? 1 : 0,
    events: (isOwn(event) ? 1 : 0) + (isNew ? others.length : 0),
    tags: rows.flatMap((row, index) =>
      tagsLost(row.query, erased[index]?.query ?? null),
    ),
  };
  return { found, erased, isChanged: changed.length > 0 };
}

/** Returns the row itself when nothing in it changes. */
function erasedTexts(
  row: EventText,
  eraser: AddressEraser,
  isOwn: boolean,
): Texts {
  const { errorMessage, query, postValues } = row;
  const values: readonly string[] =
    postValues === null ? [] : JSON.parse(postValues);
  const texts = {
    errorMessage: errorMessage && eraser.inText(errorMessage, isOwn),
    query: query && eraser.inQuery(query, isOwn),
    postValues:
      postValues &&
      JSON.stringify(values.map((value) => eraser.inText(value, isOwn))),
  };
  const isSame =
    texts.errorMessage === errorMessage &&
    texts.query === query &&
    texts.postValues === postValues;
  return isSame ? row : texts;
}

/** The pairs that a query has lost. */
function tagsLost(before: string | null, after: string | null): string[] {
  if (before === after || before === null) return [];
  const pairs = (query: string) =>
    parseForm(query).params.map((pair) => pair.join("="));
  const left = new Set(pairs(after ?? ""));
  return pairs(before).filter((pair) => !left.has(pair));
}
