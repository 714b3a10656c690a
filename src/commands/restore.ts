import { existsSync } from "node:fs";
import type { Config } from "../config.ts";
import { restoreBackup } from "../store/sqlite/restore.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { holds } from "./backup.ts";

/**
 * Puts a backup in the place of the database while no server runs. Resolves to the exit
 * status; why it could not be done is thrown.
 */
export async function restore(
  { databaseFile }: Pick<Config, "databaseFile">,
  file: string,
  isSure: boolean,
): Promise<number> {
  const question =
    "Put this backup in the place of the database? Messages, users, API tokens and the event feed are then as they were when it was made.";
  if (!isSure && existsSync(databaseFile) && !(await isConfirmed(question)))
    return NOT_CONFIRMED;
  const { before, ...contents } = restoreBackup(file, databaseFile, Date.now());
  console.log(`The backup is restored: ${holds(contents)}.`);
  if (before !== undefined)
    console.log(
      `What was there before is kept as ${before}.\n` +
        "To go back, restore that file in the same way. Delete it when you no longer need it.",
    );
  console.log(
    "Users and API tokens are those of the backup too. Whoever reads the event feed begins it anew.\n" +
      "Start the server now.",
  );
  return 0;
}
