import type { Database } from "bun:sqlite";
import type { Kysely } from "kysely";
import type { UpkeepNote, UpkeepState } from "../../upkeep.ts";
import type { Schema } from "../schema.ts";

export function noteUpkeep(db: Database, { name, note }: UpkeepNote): void {
  if (note === undefined)
    db.query("DELETE FROM upkeep_notes WHERE name = ?").run(name);
  else
    db.query("INSERT OR REPLACE INTO upkeep_notes VALUES (?, ?)").run(
      name,
      JSON.stringify(note),
    );
}

export async function upkeepState(db: Kysely<Schema>): Promise<UpkeepState> {
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
