import type { Kysely } from "kysely";
import type {
  DeliveryTimes,
  StatusCounts,
  TallyRequest,
  TallyRow,
  TimeRange,
} from "../tally.ts";
import { query } from "./read-connection.ts";
import { piecesOf, type Piece } from "./rollup-pieces.ts";
import {
  extentOf,
  readDelivered,
  readSums,
  type Key,
  type Sum,
} from "./rollup-reader.ts";
import {
  ANY_CODE,
  DELIVERY_TIMES_FROM_MS,
  DIMENSIONS,
  NO_KEY,
} from "./rollup-table.ts";
import type { Schema } from "./schema.ts";

export async function tally(
  db: Kysely<Schema>,
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
        key: keyOf(by === "errorCode" ? (errorCode ?? key) : key, texts),
        at,
        counts,
      };
      const isSender = by === "sender" && typeof key === "number";
      tallied.push(isSender && key !== NO_KEY ? { ...row, id: key } : row);
    }
  }
  return tallied;
}

/** Counts by key of each span that has some, by its beginning, oldest first. */
async function spansOf(
  db: Kysely<Schema>,
  { range, by, errorCode, spanMs }: TallyRequest,
): Promise<(readonly [at: number, ReadonlyMap<Key, StatusCounts>])[]> {
  // Of one error code only: its messages are counted under it, not by it.
  const isOfCode = by === "errorCode" && errorCode !== undefined;
  const wanted = {
    dimension: DIMENSIONS[by === undefined || isOfCode ? "all" : by],
    errorCode: errorCode ?? ANY_CODE,
  };
  const spans = new Map<number, Map<Key, Counts>>();
  const pieces = await readPieces(db, range, spanMs, (transaction, piece) =>
    readSums(transaction, piece, wanted),
  );
  for (const { grain, rows } of pieces) {
    const bucketMs = grain * 1_000;
    for (const row of rows) {
      const at =
        spanMs === undefined
          ? range.from
          : Math.floor((row.bucket * bucketMs) / spanMs) * spanMs;
      let ofSpan = spans.get(at);
      if (ofSpan === undefined) spans.set(at, (ofSpan = new Map()));
      const counts = ofSpan.get(row.key);
      if (counts === undefined) ofSpan.set(row.key, countsOf(row));
      else add(counts, row);
    }
  }
  return [...spans].toSorted(([a], [b]) => a - b);
}

type Counts = { -readonly [S in keyof StatusCounts]: number };

function countsOf({ sent, failed, undelivered, delivered, read }: Sum): Counts {
  return { sent, failed, undelivered, delivered, read };
}

function add(counts: Counts, more: StatusCounts): void {
  counts.sent += more.sent;
  counts.failed += more.failed;
  counts.undelivered += more.undelivered;
  counts.delivered += more.delivered;
  counts.read += more.read;
}

export async function deliveryTimes(
  db: Kysely<Schema>,
  range: TimeRange,
): Promise<DeliveryTimes> {
  const wanted = { dimension: DIMENSIONS.deliveryTime, errorCode: ANY_CODE };
  const pieces = await readPieces(db, range, undefined, (transaction, piece) =>
    readDelivered(transaction, piece, wanted),
  );
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

/** In one transaction, as rows are removed once others have their sums. */
function readPieces<Row>(
  db: Kysely<Schema>,
  range: TimeRange,
  spanMs: number | undefined,
  read: (db: Kysely<Schema>, piece: Piece) => Promise<Row[]>,
): Promise<PieceRows<Row>[]> {
  return db.transaction().execute(async (transaction) => {
    const extent = await extentOf(transaction);
    const pieces = extent ? piecesOf(range, spanMs, extent) : [];
    const all: PieceRows<Row>[] = [];
    for (const piece of pieces)
      all.push({ grain: piece.grain, rows: await read(transaction, piece) });
    return all;
  });
}

const TEXTS = {
  sender:
    "SELECT id, address AS text FROM addresses WHERE id IN (SELECT value FROM json_each(?))",
  service:
    "SELECT id, sid AS text FROM sids WHERE id IN (SELECT value FROM json_each(?))",
};

/** What keys that are ids stand for; undefined for keys that are none. */
async function textsOf(
  db: Kysely<Schema>,
  by: TallyRequest["by"],
  keys: readonly Key[],
): Promise<ReadonlyMap<Key, string> | undefined> {
  if (by !== "sender" && by !== "service") return undefined;
  const ids = JSON.stringify([...new Set(keys)]);
  const rows = await query<{ id: number; text: string }>(db, TEXTS[by], [ids]);
  return new Map(rows.map(({ id, text }) => [id, text]));
}

function keyOf(
  key: Key,
  texts: ReadonlyMap<Key, string> | undefined,
): Key | null {
  if (key === NO_KEY) return null;
  return texts === undefined ? key : (texts.get(key) ?? null);
}
