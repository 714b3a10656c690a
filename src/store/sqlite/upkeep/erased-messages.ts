import type { AddressEraser } from "../../../phone/erased-number.ts";
import { parseForm } from "../../../twilio/form.ts";
import type { Transactions } from "../connection/transactions.ts";
import type { MessageParts } from "../recording/event-recorder.ts";
import { createUnusedNames } from "./unused-names.ts";

/** The texts of an event that may contain a number. */
type Texts = {
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

/** Events that are searched before the time is checked again. */
const EVENTS_AT_ONCE = 100;

const COLUMNS = `id, message_id AS messageId, to_id AS "to", from_id AS "from",
  error_message AS errorMessage, query, post_values AS postValues`;

/** Takes a number out of the texts of a message's events, and out of its tags. */
export function createErasedMessages(
  transactions: Transactions,
  { names, tags }: Pick<MessageParts, "names" | "tags">,
) {
  const { db } = transactions;
  const findAfter = db.prepare<EventText, [number]>(
    `SELECT ${COLUMNS} FROM events WHERE id > ? ORDER BY id LIMIT ${EVENTS_AT_ONCE}`,
  );
  const findOfMessage = db.prepare<EventText, [number]>(
    `SELECT ${COLUMNS} FROM events WHERE message_id = ? ORDER BY id`,
  );
  const put = db.prepare<
    unknown,
    [string | null, string | null, string | null, number]
  >(
    "UPDATE events SET error_message = ?, query = ?, post_values = ? WHERE id = ?",
  );
  const removeTags = db.prepare<{ tagId: number }, [number]>(
    "DELETE FROM message_tags WHERE message_id = ? RETURNING tag_id AS tagId",
  );
  const findLatest = db.prepare<{ id: number }, []>(
    "SELECT id FROM events ORDER BY id DESC LIMIT 1",
  );
  const unused = createUnusedNames(transactions, names);

  const putAll = (
    messageId: number,
    rows: readonly EventText[],
    erased: readonly Texts[],
  ): void => {
    rows.forEach(({ id }, index) => {
      const texts = erased[index];
      if (texts && rows[index] !== texts)
        put.run(texts.errorMessage, texts.query, texts.postValues, id);
    });
    if (!rows.some(({ query }, index) => query !== erased[index]?.query))
      return;
    for (const { tagId } of removeTags.all(messageId)) unused.noteTag(tagId);
    for (const query of new Set(erased.map((each) => each.query)))
      if (query !== null) tags.add(messageId, query);
    unused.remove();
  };

  return {
    latestEventId: (): number => findLatest.get()?.id ?? 0,
    /** Searches the events after this one, until `limit` of them match. */
    find(
      afterId: number,
      limit: number,
      isOver: () => boolean,
      matches: (row: EventText) => boolean,
    ) {
      const found: EventText[] = [];
      for (let lastId = afterId; ;) {
        const rows = findAfter.all(lastId);
        for (const row of rows) {
          if (found.length === limit)
            return { rows: found, lastId, isDone: false };
          if (matches(row)) found.push(row);
          lastId = row.id;
        }
        const isDone = rows.length < EVENTS_AT_ONCE;
        if (isDone || isOver()) return { rows: found, lastId, isDone };
      }
    },
    /**
     * Finds the number in the message of an event, and takes it out unless `isDry`. The
     * message counts unless it did for an earlier event.
     */
    eraseFor(
      event: EventText,
      eraser: AddressEraser,
      isOwn: (row: EventText) => boolean,
      isDry: boolean,
    ): FoundNumber {
      const rows = findOfMessage.all(event.messageId);
      const own = rows.filter(isOwn);
      const erased = rows.map((row) =>
        erasedTexts(row, eraser, own.length > 0),
      );
      const changed = rows.filter((row, index) => row !== erased[index]);
      if (!isDry && changed.length > 0) putAll(event.messageId, rows, erased);
      // A message to or from the number counts at its first such event, others at their first change.
      const isNew = (own[0] ?? changed[0])?.id === event.id;
      const others = changed.filter((row) => !isOwn(row));
      return {
        messages: isNew ? 1 : 0,
        events: (isOwn(event) ? 1 : 0) + (isNew ? others.length : 0),
        tags: rows.flatMap((row, index) =>
          tagsLost(row.query, erased[index]?.query ?? null),
        ),
      };
    },
  };
}

export function textsOf({
  errorMessage,
  query,
  postValues,
}: EventText): string[] {
  return [errorMessage, query, postValues].filter((text) => text !== null);
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
