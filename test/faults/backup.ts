/** `bun test/faults/backup.ts [rounds]`: the long run; backup.test.ts is its short one. */
import { backupRounds } from "./backup-rounds.ts";

const rounds = Number(process.argv[2] ?? 20);
const { acknowledged, missing } = await backupRounds(rounds, console.log);
console.log(
  `${rounds} backups under load: ${acknowledged} acknowledged before they began, ${missing.length} missing once restored`,
);
process.exit(missing.length === 0 ? 0 : 1);
