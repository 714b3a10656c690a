/**
 * `bun test/bench/make-history.ts FILE [--messages 10000000] [--days 90] [--seed 1]`
 *
 * Makes a big database, as if that many made-up messages had been recorded. The same
 * arguments make the same history.
 */
import { parseArgs } from "node:util";
import { HISTORY_UNTIL } from "./history/database.ts";
import { makeHistory, progressLines } from "./history/make.ts";

const {
  values,
  positionals: [file],
} = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: "string", default: "10000000" },
    days: { type: "string", default: "90" },
    seed: { type: "string", default: "1" },
  },
});
if (file === undefined) {
  console.error("Give the file to make: bun test/bench/make-history.ts FILE");
  process.exit(2);
}
const messages = Number(values.messages);
const made = await makeHistory(
  file,
  {
    messages,
    days: Number(values.days),
    seed: Number(values.seed),
    until: HISTORY_UNTIL,
  },
  progressLines(messages),
);
const count = (value: number): string => Math.round(value).toLocaleString("en");
console.log(
  `${count(made.messages)} messages with ${count(made.events)} events, and ${count(made.repeats)} repeats, ` +
    `in ${made.seconds.toFixed(0)} s: ${count((made.events + made.repeats) / made.seconds)} events/s, ` +
    `${count(made.bytes)} bytes, ${(made.bytes / made.messages).toFixed(0)} a message`,
);
