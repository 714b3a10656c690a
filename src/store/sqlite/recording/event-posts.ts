import type { Database } from "bun:sqlite";
import { parseForm } from "../../../twilio/form.ts";
import { canonicalSid, isMessageSid } from "../../../twilio/sid.ts";
import { restorePost } from "../../core/post-shape.ts";
import { postColumns, type StoredEvent } from "../../core/stored-event.ts";

/** Supplements that one event has at most; beyond it a callback counts as a repeat. */
export const SUPPLEMENTS_MAX = 100;

/** A recorded callback with what it posted. */
type Row = Omit<ReturnType<typeof postColumns>, "messageSid"> & {
  readonly id: number;
  readonly channel: number;
  readonly query: string | null;
  readonly shape: string;
  readonly postValues: string | null;
};

/** Tells callbacks that add something to an event from those that don't. */
export function createEventPosts(db: Database) {
  const find = db.prepare<Row, [number, number]>(
    `SELECT events.id, channel, recipient.address AS "to", sender.address AS "from",
       error_code AS errorCode, error_message AS errorMessage, account.sid AS accountSid,
       service.sid AS messagingServiceSid, num_segments AS numSegments,
       raw_dlr_done_date AS rawDlrDoneDate, query, shape, post_values AS postValues
     FROM events JOIN post_shapes ON post_shapes.id = shape_id
       LEFT JOIN addresses AS recipient ON recipient.id = to_id
       LEFT JOIN addresses AS sender ON sender.id = from_id
       LEFT JOIN sids AS account ON account.id = account_id
       LEFT JOIN sids AS service ON service.id = service_id
     WHERE message_id = ? AND status = ? ORDER BY events.id`,
  );
  return {
    /**
     * The recorded callback that this one repeats: the one that said all of it, or else
     * the event's first when several did together. Undefined when it adds something: a
     * posted pair, a tag, or a channel.
     */
    repeatedBy(messageId: number, event: StoredEvent): number | undefined {
      const [messageSid, channel, status] = event;
      const [, , , , , , , , , , , , query, shape, values] = event;
      const added = partsOf(
        { channel, query, shape },
        values ?? [],
        postColumns(event),
      );
      const known = new Set<string>();
      const rows = find.all(messageId, status);
      for (const row of rows) {
        const values: readonly string[] =
          row.postValues === null ? [] : JSON.parse(row.postValues);
        const parts = partsOf(row, values, { ...row, messageSid });
        if (added.isSubsetOf(parts)) return row.id;
        for (const part of parts) known.add(part);
      }
      return added.isSubsetOf(known) ? rows[0]?.id : undefined;
    },
  };
}

/** Each thing that a callback says, in a form that compares. */
function partsOf(
  { channel, query, shape }: Pick<Row, "channel" | "query" | "shape">,
  values: readonly string[],
  columns: ReturnType<typeof postColumns>,
): Set<string> {
  const parts = new Set([JSON.stringify(channel)]);
  for (const [name, value] of restorePost({ shape, values }, columns)) {
    // In capitals it is the same SID.
    const said = isMessageSid(value) ? canonicalSid(value) : value;
    parts.add(JSON.stringify([name, said]));
  }
  for (const pair of query === null ? [] : parseForm(query).params)
    parts.add(JSON.stringify({ tag: pair }));
  return parts;
}
