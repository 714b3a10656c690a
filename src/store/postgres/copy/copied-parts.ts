import { ADDRESSES, MESSAGES } from "../../copy/copied-tables.ts";
import { inSpan } from "../../copy/span-sql.ts";
import type {
  CopiedGroup,
  CopiedRow,
  CopiedTable,
  Span,
  SpanRows,
} from "../../copying.ts";
import type { Connection } from "../connection/pool.ts";
import { storableJson } from "../connection/storable.ts";
import { CUT_CHARS, isTagTooLong } from "../keeper/batch.ts";
import { addPartition, readNewestPartition } from "../keeper/partitions.ts";
import { addReceiptsIn, removeReceiptsIn } from "./copied-receipts.ts";

type Query = Connection["query"];
type Columns = ReadonlyMap<string, readonly string[]>;

const MINUTE_MS = 60_000;

/**
 * The form that a row has in this engine, whose index takes no long tags: as when they are
 * recorded here, but two that begin alike stay apart.
 */
export function storedRow(
  columns: Columns,
  { name }: CopiedTable,
  row: CopiedRow,
): CopiedRow {
  if (name !== "tags") return row;
  const names = columns.get(name) ?? [];
  const of = (column: string) => String(row[names.indexOf(column)]);
  if (!isTagTooLong([of("name"), of("value")])) return row;
  return row.map((value, place) => {
    if (names[place] === "id") return value;
    const start = String(value).slice(0, CUT_CHARS).toWellFormed();
    return names[place] === "value" ? `${start}…${of("id")}` : start;
  });
}

/** Deletes the rows of a span with what belongs to them, in the caller's transaction. */
export async function clearSpan(
  query: Query,
  group: CopiedGroup,
  span: Span,
): Promise<void> {
  if (group === MESSAGES) await removeReceiptsIn(query, span);
  for (const table of group.toReversed())
    await query(`DELETE FROM ${table.name} WHERE ${inSpan(table, span)}`);
}

/**
 * Puts rows in place of those of a span, in the caller's transaction. Resolves to false when
 * they refer to something that hasn't been copied.
 */
export async function replaceSpan(
  query: Query,
  columns: Columns,
  group: CopiedGroup,
  span: Span,
  rows: SpanRows,
): Promise<boolean> {
  const objects = group.map(({ name }, place) =>
    objectsOf(columns.get(name) ?? [], rows[place] ?? []),
  );
  if (group === ADDRESSES)
    await query(FORGET_CHANGED(inSpan(ADDRESSES[0], span)), [
      storableJson(objects[0]),
    ]);
  await clearSpan(query, group, span);
  if (group === MESSAGES) await makeRoom(query, objects[0] ?? []);
  for (const [place, { name }] of group.entries())
    await query(
      `INSERT INTO ${name} SELECT * FROM json_populate_recordset(NULL::${name}, $1::text::json)`,
      [storableJson(objects[place])],
    );
  return group !== MESSAGES || (await addReceiptsIn(query, span));
}

type RowObject = Readonly<Record<string, string | number | null>>;

function objectsOf(
  names: readonly string[],
  rows: readonly CopiedRow[],
): RowObject[] {
  return rows.map((row) =>
    Object.fromEntries(
      names.map((name, place) => {
        const value = row[place] ?? null;
        // Of the tables' columns, this one alone has bytes.
        return [name, name === "sid" && isBytes(names) ? `\\x${value}` : value];
      }),
    ),
  );
}

/** Whether these are the columns of messages. */
function isBytes(names: readonly string[]): boolean {
  return names.includes("first_event_at");
}

/**
 * An address that was erased since its messages were copied: what their callbacks said is
 * forgotten, as when it's erased here.
 */
const FORGET_CHANGED = (condition: string): string => `WITH changed AS (
    SELECT id FROM addresses WHERE ${condition}
      AND NOT EXISTS (SELECT 1 FROM json_to_recordset($1::text::json) AS now (id bigint, address text)
        WHERE now.id = addresses.id AND now.address = addresses.address)
  ), concerned AS (
    SELECT sid FROM messages JOIN changed ON to_id = changed.id
    UNION SELECT sid FROM messages JOIN changed ON from_id = changed.id
    UNION SELECT sid FROM event_addresses JOIN changed ON address_id = changed.id
      JOIN messages ON messages.id = message_id
  ) UPDATE receipts SET said = '{}' FROM concerned WHERE receipts.sid = concerned.sid`;

/** Adds partitions for these messages, of the sizes that they would have got in their time. */
async function makeRoom(
  query: Query,
  messages: readonly RowObject[],
): Promise<void> {
  const ids = messages.map(({ id }) => Number(id));
  const last = Math.max(...ids);
  const at = Math.max(
    ...messages.map((each) => Number(each["first_event_at"])),
  );
  if (messages.length === 0) return;
  const { until } = await readNewestPartition(query);
  if (last >= until)
    await addPartition(query, Math.floor(at / MINUTE_MS), last);
}
