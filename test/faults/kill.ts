/** `bun test/faults/kill.ts [rounds]`: the long run; kill.test.ts is its short one. */
import { killLoop } from "./kill-loop.ts";

const rounds = Number(process.argv[2] ?? 200);
const { acknowledged, missing } = await killLoop(rounds, console.log);
console.log(
  `${rounds} times kill -9: ${acknowledged} acknowledged, ${missing.length} lost`,
);
process.exit(missing.length === 0 ? 0 : 1);
