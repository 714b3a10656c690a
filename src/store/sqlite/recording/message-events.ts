import type { Database } from "bun:sqlite";
import { foldEvents, type EventFields } from "../../core/fold.ts";
import type { Message } from "./message-changes.ts";
import type { Names } from "./names.ts";

/** The fields of a callback that its message takes over, with the query that its tags come from. */
export type Fields = EventFields<number, number> & {
  readonly query: string | null;
};

/** The same of a recorded callback. */
export type RecordedFields = Fields & { readonly id: number };

/** Reads the events of a message and folds them into the message. */
export function createMessageEvents(db: Database, names: Names) {
  const find = db.prepare<RecordedFields, [number]>(
    `SELECT id, channel, status, received_at AS receivedAt, to_id AS "to", from_id AS "from",
       error_code AS errorCode, account_id AS accountSid, service_id AS messagingServiceSid,
       num_segments AS numSegments, query FROM events WHERE message_id = ?`,
  );
  const { countryOf, textOf } = names.addresses;
  const texts = { address: textOf, sid: names.sidText };
  return {
    of: (messageId: number): RecordedFields[] => find.all(messageId),
    fold(events: readonly [Fields, ...Fields[]]): Message {
      const fields = foldEvents(events, texts);
      const country = fields.to === null ? null : countryOf(fields.to);
      return { ...fields, country };
    },
  };
}
