import { sql } from "kysely";
import type {
  DeliveryTimes,
  FilteredTallyRequest,
  StatusCounts,
  TallyRequest,
  TallyRow,
} from "../../tally.ts";
import type { TimeRange } from "../../../time/time-range.ts";
import { channelOfPlace, EVENT_STATUSES } from "../../../twilio/status.ts";
import type { MessageFilter } from "../../filter.ts";
import type { Db } from "../dialect.ts";
import { keptGroupOf } from "../search/kept-group.ts";
import { statement } from "../statement.ts";
import { piecesOf, type Piece } from "./rollup-pieces.ts";
import {
  countsAll,
  extentOf,
  isExactFor,
  readDelivered,
  readSums,
  readSumsOfBuckets,
  readSumsOfCodes,
  type Key,
  type Rows,
  type RowsOfCodes,
  type Sum,
  type SumOfBucket,
} from "./rollup-reader.ts";
import {
  ANY_CODE,
  DELIVERY_TIMES_FROM_MS,
  DIMENSIONS,
  NO_KEY,
  rollupKey,
} from "../../core/rollup-table.ts";

export async function tally(
  db: Db,
  request: TallyRequest,
): Promise<TallyRow[]> {
  const { range, by, errorCode, senderIds, spanMs } = request;
  // For one error code alone: its messages are counted under it, not by it.
  const isOfCode = by === "errorCode" && errorCode !== undefined;
  const spans = await spansOf(db, range, spanMs, {
    dimension: DIMENSIONS[by === undefined || isOfCode ? "all" : by],
    errorCode: errorCode ?? ANY_CODE,
    keys: senderIds,
  });
  const texts = await textsOf(
    db,
    by,
    spans.flatMap(([, sums]) => [...sums.keys()]),
  );
  const tallied: TallyRow[] = [];
  for (const [at, sums] of spans) {
    for (const [key, counts] of sums) {
      const row = {
        key: keyOf(by, by === "errorCode" ? (errorCode ?? key) : key, texts),
        at,
        counts,
      };
      const isSender = by === "sender" && typeof key === "number";
      tallied.push(isSender && key !== NO_KEY ? { ...row, id: key } : row);
    }
  }
  return tallied;
}

/** The most error codes that are looked up one by one. */
const CODES_MAX = 100;

/** See `Reading.keptTally`. */
export async function keptTally(
  db: Db,
  filter: MessageFilter,
  { range, spanMs }: FilteredTallyRequest,
): Promise<TallyRow[] | undefined> {
  const [only, ...others] = filter;
  if (only === undefined || others.length > 0) return undefined;
  const group = await keptGroupOf(db, only);
  if (group === undefined || !(await isExactFor(db, range, false)))
    return undefined;
  const pieces = await db.dialect.readSnapshot(db, async (snapshot) => {
    const codes = await codesIn(snapshot, range);
    if (codes.size > CODES_MAX) return undefined;
    const wanted = { ...group, codes: [...codes] };
    return readPiecesIn(snapshot, range, spanMs, wanted, readSumsOfCodes);
  });
  return pieces && withoutTotals(bySpan(pieces, spanMs));
}

/** Any code, and each that messages in the range have. */
async function codesIn(db: Db, range: TimeRange): Promise<Set<number>> {
  const ofCodes = { dimension: DIMENSIONS.errorCode, errorCode: ANY_CODE };
  const pieces = await readPiecesIn(db, range, undefined, ofCodes, readSums);
  const seen = pieces.flatMap(({ rows }) => rows.map(({ key }) => Number(key)));
  return new Set([ANY_CODE, ...seen]);
}

/** Counts by code; those of any code become those without one. */
function withoutTotals(
  spans: readonly (readonly [at: number, CountsByKey])[],
): TallyRow[] {
  return spans.flatMap(([at, sums]) => {
    const rest = { ...NONE, ...sums.get(ANY_CODE) };
    const rows: TallyRow[] = [];
    for (const [key, counts] of sums) {
      if (key === ANY_CODE) continue;
      for (const status of EVENT_STATUSES) rest[status] -= counts[status];
      rows.push({ key, at, counts });
    }
    const isAny = EVENT_STATUSES.some((status) => rest[status] > 0);
    return isAny ? [...rows, { key: null, at, counts: rest }] : rows;
  });
}

type Counts = { -readonly [S in keyof StatusCounts]: number };
type CountsByKey = Map<Key, Counts>;

export const NONE = {
  sent: 0,
  failed: 0,
  undelivered: 0,
  delivered: 0,
  read: 0,
};

/** Counts by key of each span that has some, by its start, oldest first. */
export async function spansOf(
  db: Db,
  range: TimeRange,
  spanMs: number | undefined,
  wanted: Rows,
): Promise<(readonly [at: number, CountsByKey])[]> {
  if (spanMs === undefined) {
    const pieces = await readPieces(db, range, spanMs, wanted, readSums);
    const all: CountsByKey = new Map();
    for (const { rows } of pieces) for (const row of rows) addTo(all, row);
    return all.size === 0 ? [] : [[range.from, all]];
  }
  const pieces = await readPieces(db, range, spanMs, wanted, readSumsOfBuckets);
  return bySpan(pieces, spanMs);
}

function bySpan(
  pieces: readonly PieceRows<SumOfBucket>[],
  spanMs: number,
): (readonly [at: number, CountsByKey])[] {
  const spans = new Map<number, CountsByKey>();
  for (const { grain, rows } of pieces) {
    const bucketMs = grain * 1_000;
    let bucket: number | undefined;
    let ofSpan: CountsByKey = new Map();
    for (const row of rows) {
      if (row.bucket !== bucket) {
        bucket = row.bucket;
        const at = Math.floor((bucket * bucketMs) / spanMs) * spanMs;
        ofSpan = spans.get(at) ?? new Map();
        spans.set(at, ofSpan);
      }
      addTo(ofSpan, row);
    }
  }
  return [...spans].toSorted(([a], [b]) => a - b);
}

