import { sql } from "kysely";
import type {
  DeliveryTimes,
  StatusCounts,
  TallyRequest,
  TallyRow,
} from "../../tally.ts";
import type { TimeRange } from "../../../time/time-range.ts";
import { channelOfPlace } from "../../../twilio/status.ts";
import type { Db } from "../dialect.ts";
import { statement } from "../statement.ts";
import { piecesOf, type Piece } from "./rollup-pieces.ts";
import {
  countsAll,
  extentOf,
  readDelivered,
  readSums,
  readSumsOfBuckets,
  type Key,
  type Rows,
  type Sum,
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
  const { by, errorCode } = request;
  const spans = await spansOf(db, request);
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

type Counts = { -readonly [S in keyof StatusCounts]: number };
type CountsByKey = Map<Key, Counts>;

/** Counts by key of each span that has some, by its start, oldest first. */
async function spansOf(
  db: Db,
  { range, by, errorCode, spanMs }: TallyRequest,
): Promise<(readonly [at: number, ReadonlyMap<Key, StatusCounts>])[]> {
  // For one error code alone: its messages are counted under it, not by it.
  const isOfCode = by === "errorCode" && errorCode !== undefined;
  const wanted = {
    dimension: DIMENSIONS[by === undefined || isOfCode ? "all" : by],
    errorCode: errorCode ?? ANY_CODE,
  };
  if (spanMs === undefined) {
    const pieces = await readPieces(db, range, spanMs, wanted, readSums);
    const all: CountsByKey = new Map();
    for (const { rows } of pieces) for (const row of rows) addTo(all, row);
    return all.size === 0 ? [] : [[range.from, all]];
  }
  const pieces = await readPieces(db, range, spanMs, wanted, readSumsOfBuckets);
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
  const none = { sent: 0, failed: 0, undelivered: 0, delivered: 0, read: 0 };
  return all.get(NO_KEY) ?? none;
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
function readPieces<Row>(
  db: Db,
  range: TimeRange,
  spanMs: number | undefined,
  wanted: Rows,
  read: (db: Db, piece: Piece, rows: Rows) => Promise<Row[]>,
): Promise<PieceRows<Row>[]> {
  return db.dialect.readSnapshot(db, async (snapshot) => {
    const known = await extentOf(snapshot);
    const extent =
      known && countsAll(wanted) ? { ...known, minutesFrom: 0 } : known;
    const pieces = extent ? piecesOf(range, spanMs, extent) : [];
    const all: PieceRows<Row>[] = [];
    for (const piece of pieces)
      all.push({
        grain: piece.grain,
        rows: await read(snapshot, piece, wanted),
      });
    return all;
  });
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
async function textsOf(
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
