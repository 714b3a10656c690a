import { sql } from "kysely";
import { RECENT_SEARCHED, type MessageRow } from "../../store.ts";
import type { Db } from "../dialect.ts";
import { messagesOf } from "../reading/message-reader.ts";
import { statement } from "../statement.ts";

/** Messages in one stretch, after which callbacks and other requests have their turn. */
const STRETCH = 250;

const selectStretch = statement<
  { before: number },
  { readonly id: number; readonly recipientId: number | null }
>(
  (at) => sql`SELECT id, to_id AS "recipientId" FROM messages
    WHERE id < ${at("before")} ORDER BY id DESC LIMIT ${sql.lit(STRETCH)}`,
);

const selectAmong = statement<
  { ids: readonly number[]; part: string },
  { readonly id: number }
>(
  (
    at,
    { among },
  ) => sql`SELECT id FROM addresses WHERE ${among(sql.ref("id"), at("ids"))}
    AND last_digits IS NOT NULL AND address LIKE ${at("part")}`,
);

/** The latest message to each number among the recent ones that has these digits. */
export async function recentNumbersWith(
  db: Db,
  digits: string,
  limit: number,
  turn: () => Promise<void>,
): Promise<MessageRow[]> {
  if (!/^\d+$/.test(digits)) return [];
  /** The latest message to each recipient that was met, newest first. */
  const latest = new Map<number, number>();
  const found = new Set<number>();
  let before = Number.MAX_SAFE_INTEGER;
  for (let read = 0; read < RECENT_SEARCHED; read += STRETCH) {
    if (read > 0) await turn();
    const rows = await selectStretch(db, { before });
    const fresh = new Set<number>();
    for (const { id, recipientId } of rows) {
      if (recipientId === null || latest.has(recipientId)) continue;
      latest.set(recipientId, id);
      fresh.add(recipientId);
    }
    const part = `%${digits}%`;
    for (const { id } of await selectAmong(db, { ids: [...fresh], part }))
      found.add(id);
    before = rows.at(-1)?.id ?? 0;
    if (found.size >= limit || rows.length < STRETCH) break;
  }
  const ids = [...latest]
    .filter(([recipientId]) => found.has(recipientId))
    .slice(0, limit)
    .map(([, id]) => id);
  return (await messagesOf(db, ids)).toReversed();
}
