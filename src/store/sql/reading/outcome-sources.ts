import { sql } from "kysely";
import { CALLBACKS_ONLY } from "../../core/recording.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import {
  sourceBit,
  sourcePlace,
  sourcesIn,
  type EventSource,
} from "../../event-sources.ts";
import { statement } from "../statement.ts";
import type { Db } from "../dialect.ts";

const API = sourcePlace("api");

/** The sources of the events that have the message's status, and those that confirmed them. */
const selectSources = statement<
  { sid: Uint8Array },
  { readonly source: number }
>(
  (at, { sids }) => sql`SELECT events.source FROM ${sids} AS known
    JOIN messages ON messages.id = known.id
    JOIN events ON events.message_id = messages.id AND events.status = messages.status
    WHERE known.sid = ${at("sid")}
  UNION SELECT event_confirmations.source FROM ${sids} AS known
    JOIN messages ON messages.id = known.id AND messages.sources <> ${sql.lit(CALLBACKS_ONLY)}
    JOIN events ON events.message_id = messages.id AND events.status = messages.status
    JOIN event_confirmations ON event_confirmations.event_id = events.id
    WHERE known.sid = ${at("sid")}`,
);

const selectFound = statement<
  { sid: Uint8Array; afterEventId: number },
  { readonly found: number }
>(
  (at, { sids }) => sql`SELECT count(*) AS found FROM ${sids} AS known
    JOIN events ON events.message_id = known.id AND events.id > ${at("afterEventId")}
    WHERE known.sid = ${at("sid")} AND events.source = ${sql.lit(API)} AND is_supplement = 0`,
);

/** How many events of a message the Messages API was the first to report, after an event. */
export async function foundEvents(
  db: Db,
  messageSid: string,
  afterEventId: number,
): Promise<number> {
  const sid = packMessageSid(messageSid);
  const [row] = await selectFound(db, { sid, afterEventId });
  return row?.found ?? 0;
}

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

/** Which sources told the status that a message has; none for an unknown message. */
export async function outcomeSources(
  db: Db,
  messageSid: string,
): Promise<readonly EventSource[]> {
  const rows = await selectSources(db, { sid: packMessageSid(messageSid) });
  return sourcesIn(
    rows.reduce((bits, { source }) => bits | sourceBit(source), 0),
  );
}
