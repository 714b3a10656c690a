/**
 * Runs the real server with this clock until its settings show what retention did, then
 * posts a callback.
 */
import { backupRounds } from "./backup-rounds.ts";

const rounds = Number(process.argv[2] ?? 20);
const { acknowledged, missing } = await backupRounds(rounds, console.log);
console.log(
  `${rounds} backups under load: ${acknowledged} acknowledged before they began, ${missing.length} missing once restored`,
);
process.exit(missing.length === 0 ? 0 : 1);
