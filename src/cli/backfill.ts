import { ConfigError, type Config } from "../config/config.ts";
import { dayOf, daysFrom } from "../sources/gmt-days.ts";
import type { CommandStores } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import type { BackfillDay } from "../store/twilio-reading.ts";
import { pause } from "../time/pause.ts";
import { counted } from "../words/amounts.ts";
import { commandEntry as entry } from "./audit-note.ts";
import { FAILED } from "./exit-status.ts";
import { FlagReader, type Flags } from "./flags.ts";
import { report, say } from "./output.ts";
import { progressBar } from "./progress-bar.ts";
import { stopSignal } from "./stop-signal.ts";

/** Twilio keeps messages for 400 days, unless an account asks for more. */
const DAYS_MAX = 1_000;
const LOOK_EVERY_MS = 500;
/** A server notes once a minute that it's running. */
const SERVER_SEEN_MS = 150_000;
/** How long a server may take to begin. */
const BEGIN_MS = 15_000;
/** Twilio can ask for ten minutes of rest. */
const NOTHING_NEW_MS = 900_000;

/** Reads the flags of `backfill`: the GMT days to read, oldest first. Throws ConfigError. */
export function backfillDays(flags: Flags, now: number): readonly string[] {
  const reader = new FlagReader(flags);
  const today = dayOf(now);
  const from = reader.read("from", "", day);
  const to = reader.read("to", today, day);
  reader.requireRight();
  if (from === "")
    throw new ConfigError([
      "--from: is missing. Give the first day to read, such as 2026-11-01.",
    ]);
  if (from > today)
    throw new ConfigError([`--from: must not be after today (${today}).`]);
  if (to < from)
    throw new ConfigError([`--to: must not be before --from (${from}).`]);
  const days = daysFrom(from, to < today ? to : today);
  if (days.length > DAYS_MAX)
    throw new ConfigError([
      `--from: must be at most ${DAYS_MAX} days before --to.`,
    ]);
  return days;
}

function day(text: string): string {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at) || dayOf(at) !== text)
    throw new Error("must be a day, such as 2026-11-01");
  return text;
}

/** Has the running server read days from Twilio, and waits until it has. Resolves to the exit status. */
export async function backfill(
  {
    databaseUrl,
    databaseUrlFile,
  }: Pick<Config, "databaseUrl" | "databaseUrlFile">,
  days: readonly string[],
): Promise<number> {
  const engine = openEngine(databaseUrl, databaseUrlFile);
  const stores = await engine.openForCommand();
  try {
    const begunAt = Date.now();
    const [first = "", last = first] = [days[0], days.at(-1)];
    const which = first === last ? first : `${first} to ${last}`;
    await stores.backfills.want(days, begunAt);
    await stores.audit.add(
      entry("asked for the messages that Twilio has", which),
    );
    return await watch(stores, { first, last, count: days.length, begunAt });
  } finally {
    await stores.close();
  }
}

type Wanted = {
  readonly first: string;
  readonly last: string;
  readonly count: number;
  readonly begunAt: number;
};

async function watch(
  { backfills }: Pick<CommandStores, "backfills">,
  { first, last, count, begunAt }: Wanted,
): Promise<number> {
  const signal = stopSignal();
  const bar = progressBar(process.stderr, count);
  const newsAt = newsClock();
  try {
    for (;;) {
      const rows = await backfills.days(first, last);
      const read = rows.filter((each) => each.readAt !== null);
      bar.update(read.length);
      if (read.length >= count) {
        bar.end();
        return report(`Read from Twilio: ${reportWords(rows)}.`);
      }
      const note = await backfills.note();
      const quietMs = newsAt(rows);
      const trouble =
        note?.failure && note.failure.at >= begunAt
          ? `${note.failure.reason} The server tries again every five minutes.`
          : noServer(note?.aliveAt, quietMs);
      if (trouble !== undefined || signal.aborted) {
        bar.end();
        say(
          trouble ??
            "Stopped waiting. The server continues; run the command again to see how far it is.",
        );
        return FAILED;
      }
      await pause(LOOK_EVERY_MS, signal);
    }
  } finally {
    bar.end();
  }
}

/** Returns a function that takes what was read, and returns how long that has been the same. */
function newsClock(): (rows: readonly BackfillDay[]) => number {
  let [known, since] = ["", performance.now()];
  return (rows) => {
    const pages = rows.map(({ pages: each }) => each).join();
    if (pages !== known) [known, since] = [pages, performance.now()];
    return performance.now() - since;
  };
}

/** Why nobody may be reading; undefined while somebody is. */
function noServer(
  aliveAt: number | undefined,
  quietMs: number,
): string | undefined {
  const isSeen =
    aliveAt !== undefined && Math.abs(Date.now() - aliveAt) < SERVER_SEEN_MS;
  if (quietMs < (isSeen ? NOTHING_NEW_MS : BEGIN_MS)) return undefined;
  return (
    "No running server reads from Twilio. Start it with TWILIO_API_KEY, TWILIO_API_SECRET and TWILIO_ACCOUNT_SID: " +
    "it begins with these days then. If it's running with them, its log says more."
  );
}

function reportWords(rows: readonly BackfillDay[]): string {
  const sum = (of: (row: BackfillDay) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  const [messages, found] = [
    sum((row) => row.messages),
    sum((row) => row.found),
  ];
  const unreadable = sum((row) => row.unreadable);
  const missing =
    found === 0
      ? "nothing was missing"
      : `${counted(found, "event was", "events were")} missing and ${found === 1 ? "is" : "are"} recorded now`;
  return (
    `${counted(rows.length, "day")} with ${counted(messages, "message")}; ${missing}` +
    (unreadable === 0
      ? ""
      : `; ${counted(unreadable, "message")} couldn't be read`)
  );
}
