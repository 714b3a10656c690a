import { sql } from "kysely";
import {
  sourceBit,
  sourcePlace,
  type EventSource,
} from "../../event-sources.ts";
import type { Sql } from "../dialect.ts";
import { inRange, ordered } from "./message-ids.ts";
import type { MessageIndex } from "./message-indexes.ts";
import { not, rowTest, type Meaning } from "./condition-tests.ts";

const PLACE = {
  callback: sourcePlace("callback"),
  stream: sourcePlace("stream"),
  api: sourcePlace("api"),
};
const API_ONLY = sourceBit(PLACE.api);

/** Messages whose status one of these sources reported; see `Condition`. */
export function ofSource(
  sources: readonly EventSource[],
  negated: boolean,
): Meaning {
  const named = [...new Set(sources)];
  const isAny = sql`(${sql.join(named.map(isOf), sql` OR `)})`;
  if (negated) return rowTest(not(isAny));
  const isApi = named.every((source) => source === "api");
  return isApi ? { isTrue: isAny, index: API_MESSAGES } : rowTest(isAny);
}

const id = sql.ref("api_messages.message_id");
/** They are rare where callbacks arrive. */
const API_MESSAGES: MessageIndex = {
  reach: (range, direction, entries) =>
    sql`(SELECT ${id} FROM api_messages WHERE ${inRange(id, range)}
      ORDER BY ${ordered(id, direction)} LIMIT 1 OFFSET ${entries - 1})`,
  ids: (range) =>
    sql`SELECT ${id} AS id FROM api_messages WHERE ${inRange(id, range)}`,
};

function isOf(source: EventSource): Sql {
  if (source !== "api") return reported(PLACE[source]);
  return sql`(messages.sources = ${sql.lit(API_ONLY)} OR (
    (messages.sources & ${sql.lit(API_ONLY)}) <> 0
    AND NOT ${reported(PLACE.callback)} AND NOT ${reported(PLACE.stream)}))`;
}

/** Most messages have one source: of these, no event is read. */
function reported(place: number): Sql {
  const [bit, own] = [sql.lit(sourceBit(place)), sql.lit(place)];
  return sql`(messages.sources = ${bit} OR ((messages.sources & ${bit}) <> 0 AND (
    EXISTS (SELECT 1 FROM events WHERE events.message_id = messages.id
      AND events.status = messages.status AND events.source = ${own})
    OR EXISTS (SELECT 1 FROM events JOIN event_confirmations ON event_id = events.id
      WHERE events.message_id = messages.id AND events.status = messages.status
        AND event_confirmations.source = ${own}))))`;
}
