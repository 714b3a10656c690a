import { sql } from "kysely";
import type { TimeRange } from "../../../time/time-range.ts";
import { endOfMinute } from "../../../time/filter-times.ts";
import { statusOfRank, statusRank } from "../../../twilio/status.ts";
import { deliveryMs } from "../../core/fold.ts";
import { CALLBACKS_ONLY } from "../../core/recording.ts";
import { deliveryPlace } from "../../core/rollup-table.ts";
import type { MessageFilter } from "../../filter.ts";
import {
  TIMED_MAX,
  type DeliveryTimes,
  type NewestTally,
  type NewestTallyRequest,
  type StatusCounts,
  type TallyRow,
} from "../../tally.ts";
import type { Db } from "../dialect.ts";
import { messageTests } from "../search/message-conditions.ts";
import type { SearchLimits } from "../search/message-pages.ts";
import { searchColumns, type SearchBounds } from "../search/message-search.ts";
import { statement } from "../statement.ts";
import { NONE, textsOf, timesOfPlaces } from "./tallies.ts";

const HOUR_MS = 3_600_000;

/** Messages that are counted, and stretches that are read, until it has had enough. */
const COUNTED_MAX = 4_000;
const STRETCHES_MAX = 8;
/** How many of a list's stretches are read at a time. */
const STRETCH_TIMES = 4;

/** See `Reading.newestTally`. */
export async function newestTally(
  db: Db,
  filter: MessageFilter,
  { range, spanMs, isTimed = false }: NewestTallyRequest,
  limits: SearchLimits,
): Promise<NewestTally> {
  const tests = await messageTests(db, [
    ...filter,
    { field: "after", at: range.from, negated: false },
    { field: "before", at: range.to, negated: false },
  ]);
  if (tests === undefined) return tallyOf(db, [], range.from, spanMs);
  const { rows, reached } = await searchColumns<Counted>(
    db,
    tests,
    "older",
    boundsOf(limits),
    COUNTED,
  );
  const since =
    reached === undefined
      ? range.from
      : await completeSince(db, range, reached);
  const counted = rows.filter(({ at }) => at >= since);
  const tally = await tallyOf(db, counted, since, spanMs);
  if (!isTimed) return tally;
  return { ...tally, deliveryTimes: await deliveryTimesOf(db, counted) };
}

function boundsOf({
  stretch,
  fillMs,
  turn,
}: SearchLimits): Omit<SearchBounds, "limit"> {
  const start = performance.now();
  let stretches = 1;
  const goesOn = (found: number): boolean =>
    found < COUNTED_MAX &&
    stretches++ < STRETCHES_MAX &&
    performance.now() - start < fillMs;
  return { stretch: stretch * STRETCH_TIMES, goesOn, turn };
}

const selectHourBefore = statement<
  { hour: number; reached: number },
  { readonly hour: number; readonly firstId: number }
>(
  (at) => sql`SELECT hour, first_id AS "firstId" FROM message_hours
    WHERE hour < ${at("hour")} AND first_id < ${at("reached")} ORDER BY hour DESC LIMIT 1`,
);

/** The latest of an hour's messages with ids up to where the search got. */
const selectLatestOf = statement<
  { hourEnd: number; firstId: number; reached: number },
  { readonly at: number | null }
>(
  (
    at,
    { readBy },
  ) => sql`SELECT max(first_event_at) AS at FROM ${readBy("messages", "messages")}
    WHERE id >= ${at("firstId")} AND id < ${at("reached")} AND first_event_at < ${at("hourEnd")}`,
);

/** Ids that are looked at to find a minute; of an hour with more the next one is taken. */
const IDS_MAX = 50_000;

/** From which minute on all messages of a range have ids of at least `reached`. */
async function completeSince(
  db: Db,
  { from, to }: TimeRange,
  reached: number,
): Promise<number> {
  const hour = Math.ceil(to / HOUR_MS);
  const [before] = await selectHourBefore(db, { hour, reached });
  if (before === undefined) return from;
  const hourEnd = (before.hour + 1) * HOUR_MS;
  const { firstId } = before;
  const [latest] =
    reached - firstId > IDS_MAX
      ? []
      : await selectLatestOf(db, { hourEnd, firstId, reached });
  const since =
    latest === undefined
      ? hourEnd
      : latest.at === null
        ? hourEnd - HOUR_MS
        : endOfMinute(latest.at);
  return Math.min(to, Math.max(from, since));
}

