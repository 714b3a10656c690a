import type { UpkeepNote, UpkeepState } from "../../upkeep.ts";
import type { Db } from "../dialect.ts";

export async function noteUpkeep(
  db: Db,
  { name, note }: UpkeepNote,
): Promise<void> {
  if (note !== undefined) return keepNote(db, name, note);
  await db.deleteFrom("upkeep_notes").where("name", "=", name).execute();
}

export async function keepNote(
  db: Db,
  name: string,
  content: object,
): Promise<void> {
  const note = JSON.stringify(content);
  await db
    .insertInto("upkeep_notes")
    .values({ name, note })
    .onConflict((conflict) => conflict.column("name").doUpdateSet({ note }))
    .execute();
}

/** As JSON. */
export async function noteOf(
  db: Db,
  name: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom("upkeep_notes")
    .select("note")
    .where("name", "=", name)
    .executeTakeFirst();
  return row?.note;
}

export async function upkeepState(db: Db): Promise<UpkeepState> {
  const rows = await db.selectFrom("upkeep_notes").selectAll().execute();
  const noteOf = <N extends keyof UpkeepState>(name: N): UpkeepState[N] => {
    const row = rows.find((each) => each.name === name);
    return row && JSON.parse(row.note);
  };
  return {
    backup: noteOf("backup"),
    backupFailure: noteOf("backupFailure"),
    retention: noteOf("retention"),
    retentionFailure: noteOf("retentionFailure"),
    retentionPause: noteOf("retentionPause"),
  };
}
