import { sql } from "kysely";
import type {
  BackfillDay,
  BackfillNote,
  BackfillPage,
} from "../../twilio-reading.ts";
import type { Db } from "../dialect.ts";
import { keepNote, noteOf } from "./upkeep-notes.ts";

const NOTE = "backfill";

export async function backfillNote(db: Db): Promise<BackfillNote | undefined> {
  const note = await noteOf(db, NOTE);
  return note === undefined ? undefined : JSON.parse(note);
}

export async function wantBackfill(
  db: Db,
  days: readonly string[],
  now: number,
  note?: BackfillNote,
  again: readonly string[] = [],
): Promise<void> {
  const unread = {
    wanted_at: now,
    next_page: null,
    pages: 0,
    messages: 0,
    unreadable: 0,
    read_at: null,
  };
  const fresh = { ...unread, found: 0 };
  for (const day of days)
    await db
      .insertInto("backfill_days")
      .values({ day, ...fresh })
      .onConflict((conflict) =>
        conflict
          .column("day")
          .doUpdateSet(fresh)
          .where("backfill_days.read_at", "is not", null),
      )
      .execute();
  for (const day of again)
    await db
      .updateTable("backfill_days")
      .set(unread)
      .where("day", "=", day)
      .where("read_at", "is not", null)
      .execute();
  if (note !== undefined) await keepNote(db, NOTE, note);
}

export async function nextBackfillDay(
  db: Db,
): Promise<BackfillDay | undefined> {
  return selectDays(db)
    .where("read_at", "is", null)
    .orderBy("day")
    .limit(1)
    .executeTakeFirst();
}

export async function backfillDays(
  db: Db,
  from: string,
  to: string,
): Promise<BackfillDay[]> {
  return selectDays(db)
    .where("day", ">=", from)
    .where("day", "<=", to)
    .orderBy("day")
    .execute();
}

export async function addBackfillPage(
  db: Db,
  { day, wantedAt }: Pick<BackfillDay, "day" | "wantedAt">,
  { messages, found, unreadable, nextPage }: BackfillPage,
  readAt: number | null,
): Promise<void> {
  await db
    .updateTable("backfill_days")
    .set({
      pages: sql`pages + 1`,
      messages: sql`messages + ${messages}`,
      found: sql`found + ${found}`,
      unreadable: sql`unreadable + ${unreadable}`,
      next_page: nextPage,
      read_at: readAt,
    })
    .where("day", "=", day)
    .where("wanted_at", "=", wantedAt)
    .execute();
}

function selectDays(db: Db) {
  return db
    .selectFrom("backfill_days")
    .select([
      "day",
      "wanted_at as wantedAt",
      "next_page as nextPage",
      "pages",
      "messages",
      "found",
      "unreadable",
      "read_at as readAt",
    ]);
}
