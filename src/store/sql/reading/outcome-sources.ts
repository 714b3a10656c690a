import { sql } from "kysely";
import { CALLBACKS_ONLY } from "../../core/recording.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import { sourceBit, sourcePlace, sourcesIn } from "../../event-sources.ts";
import type { OutcomeSources } from "../../store.ts";
import { statement } from "../statement.ts";
import type { Db } from "../dialect.ts";

const API = sourcePlace("api");
const IS_OUTCOME = sql`CASE WHEN events.status = messages.status THEN 1 ELSE 0 END`;

/** The events of a message and what confirmed them: whether of its status, and whether found. */
const selectReports = statement<
  { sid: Uint8Array; afterEventId: number },
  {
    readonly source: number;
    readonly isOutcome: number;
    readonly isFound: number;
  }
>(
  (at, { sids }) => sql`SELECT events.source, ${IS_OUTCOME} AS "isOutcome",
      CASE WHEN events.source = ${sql.lit(API)} AND is_supplement = 0
        AND events.id > ${at("afterEventId")} THEN 1 ELSE 0 END AS "isFound"
    FROM ${sids} AS known JOIN messages ON messages.id = known.id
    JOIN events ON events.message_id = messages.id WHERE known.sid = ${at("sid")}
  UNION ALL SELECT event_confirmations.source, ${IS_OUTCOME}, 0
    FROM ${sids} AS known
    JOIN messages ON messages.id = known.id AND messages.sources <> ${sql.lit(CALLBACKS_ONLY)}
    JOIN events ON events.message_id = messages.id
    JOIN event_confirmations ON event_confirmations.event_id = events.id
    WHERE known.sid = ${at("sid")}`,
);

const selectFurther = statement<
  { sid: Uint8Array },
  { readonly reports: number }
>(
  (at, { sids }) => sql`SELECT coalesce(sum(
      coalesce((SELECT repeats FROM event_repeats WHERE event_id = events.id), 0) +
      (SELECT count(*) FROM event_confirmations WHERE event_id = events.id)), 0) AS reports
    FROM ${sids} AS known JOIN events ON events.message_id = known.id
    WHERE known.sid = ${at("sid")}`,
);

export async function furtherReports(
  db: Db,
  messageSid: string,
): Promise<number> {
  const sid = packMessageSid(messageSid);
  const [row] = await selectFurther(db, { sid });
  return Number(row?.reports ?? 0);
}

export async function outcomeSources(
  db: Db,
  messageSid: string,
  afterEventId: number,
): Promise<OutcomeSources> {
  const sid = packMessageSid(messageSid);
  const rows = await selectReports(db, { sid, afterEventId });
  const bits = rows.reduce(
    (sum, { source, isOutcome }) =>
      isOutcome === 1 ? sum | sourceBit(source) : sum,
    0,
  );
  const found = rows.filter(({ isFound }) => isFound === 1).length;
  return { sources: sourcesIn(bits), found };
}
