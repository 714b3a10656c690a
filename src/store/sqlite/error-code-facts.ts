import { sql, type Kysely } from "kysely";
import type { ErrorCodeFacts, TimeRange } from "../tally.ts";
import { allIds, idsBetween, idsSurelyBetween } from "./message-ids.ts";
import type { Schema } from "./schema.ts";

/** Messages that are looked at for different recipients: the latest ones, of all codes and of each. */
const MESSAGES_MAX = 3_000;
const MESSAGES_OF_CODE_MAX = 1_250;
/** Recipients that are counted; there may be more. */
const RECIPIENTS_MAX = 1_000;

type Row = {
  readonly errorCode: number;
  readonly messages: number;
  readonly recipients: number;
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
};

/** Facts of those of the codes that some message has, in their order. */
export async function errorCodeFacts(
  db: Kysely<Schema>,
  errorCodes: readonly number[],
  { from, to }: TimeRange,
): Promise<ErrorCodeFacts[]> {
  const all = await allIds(db);
  const { range: ids } = await idsBetween(db, all, from, to);
  const sure = await idsSurelyBetween(db, all, from, to);
  const messagesMax = Math.max(
    1,
    Math.min(
      MESSAGES_OF_CODE_MAX,
      Math.floor(MESSAGES_MAX / errorCodes.length),
    ),
  );
  // Only where the ids leave it open is a message read to see its time. So many are
  // looked at, of whatever time, and one more tells whether there are more.
  const { rows } = await sql<Row>`
    SELECT errorCode, firstSeenAt, lastSeenAt, counts ->> 0 AS messages, counts ->> 1 AS recipients
    FROM (
      SELECT named.value AS errorCode,
        (SELECT first_event_at FROM messages WHERE error_code = named.value ORDER BY id LIMIT 1) AS firstSeenAt,
        (SELECT first_event_at FROM messages WHERE error_code = named.value ORDER BY id DESC LIMIT 1) AS lastSeenAt,
        (SELECT json_array(count(*), count(DISTINCT to_id) FILTER (WHERE
            id >= ${sure.from} AND id < ${sure.to}
            OR (SELECT first_event_at >= ${from} AND first_event_at < ${to}
              FROM messages WHERE messages.id = latest.id))) FROM (
          SELECT id, to_id FROM messages
            WHERE error_code = named.value AND id >= ${ids.from} AND id < ${ids.to}
            ORDER BY id DESC LIMIT ${messagesMax + 1}
        ) AS latest) AS counts
      FROM json_each(${JSON.stringify([...new Set(errorCodes)])}) AS named
    )`.execute(db);
  return rows.flatMap(
    ({ errorCode, messages, recipients, firstSeenAt, lastSeenAt }) =>
      firstSeenAt === null || lastSeenAt === null
        ? []
        : [
            {
              errorCode,
              recipients: {
                count: Math.min(recipients, messagesMax, RECIPIENTS_MAX),
                isMore: messages > messagesMax || recipients > RECIPIENTS_MAX,
              },
              firstSeenAt,
              lastSeenAt,
            },
          ],
  );
}
