import { counted } from "../words/amounts.ts";
import type { Config } from "../config/config.ts";
import { maskRecipient } from "../phone/mask-numbers.ts";
import type { Engine } from "../store/engine.ts";
import { openEngine } from "../store/open.ts";
import type { Erased, LongWork } from "../store/upkeep.ts";
import {
  addressToErase,
  isNumber,
  type ErasedAddress,
} from "../phone/erased-number.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { commandEntry as entry } from "./audit-note.ts";
import { report } from "./output.ts";
import { progressBar } from "./progress-bar.ts";
import { stopSignal } from "./stop-signal.ts";

export type EraseOptions = {
  readonly isDryRun: boolean;
  /** It was confirmed on the command line. */
  readonly isSure: boolean;
};

/**
 * Takes a person's number, user id or name out of the database, also while the server runs. Resolves to
 * the exit status: 1 when it was stopped before it was done, 2 when it was not confirmed.
 */
export async function erase(
  { databaseUrl }: Pick<Config, "databaseUrl">,
  number: string,
  { isDryRun, isSure }: EraseOptions,
): Promise<number> {
  const address = addressToErase(number);
  if (address === undefined) {
    console.error(
      "Give the whole number with a plus sign and its country code, such as +14155550123, or a user id or name as the pages show it.",
    );
    return 2;
  }
  const shown = isNumber(address) ? `+${address}` : address;
  const engine = openEngine(databaseUrl);
  const events = await eventsIn(engine);
  const question = `Erase ${shown} for good? Nobody can bring it back.`;
  if (!isDryRun && !isSure && !(await isConfirmed(question)))
    return NOT_CONFIRMED;
  const signal = stopSignal();
  const bar = progressBar(process.stderr, events);
  const work = { signal, onProgress: bar.update };
  const found = isDryRun
    ? await find(engine, address, work)
    : await eraseNoted(engine, address, maskRecipient(shown), work);
  bar.end();
  if (signal.aborted) {
    console.error(
      "Stopped before it was done. Run it again: it begins anew and finds the rest.",
    );
    return 1;
  }
  return report(outcomeText(found, isDryRun));
}

/** For the progress bar. Throws StoreUnusable when there's no database to search. */
async function eventsIn(engine: Engine): Promise<number> {
  const reader = await engine.openForReading();
  try {
    const { order } = await reader.feedEnd();
    return order;
  } finally {
    await reader.close();
  }
}

async function find(
  engine: Engine,
  address: ErasedAddress,
  work: LongWork,
): Promise<Erased> {
  const reader = await engine.openForReading();
  try {
    return await reader.findNumber(address, work);
  } finally {
    await reader.close();
  }
}

/** Erases, and notes it in the audit list before and after. */
async function eraseNoted(
  engine: Engine,
  address: ErasedAddress,
  subject: string,
  work: LongWork,
): Promise<Erased> {
  const stores = await engine.openForCommand();
  try {
    await stores.audit.add(entry("began to erase a number", subject));
    const found = await stores.upkeep.erase(address, work);
    if (!work.signal?.aborted)
      await stores.audit.add(entry("erased a number", subject));
    return found;
  } finally {
    await stores.close();
  }
}

function outcomeText(found: Erased, isDryRun: boolean): string {
  const { messages, events, tags, refusals, addressIds } = found;
  if (messages + refusals + addressIds.length === 0)
    return "It isn’t anywhere in the database.";
  const places = [
    `${counted(messages, "message")} with ${counted(events, "event")}`,
    counted(tags, "tag"),
    counted(refusals, "refused callback"),
  ].join(", ");
  if (isDryRun) return `Would be erased from ${places}. Nothing was changed.`;
  const names = addressIds.map((id) => `erased-${id}`).join(", ");
  return [
    `Erased from ${places}. The messages and all counts stay.`,
    ...(names === "" ? [] : [`It is now called ${names}.`]),
    "Backups that were made before still have it: delete them, or erase again after restoring one.",
    "A callback that comes later for it is recorded as usual.",
  ].join("\n");
}
