/** `bun test/forwarding/kill.ts [rounds]`: the long run; kill.test.ts is its short one. */
import { killBoth } from "./kill-loop.ts";

const rounds = Number(process.argv[2] ?? 50);
const killed = await killBoth(rounds, { min: 300, max: 900 }, console.log);
const { acknowledged, arrived, missing, renamed, repeated } = killed;
console.log(
  `${rounds} times kill -9 of the server, and of the receiver: ${acknowledged} acknowledged, ${arrived} arrived, ` +
    `${missing.length} lost, ${renamed.length} with another ID, ${repeated} arrived twice`,
);
const isGood =
  missing.length === 0 && renamed.length === 0 && repeated <= arrived / 100;
process.exit(isGood ? 0 : 1);
