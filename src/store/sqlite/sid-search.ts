import { sql, type Kysely } from "kysely";
import { listedIds } from "./message-indexes.ts";
import { packMessageSid } from "./message-sid.ts";
import { not, rowTest, type Meaning } from "./condition-tests.ts";
import type { Schema } from "./schema.ts";

/** More messages than these are not named one by one. */
const NAMED_MAX = 1_000;

/** A SID's beginning: the letters and at least one hex digit; a whole one is 34 long. */
const SID_START = /^(?:SM|MM)[0-9a-f]{1,32}$/i;

export function isSidStart(text: string): boolean {
  return SID_START.test(text);
}

/** Messages whose SID begins with one of these. */
export async function ofSids(
  db: Kysely<Schema>,
  values: readonly string[],
  negated: boolean,
): Promise<Meaning> {
  const starts = values.filter((value) => SID_START.test(value));
  const found = new Set<number>();
  for (const start of starts) {
    const [lowest, highest] = sidRange(start);
    const rows = await db
      .selectFrom("messages")
      .select("id")
      .where("sid", ">=", lowest)
      .where("sid", "<=", highest)
      .limit(NAMED_MAX + 1)
      .execute();
    for (const row of rows) found.add(row.id);
    if (found.size > NAMED_MAX) return rowTest(beginsSo(starts, negated));
  }
  if (found.size === 0) return negated ? "all" : "none";
  const isTrue = beginsSo(starts, negated);
  return negated
    ? rowTest(isTrue)
    : { isTrue, reads: "message", index: listedIds([...found]) };
}

function beginsSo(starts: readonly string[], negated: boolean) {
  const isTrue = sql.join(
    starts.map((start) => {
      const [lowest, highest] = sidRange(start);
      return sql`messages.sid BETWEEN ${lowest} AND ${highest}`;
    }),
    sql` OR `,
  );
  return negated ? not(isTrue) : sql`(${isTrue})`;
}

/** The lowest and the highest SID that begin so. */
function sidRange(start: string): readonly [Uint8Array, Uint8Array] {
  const prefix = start.slice(0, 2).toUpperCase();
  const digits = start.slice(2);
  return [
    packMessageSid(prefix + digits.padEnd(32, "0")),
    packMessageSid(prefix + digits.padEnd(32, "f")),
  ];
}
