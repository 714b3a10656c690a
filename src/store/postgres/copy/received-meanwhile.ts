import type { StoredEvent } from "../../core/stored-event.ts";
import type { Connection } from "../connection/pool.ts";
import { restoredJson } from "../connection/storable.ts";
import { appendableStored } from "../receiving/receipts.ts";
import { lockReceipts } from "../upkeep/unused-names.ts";

type Query = Connection["query"];

/** Callbacks that are judged at a time; receivers wait for the last of them. */
const BATCH = 500;

/**
 * Judges the callbacks that nodes received while the ledger was being copied, in their order,
 * and appends them for the keeper. At the end of this transaction nobody receives any more of
 * them: it ends the copy.
 */
export async function judgeReceivedMeanwhile(query: Query): Promise<void> {
  while ((await judgeSome(query)) === BATCH);
  await lockReceipts(query);
  while ((await judgeSome(query)) > 0);
}

async function judgeSome(query: Query): Promise<number> {
  const taken = await query<{ id: number; event: string }>(
    `DELETE FROM received_meanwhile
       WHERE id = ANY (ARRAY(SELECT id FROM received_meanwhile ORDER BY id LIMIT ${BATCH}))
       RETURNING id, event`,
  );
  const callbacks = [...taken]
    .toSorted((a, b) => a.id - b.id)
    .map(({ event }) => {
      const stored: StoredEvent = restoredJson(event);
      return appendableStored(stored);
    });
  if (callbacks.length > 0)
    await query("SELECT judge_callbacks($1::text::json)", [
      `[${callbacks.join()}]`,
    ]);
  return callbacks.length;
}
