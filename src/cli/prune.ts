import { counted } from "../words/amounts.ts";
import { ConfigError, type Config } from "../config/config.ts";
import type { Reader } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import { EVENT_STATUSES } from "../twilio/status.ts";
import { cutByClock, retentionCut } from "../upkeep/retention.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { FlagReader, type Flags } from "./flags.ts";
import { commandEntry as entry } from "./audit-note.ts";
import { print, report } from "./output.ts";
import { progressBar } from "./progress-bar.ts";
import { stopSignal } from "./stop-signal.ts";

const DAYS_MAX = 36_500;
const IF_RIGHT = "If the clock is right, add --trust-clock.";

export type PruneOptions = {
  /** Days that are kept beside the begun one; undefined: as RETENTION_DAYS has it. */
  readonly days: number | undefined;
  readonly isDryRun: boolean;
  /** Whoever runs it says that the clock is right, whatever the database tells. */
  readonly trustsClock: boolean;
  /** It was confirmed on the command line. */
  readonly isSure: boolean;
};

/** Reads the flags of `prune`. Throws ConfigError. */
export function pruneOptions(flags: Flags): PruneOptions {
  const reader = new FlagReader(flags);
  const limits = { min: 1, max: DAYS_MAX, whole: true };
  const days = reader.number("days", 0, limits);
  reader.requireRight();
  return {
    days: days || undefined,
    isDryRun: flags["dryRun"] === true,
    trustsClock: flags["trustClock"] === true,
    isSure: flags["yes"] === true,
  };
}

/**
 * Deletes old messages, also while the server runs. Resolves to the exit status: 1 when
 * it was stopped before it was done, 2 when it was not confirmed.
 */
export async function prune(
  { databaseUrl, retentionDays }: Pick<Config, "databaseUrl" | "retentionDays">,
  options: PruneOptions,
): Promise<number> {
  const days = options.days ?? retentionDays;
  if (days === 0)
    throw new ConfigError([
      "--days: is not given, and RETENTION_DAYS is not set. Give the number of days to keep.",
    ]);
  const engine = openEngine(databaseUrl);
  const reader = await engine.openForReading();
  let before: number | undefined;
  let messages = 0;
  try {
    before = await cutOf(reader, days, options);
    if (before === undefined) return 1;
    messages = await messagesBefore(reader, before);
  } finally {
    await reader.close();
  }
  const old = `first heard of before ${new Date(before).toISOString().slice(0, 10)} (UTC)`;
  if (options.isDryRun || messages === 0) {
    print(
      messages === 0
        ? `There are no messages ${old}.`
        : `Would be deleted: ${counted(messages, "message")} ${old}. Nothing was changed.`,
    );
    return 0;
  }
  const question = `Delete ${counted(messages, "message")} ${old}? Only a backup brings them back.`;
  if (!options.isSure && !(await isConfirmed(question))) return NOT_CONFIRMED;
  const signal = stopSignal();
  const bar = progressBar(process.stderr, messages);
  const stores = await engine.openForCommand();
  try {
    const onProgress = bar.update;
    await stores.audit.add(entry("began to delete old messages", old));
    const pruned = await stores.upkeep.prune(before, { signal, onProgress });
    bar.end();
    const deleted = `${counted(pruned.messages, "message")} with ${counted(pruned.events, "event")}`;
    await stores.audit.add(entry("deleted old messages", deleted));
    const status = report(`Deleted: ${deleted}, ${old}.`);
    if (!signal.aborted) return status;
    console.error("Stopped before it was done. Run it again to go on.");
    return 1;
  } finally {
    await stores.close();
  }
}

/** Undefined when the clock may be wrong: then nothing may be deleted, which is said. */
async function cutOf(
  reader: Reader,
  days: number,
  { trustsClock }: PruneOptions,
): Promise<number | undefined> {
  const now = Date.now();
  const byClock = cutByClock(now, days);
  if (trustsClock) return byClock;
  const cut = retentionCut(await reader.clockAt(now), days);
  if ("pause" in cut) {
    console.error(`Nothing was deleted. ${cut.pause} ${IF_RIGHT}`);
    return undefined;
  }
  if (cut.before < byClock)
    console.error(
      `The clock was set, or the server was off, for more than a day. That time isn't counted. ${IF_RIGHT}`,
    );
  return cut.before;
}

/** Those that the counts have, which are kept true to the messages. */
async function messagesBefore(reader: Reader, before: number): Promise<number> {
  const rows = await reader.tally({ range: { from: 0, to: before } });
  return rows.reduce(
    (sum, { counts }) =>
      sum + EVENT_STATUSES.reduce((total, each) => total + counts[each], 0),
    0,
  );
}
