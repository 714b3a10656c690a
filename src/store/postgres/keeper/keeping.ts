import type { Keeping } from "../../keeping.ts";
import type { Connection } from "../connection/pool.ts";

/** Callbacks are counted up to here. */
const COUNTED_MAX = 10_000;
/** A check must answer before whoever asks for it gives up. */
const DEADLINE_MS = 2_000;

type Row = {
  readonly holder: string | null;
  readonly node: string | null;
  readonly since: number | null;
  readonly pastMs: number;
  readonly endedAt: number;
  readonly behindMs: number | null;
  readonly waiting: number;
  readonly setAside: number;
};

const ms = (interval: string): string =>
  `(extract(epoch FROM ${interval}) * 1000)::bigint`;
/** In the order of the index, which forgets deleted rows as it meets them: a scan of the table meets them again each time. */
const countOf = (table: string): string =>
  `(SELECT count(*) FROM (SELECT id FROM ${table} ORDER BY id LIMIT ${COUNTED_MAX + 1}) AS counted)`;

const READ = `SELECT holder, node, ${ms("since")} AS since,
    ${ms("clock_timestamp() - until")} AS "pastMs", ${ms("until")} AS "endedAt",
    (SELECT ${ms("clock_timestamp() - appended_at")} FROM inbox ORDER BY id LIMIT 1) AS "behindMs",
    ${countOf("inbox")} AS waiting, ${countOf("inbox_set_aside")} AS "setAside"
  FROM keeper`;

/** Reads how the keeper is doing; `holder` is what this node has the lease as, if it has. */
export async function readKeeping(
  { query }: Pick<Connection, "query">,
  holder: string | undefined,
): Promise<Keeping> {
  const [row] = await query<Row>(READ, [], { deadlineMs: DEADLINE_MS });
  if (row === undefined) throw new TypeError("The table keeper has no row.");
  const hasKeeper = row.pastMs < 0 && row.holder !== null;
  return {
    node: hasKeeper ? (row.node ?? "") : undefined,
    isThisNode: hasKeeper && row.holder === holder,
    since: hasKeeper ? (row.since ?? 0) : row.endedAt,
    vacantMs: hasKeeper ? 0 : Math.max(0, row.pastMs),
    // The server's clock may have been set back meanwhile.
    behindMs: Math.max(0, row.behindMs ?? 0),
    waiting: bounded(row.waiting),
    setAside: bounded(row.setAside),
  };
}

function bounded(count: number): Keeping["waiting"] {
  return {
    count: Math.min(count, COUNTED_MAX),
    isMore: count > COUNTED_MAX,
  };
}
