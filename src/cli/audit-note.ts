import type { AuditEntry } from "../store/audit.ts";
import type { Engine } from "../store/engine.ts";
import { StoreUnavailable, StoreUnusable } from "../store/store.ts";

/** The audit list's entry for what a command changes. */
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
 * Notes in the audit list what a command read. Nobody can be kept from a file that they
 * can read, so what can't be noted, as on a full disk, is only said. A backup that is read
 * stays as it is.
 */
export async function noteUse(engine: Engine, action: string): Promise<void> {
  if (await engine.isUnusedBackup()) return;
  try {
    const stores = await engine.openForCommand();
    try {
      await stores.audit.add({ ...commandEntry(action, ""), kind: "use" });
    } finally {
      await stores.close();
    }
  } catch (error) {
    const isKnown =
      error instanceof StoreUnavailable || error instanceof StoreUnusable;
    if (!isKnown) throw error;
    console.error(`This isn't noted in the audit list: ${error.message}`);
  }
}
