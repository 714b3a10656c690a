import { say } from "./output.ts";
import type { AuditEntry } from "../store/audit.ts";
import type { Engine } from "../store/engine.ts";
import { StoreUnavailable, StoreUnusable } from "../store/store.ts";

/** The entry in the audit list for what a command changes. */
export function commandEntry(action: string, subject: string): AuditEntry {
  return {
    kind: "change",
    at: Date.now(),
    actor: "command line",
    action,
    subject,
    address: null,
  };
}

/**
 * Notes in the audit list what a command read. On a full disk, for one, that only prints a
 * warning: whoever runs the command can read the file anyway. A backup that is read stays
 * unchanged.
 */
export async function noteUse(
  engine: Engine,
  action: string,
  subject = "",
): Promise<void> {
  if (await engine.isUnusedBackup()) return;
  try {
    const stores = await engine.openForCommand();
    try {
      await stores.audit.add({ ...commandEntry(action, subject), kind: "use" });
    } finally {
      await stores.close();
    }
  } catch (error) {
    const isKnown =
      error instanceof StoreUnavailable || error instanceof StoreUnusable;
    if (!isKnown) throw error;
    say(`This isn't in the audit list: ${error.message}`);
  }
}
