import { sql } from "kysely";
import type { TimeRange } from "../../../time/time-range.ts";
import type { BoundedCount, ErrorCodeFacts } from "../../tally.ts";
import { allIds, idsBetween, idsSurelyBetween } from "../search/message-ids.ts";
import type { Db } from "../dialect.ts";

/** Distinct recipients are counted in the latest messages, this many of all codes and of each. */
const MESSAGES_MAX = 3_000;
const MESSAGES_OF_CODE_MAX = 1_250;
/** Recipients are counted up to this many. */
const RECIPIENTS_MAX = 1_000;

type Row = {
  readonly errorCode: number;
  /** JSON: an entry for each message read, null for one of another time or without a recipient. */
  readonly recipients: string;
  readonly firstSeenAt: number | null;
  readonly lastSeenAt: number | null;
};

/** Facts about those of the codes that some message has, in their order. */
export async function errorCodeFacts(
  db: Db,
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
  const { jsonRows, rowsOf } = db.dialect;
  const isInRange = sql`(id >= ${sure.from} AND id < ${sure.to})
    OR EXISTS (SELECT 1 FROM messages WHERE messages.id = latest.id
      AND first_event_at >= ${from} AND first_event_at < ${to})`;
  // A message is read to see its time only where its id leaves that open. One message more
  // than is counted shows whether there are more. SQLite lists recipients faster than it
  // counts distinct ones.
  const { rows } = await sql<Row>`
    SELECT named.value AS "errorCode",
      (SELECT first_event_at FROM messages WHERE error_code = named.value ORDER BY id LIMIT 1) AS "firstSeenAt",
      (SELECT first_event_at FROM messages WHERE error_code = named.value ORDER BY id DESC LIMIT 1) AS "lastSeenAt",
      (SELECT ${jsonRows(sql`CASE WHEN ${isInRange} THEN to_id END`)} FROM (
        SELECT id, to_id FROM messages
          WHERE error_code = named.value AND id >= ${ids.from} AND id < ${ids.to}
          ORDER BY id DESC LIMIT ${messagesMax + 1}
      ) AS latest) AS recipients
    FROM ${rowsOf([...new Set(errorCodes)])}`.execute(db);
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

/** The number of distinct recipients in the first `messagesMax` messages. */
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
