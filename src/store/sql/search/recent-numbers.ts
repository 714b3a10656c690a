import { sql } from "kysely";
import { RECENT_SEARCHED, type MessageRow } from "../../store.ts";
import type { Db } from "../dialect.ts";
import { messagesOf } from "../reading/message-reader.ts";
import { statement } from "../statement.ts";

const selectRecent = statement<
  { part: string; limit: number },
  { readonly id: number }
>(
  (at) => sql`SELECT max(recent.id) AS id FROM (
      SELECT id, to_id FROM messages ORDER BY id DESC LIMIT ${sql.lit(RECENT_SEARCHED)}
    ) AS recent JOIN addresses ON addresses.id = recent.to_id
    WHERE addresses.last_digits IS NOT NULL AND addresses.address LIKE ${at("part")}
    GROUP BY recent.to_id ORDER BY max(recent.id) DESC LIMIT ${at("limit")}`,
);

/** The latest message to each number among the recent ones that has these digits. */
export async function recentNumbersWith(
  db: Db,
  digits: string,
  limit: number,
): Promise<MessageRow[]> {
  if (!/^\d+$/.test(digits)) return [];
  const found = await selectRecent(db, { part: `%${digits}%`, limit });
  const messages = await messagesOf(
    db,
    found.map(({ id }) => id),
  );
  return messages.toReversed();
}
