import { boundedCount, counted } from "../words/amounts.ts";
import { ConfigError, type Config } from "../config/config.ts";
import type { CommandStores, Reader } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import type { BoundedCount } from "../store/tally.ts";
import type { LongWork, Pruned, UpkeepStore } from "../store/upkeep.ts";
import { MADE_UP_MESSAGES } from "../store/filter.ts";
import { EVENT_STATUSES } from "../twilio/status.ts";
import { cutByClock, retentionCut } from "../upkeep/retention.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { FlagReader, type Flags } from "./flags.ts";
import { commandEntry as entry } from "./audit-note.ts";
import { print, report, say } from "./output.ts";
import { progressBar } from "./progress-bar.ts";
import { stopSignal } from "./stop-signal.ts";
import { DONE, FAILED } from "./exit-status.ts";

const DAYS_MAX = 36_500;
const IF_RIGHT = "If the clock is right, add --trust-clock.";

export type PruneOptions = {
  /** Delete made-up messages, instead of old ones. */
  readonly isMadeUp: boolean;
  /** Days to keep, besides today; undefined for RETENTION_DAYS. */
  readonly days: number | undefined;
  readonly isDryRun: boolean;
  /** The clock is right, whatever the database suggests. */
  readonly trustsClock: boolean;
  /** Confirmed on the command line. */
  readonly isSure: boolean;
};

/** Reads the flags of `prune`. Throws ConfigError. */
export function pruneOptions(flags: Flags): PruneOptions {
  const reader = new FlagReader(flags);
  const limits = { min: 1, max: DAYS_MAX, whole: true };
  const days = reader.number("days", 0, limits);
  reader.requireRight();
  return {
    isMadeUp: flags["madeUp"] === true,
    days: days || undefined,
    isDryRun: flags["dryRun"] === true,
    trustsClock: flags["trustClock"] === true,
    isSure: flags["yes"] === true,
  };
}

/** What is to be deleted. */
type Plan = {
  readonly messages: BoundedCount;
  /** `old messages` or `made-up messages`, for the audit list. */
  readonly kind: string;
  /** The words before and after the count of messages. */
  readonly which: { readonly before: string; readonly after: string };
  readonly remove: (upkeep: UpkeepStore, work: LongWork) => Promise<Pruned>;
};

/**
 * Deletes old or made-up messages, even while the server is running. Resolves to the exit
 * status: 1 when it was stopped before it was done, 2 when it wasn't confirmed.
 */
export async function prune(
  { databaseUrl, retentionDays }: Pick<Config, "databaseUrl" | "retentionDays">,
  options: PruneOptions,
): Promise<number> {
  const days = options.days ?? retentionDays;
  if (days === 0 && !options.isMadeUp)
    throw new ConfigError([
      "--days: must be given, as RETENTION_DAYS isn't set. It's the number of days to keep.",
    ]);
  const engine = openEngine(databaseUrl);
  const reader = await engine.openForReading();
  let plan: Plan | undefined;
  try {
    plan = options.isMadeUp
      ? await madeUpPlan(reader)
      : await oldPlan(reader, days, options);
  } finally {
    await reader.close();
  }
  if (plan === undefined) return FAILED;
  const { messages, which } = plan;
  if (messages.count === 0) {
    print(`There are no ${which.before}messages${which.after}.`);
    return DONE;
  }
  const what = `${boundedCount(messages)} ${which.before}${messages.count === 1 ? "message" : "messages"}${which.after}`;
  if (options.isDryRun) {
    print(`Would delete ${what}. Nothing was changed.`);
    return DONE;
  }
  const question = `Delete ${what}? Only a backup brings them back.`;
  if (!options.isSure && !(await isConfirmed(question))) return NOT_CONFIRMED;
  const stores = await engine.openForCommand();
  try {
    return await carryOut(plan, stores);
  } finally {
    await stores.close();
  }
}

async function carryOut(
  { messages, kind, which, remove }: Plan,
  { upkeep, audit }: Pick<CommandStores, "upkeep" | "audit">,
): Promise<number> {
  const signal = stopSignal();
  const bar = progressBar(process.stderr, messages.count);
  await audit.add(entry(`began to delete ${kind}`, which.after.trim()));
  const pruned = await upkeep.exclusively("retention", (held) =>
    remove(upkeep, {
      signal: AbortSignal.any([signal, held]),
      onProgress: bar.update,
    }),
  );
  bar.end();
  const deleted = `${counted(pruned.messages, "message")} with ${counted(pruned.events, "event")}`;
  await audit.add(entry(`deleted ${kind}`, deleted));
  const status = report(
    `Deleted: ${deleted}${which.after && `,${which.after}`}.`,
  );
  if (!signal.aborted) return status;
  say("Stopped before it was done. Run it again to continue.");
  return FAILED;
}

async function madeUpPlan(reader: Reader): Promise<Plan> {
  return {
    messages: await reader.countMessages(MADE_UP_MESSAGES),
    kind: "made-up messages",
    which: { before: "made-up ", after: "" },
    remove: (upkeep, work) => upkeep.pruneMadeUp(work),
  };
}

/** Undefined when the clock may be wrong, which is reported. */
async function oldPlan(
  reader: Reader,
  days: number,
  options: PruneOptions,
): Promise<Plan | undefined> {
  const before = await cutOf(reader, days, options);
  if (before === undefined) return undefined;
  const date = new Date(before).toISOString().slice(0, 10);
  return {
    messages: {
      count: await messagesBefore(reader, before),
      isMore: false,
    },
    kind: "old messages",
    which: { before: "", after: ` first seen before ${date} (UTC)` },
    remove: (upkeep, work) => upkeep.prune(before, work),
  };
}

/** Undefined when the clock may be wrong: then nothing is deleted, and a message says why. */
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
    say(`Nothing was deleted. ${cut.pause} ${IF_RIGHT}`);
    return undefined;
  }
  if (cut.before < byClock)
    say(
      `The clock was set, or the server was off, for more than a day. That time isn't counted. ${IF_RIGHT}`,
    );
  return cut.before;
}

/** From the counts, which always agree with the messages. */
async function messagesBefore(reader: Reader, before: number): Promise<number> {
  const rows = await reader.tally({ range: { from: 0, to: before } });
  return rows.reduce(
    (sum, { counts }) =>
      sum + EVENT_STATUSES.reduce((total, each) => total + counts[each], 0),
    0,
  );
}
