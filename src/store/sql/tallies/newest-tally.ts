import { sql } from "kysely";
import type { TimeRange } from "../../../time/time-range.ts";
import { statusOfRank, statusRank } from "../../../twilio/status.ts";
import { deliveryMs } from "../../core/fold.ts";
import { CALLBACKS_ONLY } from "../../core/recording.ts";
import { deliveryPlace } from "../../core/rollup-table.ts";
import type { MessageFilter } from "../../filter.ts";
import {
  TIMED_MAX,
  type DeliveryTimes,
  type FilteredTallyRequest,
  type NewestTally,
  type StatusCounts,
  type TallyRow,
} from "../../tally.ts";
import type { Db } from "../dialect.ts";
import { messageTests } from "../search/message-conditions.ts";
import type { SearchLimits } from "../search/message-pages.ts";
import { searchMessages, type SearchBounds } from "../search/message-search.ts";
import { statement } from "../statement.ts";
import { NONE, textsOf, timesOfPlaces } from "./tallies.ts";

const HOUR_MS = 3_600_000;

/** Messages that are counted, and stretches that are read, until it has had enough. */
const COUNTED_MAX = 10_000;
const STRETCHES_MAX = 16;
/** How many of a list's stretches are read at a time. */
const STRETCH_TIMES = 4;

/** See `Reading.newestTally`. */
export async function newestTally(
  db: Db,
  filter: MessageFilter,
  { range, spanMs }: FilteredTallyRequest,
  limits: SearchLimits,
): Promise<NewestTally> {
  const tests = await messageTests(db, [
    ...filter,
    { field: "after", at: range.from, negated: false },
    { field: "before", at: range.to, negated: false },
  ]);
  if (tests === undefined) return tallyOf(db, [], range.from, spanMs);
  const bounds = boundsOf(limits);
  const { ids, reached } = await searchMessages(db, tests, "older", bounds);
  const since =
    reached === undefined
      ? range.from
      : await completeSince(db, range, reached);
  const found: Counted[] = [];
  for (let at = 0; at < ids.length; at += bounds.stretch) {
    if (at > 0) await limits.turn();
    found.push(
      ...(await selectCounted(db, { ids: ids.slice(at, at + bounds.stretch) })),
    );
  }
  const counted = found.filter(({ at }) => at >= since);
  return tallyOf(db, counted, since, spanMs);
}

function boundsOf({ stretch, fillMs, turn }: SearchLimits): SearchBounds {
  const start = performance.now();
  let stretches = 1;
  const goesOn = (found: number): boolean =>
    found < COUNTED_MAX &&
    stretches++ < STRETCHES_MAX &&
    performance.now() - start < fillMs;
  return {
    // Never met: `goesOn` ends the search between two stretches, so that it's known how far it got.
    limit: Number.MAX_SAFE_INTEGER,
    stretch: stretch * STRETCH_TIMES,
    goesOn,
    turn,
  };
}

const selectHourBefore = statement<
  { hour: number; reached: number },
  { readonly hour: number }
>(
  (at) => sql`SELECT hour FROM message_hours
    WHERE hour < ${at("hour")} AND first_id < ${at("reached")} ORDER BY hour DESC LIMIT 1`,
);

/** From when on all messages of a range have ids of at least `reached`. */
async function completeSince(
  db: Db,
  { from, to }: TimeRange,
  reached: number,
): Promise<number> {
  const hour = Math.ceil(to / HOUR_MS);
  const [before] = await selectHourBefore(db, { hour, reached });
  const since = before === undefined ? from : (before.hour + 1) * HOUR_MS;
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

const selectCounted = statement<Ids, Counted>(
  (at, { among }) => sql`SELECT id, first_event_at AS at, status AS rank,
      error_code AS "errorCode", country, from_id AS "senderId", sources AS bits
    FROM messages WHERE ${among(sql.ref("id"), at("ids"))}`,
);

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
    deliveryTimes: await deliveryTimesOf(db, counted),
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
