import type { AddressEraser } from "../../../phone/erased-number.ts";
import {
  eraseFor,
  type EventText,
  type FoundNumber,
  type Texts,
} from "../../core/erasing.ts";
import type { Transactions } from "../connection/transactions.ts";
import type { MessageParts } from "../recording/event-recorder.ts";
import { createUnusedNames } from "./unused-names.ts";

/** Events that are searched before the time is checked again. */
const EVENTS_AT_ONCE = 100;

const COLUMNS = `id, message_id AS messageId, to_id AS "to", from_id AS "from",
  error_message AS errorMessage, query, post_values AS postValues`;

/** Takes a number out of the texts of a message's events, and out of its tags. */
export function createErasedMessages(
  transactions: Transactions,
  { names, tags, costs }: Pick<MessageParts, "names" | "tags" | "costs">,
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
    costs.beforeChange(messageId);
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
    /** Finds the number in the message of an event, and takes it out unless `isDry`. */
    eraseFor(
      event: EventText,
      eraser: AddressEraser,
      isOwn: (row: EventText) => boolean,
      isDry: boolean,
    ): FoundNumber {
      const rows = findOfMessage.all(event.messageId);
      const { found, erased, isChanged } = eraseFor(event, rows, eraser, isOwn);
      if (!isDry && isChanged) putAll(event.messageId, rows, erased);
      return found;
    },
  };
}
