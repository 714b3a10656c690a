import type { Config } from "../config.ts";
import { restoreBackup } from "../store/sqlite/restore.ts";
import { holds } from "./backup.ts";

/**
 * Puts a backup in the place of the database while no server runs. Resolves to the exit
 * status; why it could not be done is thrown.
 */
export async function restore(
  { databaseFile }: Pick<Config, "databaseFile">,
  file: string,
): Promise<number> {
  const { before, ...contents } = restoreBackup(file, databaseFile, Date.now());
  console.log(`The backup is restored: ${holds(contents)}.`);
  if (before !== undefined)
    console.log(
      `What was there before is kept as ${before}.\n` +
        "To go back, restore that file in the same way. Delete it when you no longer need it.",
    );
  console.log("Start the server now.");
  return 0;
}
