import type { Database } from "bun:sqlite";
import { parseForm } from "../../../twilio/form.ts";
import { canonicalSid, isMessageSid } from "../../../twilio/sid.ts";
import { restorePost } from "../../core/post-shape.ts";
import type { StoredEvent } from "../../core/stored-event.ts";

/** What a callback says, recorded or new. */
type Post = Omit<StoredEvent, "status" | "receivedAt">;

/** A recorded callback. */
type Row = Omit<Post, "messageSid" | "values"> & {
  readonly id: number;
  readonly postValues: string | null;
};

/** Distinguishes callbacks that add something to an event from those that don't. */
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
     * The recorded callback that this one repeats: the one that said all of it, or the
     * event's first callback if it took several. Undefined when this one adds something: a
     * posted pair, a tag, or a channel.
     */
    repeatedBy(messageId: number, event: StoredEvent): number | undefined {
      const { messageSid } = event;
      const added = partsOf(event);
      const known = new Set<string>();
      const rows = find.all(messageId, event.status);
      for (const { id, postValues, ...row } of rows) {
        const values: readonly string[] | null =
          postValues === null ? null : JSON.parse(postValues);
        const parts = partsOf({ ...row, messageSid, values });
        if (added.isSubsetOf(parts)) return id;
        for (const part of parts) known.add(part);
      }
      return added.isSubsetOf(known) ? rows[0]?.id : undefined;
    },
  };
}

/** Each thing that a callback says, in a form that can be compared. */
function partsOf({ channel, query, shape, values, ...columns }: Post) {
  const parts = new Set([JSON.stringify(channel)]);
  const post = { shape, values: values ?? [] };
  for (const [name, value] of restorePost(post, columns)) {
    // In capitals it is the same SID.
    const said = isMessageSid(value) ? canonicalSid(value) : value;
    parts.add(JSON.stringify([name, said]));
  }
  for (const pair of query === null ? [] : parseForm(query).params)
    parts.add(JSON.stringify({ tag: pair }));
  return parts;
}
