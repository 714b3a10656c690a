import { sql } from "kysely";
import type { By } from "../../accounts.ts";
import type { Refusal, RefusalPage, RefusalRow } from "../../refusals.ts";
import type { Db } from "../dialect.ts";
import { addAuditEntry } from "./audit.ts";

const HOUR_MS = 3_600_000;

/** The part of a refusal that is only shown, which is stored as JSON. */
export type Facts = Omit<Refusal, "isFixable">;

export async function markRefusalsSeen(db: Db, by: By): Promise<void> {
  const before = await refusalsSeenAt(db);
  // Someone may have marked later ones in the meantime; a longer way back means that
  // the clock was set back.
  const seen_at =
    Math.abs(before - by.at) < HOUR_MS ? Math.max(before, by.at) : by.at;
  await db
    .insertInto("refusals_seen")
    .values({ id: 1, seen_at })
    .onConflict((conflict) => conflict.column("id").doUpdateSet({ seen_at }))
    .execute();
  await addAuditEntry(db, {
    kind: "use",
    ...by,
    action: "marked the refusals as seen",
    subject: "",
  });
}

export async function refusals(
  db: Db,
  { size, isFixable, since, behind }: RefusalPage,
): Promise<RefusalRow[]> {
  const rows = await db
    .selectFrom("refusals")
    .selectAll()
    .where("last_at", ">=", since)
    .$if(isFixable !== undefined, (query) =>
      query.where("is_mendable", "=", Number(isFixable)),
    )
    .$if(behind !== undefined, (query) =>
      query.where(
        sql<boolean>`(last_at, id) < (${behind?.lastAt}, ${behind?.id})`,
      ),
    )
    .orderBy("last_at", "desc")
    .orderBy("id", "desc")
    .limit(size)
    .execute();
  return rows.map(refusalOf);
}

export async function refusalById(
  db: Db,
  id: number,
): Promise<RefusalRow | undefined> {
  const row = await db
    .selectFrom("refusals")
    .selectAll()
    .where("id", "=", id)
    .executeTakeFirst();
  return row && refusalOf(row);
}

export function fixableRefusalsAfter(
  db: Db,
  time: number,
): Promise<{ lastAt: number; times: number }[]> {
  return db
    .selectFrom("refusals")
    .select(["last_at as lastAt", "times"])
    .where("is_mendable", "=", 1)
    .where("last_at", ">", time)
    .execute();
}

export async function refusalsUnlistedSince(
  db: Db,
  time: number,
): Promise<number> {
  const row = await db
    .selectFrom("refusals_unlisted")
    .select(({ fn }) => fn.sum<number | null>("times").as("times"))
    .where("hour", ">=", Math.floor(time / HOUR_MS))
    .executeTakeFirst();
  // A sum of integers is a decimal, and so text, in some engines.
  return Number(row?.times ?? 0);
}

export async function refusalsSeenAt(db: Db): Promise<number> {
  const row = await db
    .selectFrom("refusals_seen")
    .select("seen_at")
    .executeTakeFirst();
  return row?.seen_at ?? 0;
}

function refusalOf(row: {
  readonly id: number;
  readonly first_at: number;
  readonly last_at: number;
  readonly times: number;
  readonly is_mendable: number;
  readonly facts: string;
}): RefusalRow {
  const facts: Facts = JSON.parse(row.facts);
  return {
    ...facts,
    id: row.id,
    firstAt: row.first_at,
    lastAt: row.last_at,
    times: row.times,
    isFixable: row.is_mendable === 1,
  };
}
