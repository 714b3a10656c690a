import { counted } from "../words/amounts.ts";
import type { Config } from "../config/config.ts";
import { maskRecipient } from "../phone/mask-numbers.ts";
import { openSqliteReader } from "../store/sqlite/sqlite-store.ts";
import {
  openForUpkeep,
  openToSearch,
} from "../store/sqlite/upkeep/upkeep-command.ts";
import type { Erased } from "../store/upkeep.ts";
import { addressToErase, isNumber } from "../phone/erased-number.ts";
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
  { databaseFile }: Pick<Config, "databaseFile">,
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
  const events = await eventsIn(databaseFile);
  const question = `Erase ${shown} for good? Nobody can bring it back.`;
  if (!isDryRun && !isSure && !(await isConfirmed(question)))
    return NOT_CONFIRMED;
  const signal = stopSignal();
  const bar = progressBar(process.stderr, events);
  const work = { signal, onProgress: bar.update };
  const subject = maskRecipient(shown);
  const upkeep = isDryRun
    ? openToSearch(databaseFile)
    : openForUpkeep(databaseFile);
  try {
    let found: Erased;
    if ("erase" in upkeep) {
      upkeep.addAuditEntry(entry("began to erase a number", subject));
      found = await upkeep.erase(address, work);
      if (!signal.aborted)
        upkeep.addAuditEntry(entry("erased a number", subject));
    } else found = await upkeep.findNumber(address, work);
    bar.end();
    if (signal.aborted) {
      console.error(
        "Stopped before it was done. Run it again: it begins anew and finds the rest.",
      );
      return 1;
    }
    return report(outcomeText(found, isDryRun));
  } finally {
    upkeep.close();
  }
}

/** For the progress bar. Throws StoreUnusable when there's no database to search. */
async function eventsIn(file: string): Promise<number> {
  const reader = openSqliteReader(file);
  const { order } = await reader.feedEnd();
  await reader.close();
  return order;
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
