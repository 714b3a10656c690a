import { sql, type Kysely } from "kysely";
import type { BoundedCount, ErrorCodeFacts } from "../../tally.ts";
import type { TimeRange } from "../../../time/time-range.ts";
import { allIds, idsBetween, idsSurelyBetween } from "../search/message-ids.ts";
import type { Schema } from "../schema.ts";

/** Messages that are looked at for different recipients: the latest ones, of all codes and of each. */
const MESSAGES_MAX = 3_000;
const MESSAGES_OF_CODE_MAX = 1_250;
/** Recipients that are counted; there may be more. */
const RECIPIENTS_MAX = 1_000;

type Row = {
  readonly errorCode: number;
  /** JSON: an entry for each message looked at, null for one of another time or to nobody. */
  readonly recipients: string;
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
  // looked at, of whatever time, and one more tells whether there are more. To count
  // different ones takes SQLite longer than to name them all.
  const { rows } = await sql<Row>`
    SELECT named.value AS errorCode,
      (SELECT first_event_at FROM messages WHERE error_code = named.value ORDER BY id LIMIT 1) AS firstSeenAt,
      (SELECT first_event_at FROM messages WHERE error_code = named.value ORDER BY id DESC LIMIT 1) AS lastSeenAt,
      (SELECT json_group_array(iif(
          id >= ${sure.from} AND id < ${sure.to}
          OR (SELECT first_event_at >= ${from} AND first_event_at < ${to}
            FROM messages WHERE messages.id = latest.id), to_id, NULL)) FROM (
        SELECT id, to_id FROM messages
          WHERE error_code = named.value AND id >= ${ids.from} AND id < ${ids.to}
          ORDER BY id DESC LIMIT ${messagesMax + 1}
      ) AS latest) AS recipients
    FROM json_each(${JSON.stringify([...new Set(errorCodes)])}) AS named`.execute(
    db,
  );
  return rows.flatMap(({ errorCode, recipients, firstSeenAt, lastSeenAt }) =>
    firstSeenAt === null || lastSeenAt === null
      ? []
      : [
          {
            errorCode,
            recipients: different(JSON.parse(recipients), messagesMax),
            firstSeenAt,
            lastSeenAt,
          },
        ],
  );
}

/** How many different recipients, of messages of which at most so many count. */
function different(
  recipients: readonly (number | null)[],
  messagesMax: number,
): BoundedCount {
  const those = new Set(recipients);
  those.delete(null);
  return {
    count: Math.min(those.size, messagesMax, RECIPIENTS_MAX),
    isMore: recipients.length > messagesMax || those.size > RECIPIENTS_MAX,
  };
}
