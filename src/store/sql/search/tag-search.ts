import { sql } from "kysely";
import { valueIndex } from "./message-indexes.ts";
import { isAmong, not, rowTest, type Meaning } from "./condition-tests.ts";
import { tagSpellings } from "../../core/filter-values.ts";
import type { Db } from "../dialect.ts";

/** Up to this many values of a tag are listed. */
const NAMED_MAX = 500;

/** Messages that have this tag; without `value` any of this name. */
export async function ofTag(
  db: Db,
  name: string,
  value: string | undefined,
  negated: boolean,
): Promise<Meaning> {
  let query = db
    .selectFrom("tags")
    .select("id")
    .where("name", "in", tagSpellings(name))
    .limit(NAMED_MAX + 1);
  if (value !== undefined)
    query = query.where("value", "in", tagSpellings(value));
  const ids = (await query.execute()).map((row) => row.id);
  if (ids.length === 0) return negated ? "all" : "none";
  const isNamed = ids.length <= NAMED_MAX;
  // An expression has no index: so the message's few tags are read, and no value is looked up.
  const hasTag = isNamed
    ? sql`EXISTS (SELECT 1 FROM message_tags WHERE message_id = messages.id
        AND ${isAmong(db.dialect, sql`(tag_id + 0)`, ids)})`
    : sql`EXISTS (SELECT 1 FROM message_tags JOIN tags ON tags.id = tag_id
        WHERE message_id = messages.id AND tags.name IN (${sql.join(tagSpellings(name))}))`;
  if (negated) return rowTest(not(hasTag));
  return {
    isTrue: hasTag,
    index: isNamed ? valueIndex(db.dialect, "tag", ids) : undefined,
  };
}