type Counted = {
  readonly id: number;
  readonly at: number;
  readonly rank: number;
  readonly errorCode: number | null;
  readonly country: string | null;
  readonly senderId: number | null;
  readonly bits: number;
};

type Ids = { ids: readonly number[] };

const COUNTED = sql`messages.id, first_event_at AS at, messages.status AS rank,
  messages.error_code AS "errorCode", messages.country, messages.from_id AS "senderId",
  messages.sources AS bits`;

async function tallyOf(
  db: Db,
  counted: readonly Counted[],
  since: number,
  spanMs: number,
): Promise<NewestTally> {
  const spanOf = ({ at }: Counted): number => Math.floor(at / spanMs) * spanMs;
  const senders = rowsBy(
    counted,
    ({ senderId }) => senderId,
    () => since,
  );
  const texts = await textsOf(
    db,
    "sender",
    senders.flatMap(({ key }) => key ?? []),
  );
  return {
    since,
    byCode: rowsBy(counted, ({ errorCode }) => errorCode, spanOf),
    byCountry: rowsBy(
      counted,
      ({ country }) => country,
      () => since,
    ),
    bySender: senders.map((row) =>
      typeof row.key === "number"
        ? { ...row, key: texts?.get(row.key) ?? null, id: row.key }
        : row,
    ),
    deliveryTimes: [],
  };
}

type Counts = { -readonly [S in keyof StatusCounts]: number };

/** Rows as a tally has them: by key and beginning, in the order of these. */
function rowsBy(
  counted: readonly Counted[],
  keyOf: (message: Counted) => string | number | null,
  atOf: (message: Counted) => number,
): TallyRow[] {
  const spans = new Map<number, Map<string | number | null, Counts>>();
  for (const message of counted) {
    const at = atOf(message);
    let byKey = spans.get(at);
    if (byKey === undefined) spans.set(at, (byKey = new Map()));
    const key = keyOf(message);
    let counts = byKey.get(key);
    if (counts === undefined) byKey.set(key, (counts = { ...NONE }));
    counts[statusOfRank(message.rank)]++;
  }
  return [...spans]
    .toSorted(([a], [b]) => a - b)
    .flatMap(([at, byKey]) =>
      [...byKey].map(([key, counts]) => ({ key, at, counts })),
    );
}

const [SENT, DELIVERED] = [statusRank("sent"), statusRank("delivered")];

type Timed = {
  readonly messageId: number;
  readonly status: number;
  readonly receivedAt: number;
  readonly source: number;
  readonly occurredAt: number | null;
};

const selectTimed = statement<Ids, Timed>(
  (
    at,
    { among },
  ) => sql`SELECT message_id AS "messageId", status, received_at AS "receivedAt",
      source, occurred_at AS "occurredAt"
    FROM events WHERE ${among(sql.ref("message_id"), at("ids"))}
      AND status IN (${sql.lit(SENT)}, ${sql.lit(DELIVERED)})`,
);

const selectConfirmed = statement<Ids, Omit<Timed, "receivedAt">>(
  (at, { among }) => sql`SELECT events.message_id AS "messageId", events.status,
      event_confirmations.source, event_confirmations.occurred_at AS "occurredAt"
    FROM events JOIN event_confirmations ON event_confirmations.event_id = events.id
    WHERE ${among(sql.ref("events.message_id"), at("ids"))}`,
);

/** As the rollups count them, of the newest messages that were delivered. */
async function deliveryTimesOf(
  db: Db,
  counted: readonly Counted[],
): Promise<DeliveryTimes> {
  const delivered = counted
    .filter(({ rank }) => rank >= DELIVERED)
    .toSorted((a, b) => b.id - a.id)
    .slice(0, TIMED_MAX);
  const ids = delivered.map(({ id }) => id);
  const told = delivered
    .filter(({ bits }) => bits !== CALLBACKS_ONLY)
    .map(({ id }) => id);
  const of = (rows: { readonly messageId: number }): number => rows.messageId;
  const events = Map.groupBy(await selectTimed(db, { ids }), of);
  const confirmed = Map.groupBy(
    told.length === 0 ? [] : await selectConfirmed(db, { ids: told }),
    of,
  );
  const places: number[] = [];
  for (const [id, each] of events) {
    const ms = deliveryMs(each, confirmed.get(id) ?? []);
    if (ms === null) continue;
    const place = deliveryPlace(ms);
    places[place] = (places[place] ?? 0) + 1;
  }
  return timesOfPlaces(Array.from(places, (count) => count ?? 0));
}
