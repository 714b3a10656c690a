import { essentialsOf, partsOf } from "../../core/event-posts.ts";
import { unpackMessageSid } from "../../core/message-sid.ts";
import { inSpan } from "../../copy/span-sql.ts";
import type { Span } from "../../copying.ts";
import { EVENT_STATUSES } from "../../../twilio/status.ts";
import type { Connection } from "../connection/pool.ts";
import { restoredJson, storableJson } from "../connection/storable.ts";
import {
  checksumsOf,
  confirmationMark,
  sourceMark,
} from "../receiving/receipts.ts";

type Query = Connection["query"];

const MESSAGES = { name: "messages", key: ["messages.id"] } as const;

/** Forgets the messages of a span, whose rows are about to be replaced. */
export async function removeReceiptsIn(
  query: Query,
  span: Span,
): Promise<void> {
  await query(`WITH gone AS (SELECT sid FROM messages WHERE ${inSpan(MESSAGES, span)}),
      ids AS (DELETE FROM message_sids USING gone WHERE message_sids.sid = gone.sid)
    DELETE FROM receipts USING gone WHERE receipts.sid = gone.sid`);
}

/**
 * Makes the receipts of the messages of a span from what is recorded of them: the next
 * callbacks have the same outcomes as if all had been received here. Resolves to false when
 * something that they refer to is missing.
 */
export async function addReceiptsIn(
  query: Query,
  span: Span,
): Promise<boolean> {
  const [row] = await query<{ found: string }>(findPosts(span));
  const posts: FoundPost[] = restoredJson(row?.found ?? "[]");
  const receipts = new Map<string, Receipt>();
  for (const { sid, owner, status, values, confirmedBy, ...post } of posts) {
    const receipt = receipts.get(sid) ?? {
      sid,
      account: owner,
      events: EVENT_STATUSES.map(() => 0),
      said: new Set(),
    };
    receipts.set(sid, receipt);
    receipt.events[status - 1] = (receipt.events[status - 1] ?? 0) + 1;
    const messageSid = unpackMessageSid(Buffer.from(sid, "hex"));
    const parsed: readonly string[] | null =
      values === null ? null : JSON.parse(values);
    const recorded = { ...post, messageSid, values: parsed };
    const parts = partsOf(recorded);
    for (const each of checksumsOf(status, essentialsOf(recorded).union(parts)))
      receipt.said.add(each);
    receipt.said.add(sourceMark(status, post.source));
    for (const source of confirmedBy)
      receipt.said.add(confirmationMark(status, source));
  }
  await query(ADD, [
    storableJson(
      [...receipts.values()].map(({ said, events, ...receipt }) => ({
        ...receipt,
        events: `{${events.join()}}`,
        said: `{${[...said].join()}}`,
      })),
    ),
  ]);
  await query(`INSERT INTO message_sids SELECT sid, id FROM messages WHERE ${inSpan(MESSAGES, span)}
    ON CONFLICT (sid) DO UPDATE SET id = excluded.id`);
  return !posts.some(({ isIncomplete }) => isIncomplete);
}

type Receipt = {
  readonly sid: string;
  readonly account: string | null;
  readonly events: number[];
  readonly said: Set<number>;
};

type FoundPost = Omit<
  Parameters<typeof partsOf>[0],
  "messageSid" | "values"
> & {
  readonly sid: string;
  readonly owner: string | null;
  readonly status: number;
  /** JSON. */
  readonly values: string | null;
  /** The sources that confirmed it. */
  readonly confirmedBy: readonly number[];
  readonly isIncomplete: boolean;
};

const ADD = `INSERT INTO receipts
  SELECT decode(sid, 'hex'), account, events::smallint[], said::integer[]
    FROM json_to_recordset($1::text::json) AS receipt (sid text, account text, events text, said text)
  ON CONFLICT (sid) DO UPDATE
    SET account = excluded.account, events = excluded.events, said = excluded.said`;

function findPosts(span: Span): string {
  return `SELECT coalesce(json_agg(json_build_object('sid', encode(messages.sid, 'hex'),
      'owner', owner.sid, 'status', events.status, 'channel', events.channel,
      'to', recipient.address, 'from', sender.address, 'errorCode', events.error_code,
      'errorMessage', error_message, 'accountSid', account.sid, 'messagingServiceSid', service.sid,
      'numSegments', events.num_segments, 'rawDlrDoneDate', raw_dlr_done_date, 'query', query,
      'shape', coalesce(shape, ''), 'values', post_values, 'source', events.source,
      'occurredAt', events.occurred_at, 'carrier', events.carrier,
      'confirmedBy', ARRAY(SELECT source FROM event_confirmations WHERE event_id = events.id),
      'isIncomplete', shape IS NULL
        OR (messages.account_id IS NOT NULL AND owner.id IS NULL)
        OR (events.to_id IS NOT NULL AND recipient.id IS NULL)
        OR (events.from_id IS NOT NULL AND sender.id IS NULL)
        OR (events.account_id IS NOT NULL AND account.id IS NULL)
        OR (events.service_id IS NOT NULL AND service.id IS NULL)) ORDER BY events.id), '[]')::text AS found
    FROM messages
      -- For each message: a planner without statistics would read the span's events for each.
      CROSS JOIN LATERAL (SELECT * FROM events WHERE message_id = messages.id OFFSET 0) AS events
      LEFT JOIN post_shapes ON post_shapes.id = shape_id
      LEFT JOIN sids AS owner ON owner.id = messages.account_id
      LEFT JOIN addresses AS recipient ON recipient.id = events.to_id
      LEFT JOIN addresses AS sender ON sender.id = events.from_id
      LEFT JOIN sids AS account ON account.id = events.account_id
      LEFT JOIN sids AS service ON service.id = events.service_id
    WHERE ${inSpan(MESSAGES, span)}`;
}
