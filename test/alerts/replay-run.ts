/**
 * `bun test/alerts/replay-run.ts [--days 90] [--messages 1000000] [--seed 1]`
 *
 * Replays the benchmark's history minute by minute through the evaluator, with an incident of
 * each kind every few days from the tenth on, and fails if anything else fires, or one of them
 * doesn't within two minutes of meeting its rule's condition. Takes minutes to an hour.
 */
import { parseArgs } from "node:util";
import { HISTORY_UNTIL } from "../bench/history/database.ts";
import {
  failures,
  nothing,
  onlySent,
  otherCode,
  type Incident,
} from "./incidents.ts";
import { replay } from "./replay.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const BUSIEST_SENDER = "+18885551000";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "1000000" },
    days: { type: "string", default: "90" },
    seed: { type: "string", default: "1" },
  },
});
const days = Number(values.days);
const start = HISTORY_UNTIL - days * DAY_MS;

type Planted = {
  /** As in `Fired`. */
  readonly expected: string;
  readonly incident: Incident;
  /** Until when its alert can begin. */
  readonly until: number;
};

/** Incidents begin at ten in the morning of their days. */
function plantedOn(day: number, place: number): Planted {
  const from =
    Math.floor((start + day * DAY_MS) / DAY_MS) * DAY_MS + 10 * HOUR_MS;
  const until = from + 40 * MINUTE_MS;
  const kinds = [
    ["failure-rate ", failures(from, until, 0.6, 30008)],
    [
      `failure-rate sender:${BUSIEST_SENDER}`,
      failures(
        from,
        until,
        0.9,
        30007,
        (event) => event.from === BUSIEST_SENDER,
      ),
    ],
    [
      "failure-rate country:GB",
      failures(
        from,
        until,
        0.9,
        30003,
        ({ to }) => to?.startsWith("+4477") ?? false,
      ),
    ],
    [`new-code code:${31_000 + day}`, otherCode(from, until, 31_000 + day)],
    ["silence ", nothing(from, from + 90 * MINUTE_MS)],
    ["stuck ", onlySent(from, from + HOUR_MS)],
  ] as const;
  const [expected, incident] = kinds[place % kinds.length] ?? kinds[0];
  return { expected, incident, until: from + 8 * HOUR_MS };
}

const planted: Planted[] = [];
for (let day = 10; day < days - 1; day += 4)
  planted.push(plantedOn(day, planted.length));

const { fired } = await replay({
  days,
  messages: Number(values.messages),
  seed: Number(values.seed),
  until: HISTORY_UNTIL,
  watchedFrom: start + DAY_MS,
  incidents: planted.map(({ incident }) => incident),
  onDay: (at, ms) =>
    console.log(
      `${new Date(at).toISOString()}: ${ms.toFixed(1)} ms per evaluation`,
    ),
});

let wrong = 0;
const left = new Set(planted);
for (const { kind, key, firedAt, dueAt, name } of fired) {
  const match = [...left].find(
    ({ expected, incident, until }) =>
      expected === `${kind} ${key}` &&
      firedAt >= incident.from &&
      firedAt < until,
  );
  if (match) left.delete(match);
  const late = dueAt === undefined ? undefined : (firedAt - dueAt) / MINUTE_MS;
  // An incident in one country can push the failure rate of all messages over its limit, too.
  const isAlsoMet =
    match === undefined &&
    planted.some(
      ({ incident }) => firedAt >= incident.from && firedAt < incident.until,
    );
  const isWrong =
    (!match && !isAlsoMet) || late === undefined || late < 0 || late > 2;
  if (isWrong) wrong++;
  console.log(
    `${isWrong ? "WRONG " : ""}${new Date(firedAt).toISOString()} ${name} ${key}: ` +
      `${match ? "planted" : isAlsoMet ? "also met by an incident" : "not planted"}, ` +
      `${late ?? "?"} min after its condition was met`,
  );
}
for (const { expected, incident } of left) {
  wrong++;
  console.log(
    `WRONG ${expected} of ${new Date(incident.from).toISOString()} never fired`,
  );
}
console.log(
  `${fired.length} alerts, ${planted.length} incidents, ${wrong} wrong`,
);
process.exitCode = wrong === 0 ? 0 : 1;
