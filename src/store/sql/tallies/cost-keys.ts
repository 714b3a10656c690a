import { sql } from "kysely";
import { addressValue, tagSpellings } from "../../core/filter-values.ts";
import type { CostFilter, CostGroup, CostSplit } from "../../costs.ts";
import type { Db } from "../dialect.ts";
import { textsOf } from "./tallies.ts";

/** Values of a tag's name that are looked up one by one. */
const TAG_VALUES_MAX = 500;

/** The key of what a filter names; undefined if no message has it. */
export async function costKeyOf(
  db: Db,
  filter: CostFilter,
): Promise<string | undefined> {
  switch (filter.by) {
    case "country":
      return filter.value;
    case "sender":
      return senderKey(db, filter.value);
    case "service": {
      const found = await db
        .selectFrom("sids")
        .select("id")
        .where("sid", "=", filter.value)
        .executeTakeFirst();
      return found && String(found.id);
    }
    case "tag":
      return tagKey(db, filter.name, filter.value);
  }
}

/** A sender's whole address, or its id. */
async function senderKey(db: Db, value: string): Promise<string | undefined> {
  const meant = addressValue(value);
  if (meant.kind === "id") return String(meant.id);
  const spellings = meant.kind === "number" ? meant.starts : meant.spellings;
  const found = await db
    .selectFrom("addresses")
    .select("id")
    .where("address", "in", [...spellings])
    .orderBy("id")
    .executeTakeFirst();
  return found && String(found.id);
}

async function tagKey(
  db: Db,
  name: string,
  value: string,
): Promise<string | undefined> {
  const found = await db
    .selectFrom("tags")
    .select(["id", "name", "value"])
    .where("name", "in", tagSpellings(name))
    .where("value", "in", tagSpellings(value))
    .orderBy("id")
    .execute();
  const exact = found.find(
    (each) => each.name === name && each.value === value,
  );
  const tag = exact ?? found[0];
  return tag && String(tag.id);
}

/** The keys of all tags of a name; undefined for more than can be looked up one by one. */
export async function tagKeys(
  db: Db,
  name: string,
): Promise<readonly string[] | undefined> {
  const found = await db
    .selectFrom("tags")
    .select("id")
    .where("name", "in", tagSpellings(name))
    .limit(TAG_VALUES_MAX + 1)
    .execute();
  return found.length > TAG_VALUES_MAX
    ? undefined
    : found.map(({ id }) => String(id));
}

type Named = Pick<CostGroup, "key" | "id" | "tag">;

/** What keys stand for. One whose name was just deleted has none, like that of messages without a key. */
export async function costKeyNames(
  db: Db,
  by: Exclude<CostSplit, "day">,
  keys: readonly string[],
): Promise<(key: string) => Named> {
  const ids = keys.filter((key) => key !== "").map(Number);
  switch (by) {
    case "country":
      return (key) => ({ key: key || null });
    case "sender": {
      const texts = await textsOf(db, by, ids);
      return (key) =>
        key === ""
          ? { key: null }
          : { key: texts?.get(Number(key)) ?? null, id: Number(key) };
    }
    case "service": {
      const texts = await textsOf(db, by, ids);
      return (key) => ({ key: texts?.get(Number(key)) ?? null });
    }
    case "tag": {
      const tags = new Map(
        (await tagsWithIds(db, ids)).map(({ id, ...tag }) => [id, tag]),
      );
      return (key) => {
        const tag = tags.get(Number(key));
        return tag === undefined ? { key: null } : { key: null, tag };
      };
    }
  }
}

async function tagsWithIds(db: Db, ids: readonly number[]) {
  const { dialect } = db;
  const { rows } = await sql<{ id: number; name: string; value: string }>`
    SELECT id, name, value FROM tags
      WHERE ${dialect.among(sql.ref("id"), dialect.list(ids))}`.execute(db);
  return rows;
}

/** Names of tags, one index lookup for each. */
export async function tagNames(db: Db, limit: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    WITH RECURSIVE names (name) AS (
      SELECT min(name) FROM tags
      UNION ALL
      SELECT (SELECT min(name) FROM tags WHERE name > names.name) FROM names WHERE name IS NOT NULL
    ) SELECT name FROM names WHERE name IS NOT NULL LIMIT ${limit}`.execute(db);
  return rows.map(({ name }) => name);
}
