import { Database } from "bun:sqlite";
import { openReader } from "../../src/store/sqlite/beside.ts";
import type { Ledger } from "./load.ts";

/** Compares a database with a ledger: missing entries, and SQLite's own verdict. */
export async function checkLedger(
  databaseUrl: string,
  ledger: Ledger,
): Promise<{
  readonly missing: string[];
  readonly events: number;
  readonly integrity: string;
}> {
  const held = new Set<string>();
  const store = openReader(databaseUrl);
  for await (const events of store.everyEvent())
    for (const event of events) held.add(`${event.messageSid} ${event.status}`);
  await store.close();
  const db = new Database(databaseUrl, { readonly: true });
  const [[integrity] = []] = db
    .query<unknown, []>("PRAGMA integrity_check")
    .values();
  db.close();
  return {
    missing: [...ledger].filter((entry) => !held.has(entry)),
    events: held.size,
    integrity: String(integrity),
  };
}