function addTo(
  byKey: CountsByKey,
  { key: stored, sent, failed, undelivered, delivered, read }: Sum,
): void {
  const key = rollupKey(stored);
  const counts = byKey.get(key);
  if (counts === undefined) {
    byKey.set(key, { sent, failed, undelivered, delivered, read });
    return;
  }
  counts.sent += sent;
  counts.failed += failed;
  counts.undelivered += undelivered;
  counts.delivered += delivered;
  counts.read += read;
}

/** What senders' rows count in these pieces of a range, a row for each key. */
export async function rowsOfKeys(
  db: Db,
  range: TimeRange,
  pieces: readonly Piece[],
  wanted: Rows,
): Promise<TallyRow[]> {
  const byKey: CountsByKey = new Map();
  for (const piece of pieces)
    for (const row of await readSums(db, piece, wanted)) addTo(byKey, row);
  const texts = await textsOf(db, "sender", [...byKey.keys()]);
  return [...byKey].map(([key, counts]) => ({
    key: keyOf("sender", key, texts),
    at: range.from,
    counts,
    ...(typeof key === "number" && key !== NO_KEY && { id: key }),
  }));
}

/** The total of rows in a range. */
export async function readCounts(
  db: Db,
  range: TimeRange,
  wanted: Rows,
): Promise<StatusCounts> {
  const all: CountsByKey = new Map();
  const pieces = await readPieces(db, range, undefined, wanted, readSums);
  for (const { rows } of pieces)
    for (const row of rows) addTo(all, { ...row, key: NO_KEY });
  return all.get(NO_KEY) ?? NONE;
}

export async function deliveryTimes(
  db: Db,
  range: TimeRange,
): Promise<DeliveryTimes> {
  const wanted = { dimension: DIMENSIONS.deliveryTime, errorCode: ANY_CODE };
  const pieces = await readPieces(db, range, undefined, wanted, readDelivered);
  const messages = DELIVERY_TIMES_FROM_MS.map(() => 0);
  for (const { rows } of pieces) {
    for (const { key, delivered } of rows)
      messages[Number(key)] = (messages[Number(key)] ?? 0) + delivered;
  }
  return timesOfPlaces(messages);
}

/** Delivery times from how many messages have each place in `DELIVERY_TIMES_FROM_MS`. */
export function timesOfPlaces(messages: readonly number[]): DeliveryTimes {
  return messages.flatMap((count, place) =>
    count === 0
      ? []
      : [
          {
            fromMs: DELIVERY_TIMES_FROM_MS[place] ?? 0,
            toMs: DELIVERY_TIMES_FROM_MS[place + 1] ?? Infinity,
            messages: count,
          },
        ],
  );
}

type PieceRows<Row> = { readonly grain: number; readonly rows: readonly Row[] };

/** In one snapshot, as rows are removed once others have their sums. */
function readPieces<Row, Wanted extends Rows | RowsOfCodes>(
  db: Db,
  range: TimeRange,
  spanMs: number | undefined,
  wanted: Wanted,
  read: (db: Db, piece: Piece, rows: Wanted) => Promise<Row[]>,
): Promise<PieceRows<Row>[]> {
  return db.dialect.readSnapshot(db, (snapshot) =>
    readPiecesIn(snapshot, range, spanMs, wanted, read),
  );
}

async function readPiecesIn<Row, Wanted extends Rows | RowsOfCodes>(
  snapshot: Db,
  range: TimeRange,
  spanMs: number | undefined,
  wanted: Wanted,
  read: (db: Db, piece: Piece, rows: Wanted) => Promise<Row[]>,
): Promise<PieceRows<Row>[]> {
  const known = await extentOf(snapshot);
  const isOfAll = "errorCode" in wanted && countsAll(wanted);
  const extent = known && isOfAll ? { ...known, minutesFrom: 0 } : known;
  const pieces = extent ? piecesOf(range, spanMs, extent) : [];
  const all: PieceRows<Row>[] = [];
  for (const piece of pieces)
    all.push({
      grain: piece.grain,
      rows: await read(snapshot, piece, wanted),
    });
  return all;
}

type Named = { readonly id: number; readonly text: string };

const TEXTS = {
  sender: statement<{ ids: readonly Key[] }, Named>(
    (at, { among }) =>
      sql`SELECT id, address AS text FROM addresses WHERE ${among(sql.ref("id"), at("ids"))}`,
  ),
  service: statement<{ ids: readonly Key[] }, Named>(
    (at, { among }) =>
      sql`SELECT id, sid AS text FROM sids WHERE ${among(sql.ref("id"), at("ids"))}`,
  ),
};

/** What keys that are ids stand for; undefined for keys that aren't. */
export async function textsOf(
  db: Db,
  by: TallyRequest["by"],
  keys: readonly Key[],
): Promise<ReadonlyMap<Key, string> | undefined> {
  if (by !== "sender" && by !== "service") return undefined;
  const rows = await TEXTS[by](db, { ids: [...new Set(keys)] });
  return new Map(rows.map(({ id, text }) => [id, text]));
}

function keyOf(
  by: TallyRequest["by"],
  key: Key,
  texts: ReadonlyMap<Key, string> | undefined,
): Key | null {
  if (key === NO_KEY) return null;
  if (by === "channel") return channelOfPlace(Number(key) - 1);
  return texts === undefined ? key : (texts.get(key) ?? null);
}
