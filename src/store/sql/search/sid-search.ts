import { sql } from "kysely";
import { canonicalSid, isMessageSidStart } from "../../../twilio/sid.ts";
import { listedIds } from "./message-indexes.ts";
import { sidRange } from "../../core/message-sid.ts";
import { not, rowTest, type Meaning } from "./condition-tests.ts";
import type { Db } from "../dialect.ts";

/** Up to this many messages are listed. */
const NAMED_MAX = 1_000;

/** Messages whose SID begins with one of these. */
export async function ofSids(
  db: Db,
  values: readonly string[],
  negated: boolean,
): Promise<Meaning> {
  const starts = values.filter(isMessageSidStart);
  const found = new Set<number>();
  for (const start of starts) {
    const [lowest, highest] = sidRange(canonicalSid(start));
    const { rows } = await sql<{ id: number }>`
      SELECT id FROM ${db.dialect.sids} WHERE sid >= ${lowest} AND sid <= ${highest}
        LIMIT ${NAMED_MAX + 1}`.execute(db);
    for (const row of rows) found.add(row.id);
    if (found.size > NAMED_MAX) return rowTest(beginsSo(starts, negated));
  }
  if (found.size === 0) return negated ? "all" : "none";
  const isTrue = beginsSo(starts, negated);
  return negated
    ? rowTest(isTrue)
    : { isTrue, index: listedIds(db.dialect, [...found]) };
}

function beginsSo(starts: readonly string[], negated: boolean) {
  const isTrue = sql.join(
    starts.map((start) => {
      const [lowest, highest] = sidRange(canonicalSid(start));
      return sql`messages.sid BETWEEN ${lowest} AND ${highest}`;
    }),
    sql` OR `,
  );
  return negated ? not(isTrue) : sql`(${isTrue})`;
}
