import { counted } from "../words/amounts.ts";
import type { Config } from "../config/config.ts";
import { maskRecipient } from "../phone/mask-numbers.ts";
import type { CommandStores, Reader } from "../store/engine.ts";
import { ACTIONS } from "../store/audit.ts";
import { openEngine } from "../store/open.ts";
import type { Erased, LongWork } from "../store/upkeep.ts";
import {
  addressToErase,
  isNumber,
  type ErasedAddress,
} from "../phone/erased-number.ts";
import { isConfirmed, NOT_CONFIRMED } from "./confirmation.ts";
import { commandEntry as entry } from "./audit-note.ts";
import { report, say } from "./output.ts";
import { progressBar } from "./progress-bar.ts";
import { stopSignal } from "./stop-signal.ts";
import { FAILED, WRONG_USAGE } from "./exit-status.ts";

export type EraseOptions = {
  readonly isDryRun: boolean;
  /** Confirmed on the command line. */
  readonly isSure: boolean;
};

/**
 * Erases a person's number, user ID or name from the database, even while the server
 * is running. Resolves to the exit status: 1 when it was stopped before it was done, 2
 * when it wasn't confirmed.
 */
export async function erase(
  { databaseUrl }: Pick<Config, "databaseUrl">,
  number: string,
  { isDryRun, isSure }: EraseOptions,
): Promise<number> {
  const address = addressToErase(number);
  if (address === undefined) {
    say(
      "Give the complete number with a plus sign and the country code, such as +14155550123, or a user ID or name as the pages show it.",
    );
    return WRONG_USAGE;
  }
  const engine = openEngine(databaseUrl);
  return isDryRun
    ? find(await engine.openForReading(), address)
    : confirmAndErase(await engine.openForCommand(), address, isSure);
}

async function find(reader: Reader, address: ErasedAddress): Promise<number> {
  try {
    return await underWay((work) => reader.findNumber(address, work), true);
  } finally {
    await reader.close();
  }
}

/** The audit list has it before and after. */
async function confirmAndErase(
  stores: CommandStores,
  address: ErasedAddress,
  isSure: boolean,
): Promise<number> {
  const { audit, upkeep } = stores;
  const shown = isNumber(address) ? `+${address}` : address;
  const subject = maskRecipient(shown);
  try {
    const question = `Erase ${shown}? This can't be undone.`;
    if (!isSure && !(await isConfirmed(question))) return NOT_CONFIRMED;
    return await underWay(
      (work) =>
        upkeep.exclusively("erasure", async (held) => {
          await audit.add(entry(ACTIONS.beganToErase, subject));
          const signal = AbortSignal.any([work.signal, held]);
          const erased = await upkeep.erase(address, { ...work, signal });
          if (!work.signal.aborted)
            await audit.add(entry(ACTIONS.erased, subject));
          return erased;
        }),
      false,
    );
  } finally {
    await stores.close();
  }
}

/** Shows how far work is until it is done or stopped, and reports how it ended. */
async function underWay(
  run: (work: LongWork & { readonly signal: AbortSignal }) => Promise<Erased>,
  isDryRun: boolean,
): Promise<number> {
  const signal = stopSignal();
  const bar = progressBar(process.stderr);
  const found = await run({ signal, onProgress: bar.update });
  bar.end();
  if (!signal.aborted) return report(outcomeText(found, isDryRun));
  say(
    "Stopped before it was done. Run it again: it starts over and finds the rest.",
  );
  return FAILED;
}

function outcomeText(found: Erased, isDryRun: boolean): string {
  const { messages, events, tags, refusals, addressIds } = found;
  if (messages + refusals + addressIds.length === 0)
    return "It isn't in the database.";
  const places = [
    `${counted(messages, "message")} with ${counted(events, "event")}`,
    counted(tags, "tag"),
    counted(refusals, "refused callback"),
  ].join(", ");
  if (isDryRun) return `Would erase it from ${places}. Nothing was changed.`;
  const names = addressIds.map((id) => `erased-${id}`).join(", ");
  return [
    `Erased from ${places}. The messages and all counts stay.`,
    ...(names === "" ? [] : [`It now appears as ${names}.`]),
    "Earlier backups still have it: delete them, or erase it again after restoring one.",
    "Later callbacks for it are recorded as usual.",
  ].join("\n");
}
