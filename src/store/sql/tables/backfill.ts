import { sql } from "kysely";
import type {
  BackfillCounts,
  BackfillDay,
  BackfillNote,
  BackfillPage,
} from "../../twilio-reading.ts";
import type { Db } from "../dialect.ts";
import type { Schema } from "../schema.ts";
import { keepNote, noteOf } from "./upkeep-notes.ts";

const NOTE = "backfill";

/** The column of each count. */
const COUNTS = {
  messages: "messages",
  found: "found",
  unreadable: "unreadable",
  byCallback: "by_callback",
  byStream: "by_stream",
  byBoth: "by_both",
  byApi: "by_api",
  missedAway: "missed_away",
  missedRefused: "missed_refused",
  missedRejected: "missed_rejected",
  missedNoUrl: "missed_no_url",
} as const satisfies Record<
  keyof BackfillCounts,
  keyof Schema["backfill_days"]
>;
type CountColumn = (typeof COUNTS)[keyof typeof COUNTS];

/** Sets each count's column to what a function returns for it. */
function eachCount<T>(
  valueOf: (name: keyof BackfillCounts, column: CountColumn) => T,
): Record<CountColumn, T> {
  const names = Object.keys(COUNTS) as (keyof BackfillCounts)[];
  return Object.fromEntries(
    names.map((name) => [COUNTS[name], valueOf(name, COUNTS[name])]),
  ) as Record<CountColumn, T>;
}

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
    ...eachCount(() => 0),
    read_at: null,
  };
  const fresh = {
    ...unread,
    after_event_id: sql<number>`${db.dialect.lastEventId}`,
  };
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
  page: BackfillPage,
  readAt: number | null,
): Promise<void> {
  await db
    .updateTable("backfill_days")
    .set({
      pages: sql`pages + 1`,
      ...eachCount(
        (name, column) => sql<number>`${sql.ref(column)} + ${page[name]}`,
      ),
      next_page: page.nextPage,
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
      "by_callback as byCallback",
      "by_stream as byStream",
      "by_both as byBoth",
      "by_api as byApi",
      "missed_away as missedAway",
      "missed_refused as missedRefused",
      "missed_rejected as missedRejected",
      "missed_no_url as missedNoUrl",
      "after_event_id as afterEventId",
      "read_at as readAt",
    ]);
}
