import { Mistake } from "../../../log/failure.ts";
import type { Transactions } from "../connection/transactions.ts";
import { internedAddresses } from "./addresses.ts";
import { interned, internedColumn } from "./interning.ts";
import { createLastDays } from "./last-days.ts";

export type Names = ReturnType<typeof createNames>;

/** What messages and events refer to by id: addresses, SIDs, shapes of posts. */
export function createNames(transactions: Transactions) {
  const sids = internedColumn(transactions, "sids", "sid");
  const shapes = internedColumn(transactions, "post_shapes", "shape");
  const sidDays = createLastDays(transactions, "sid_days", "sids");
  const shapeDays = createLastDays(transactions, "shape_days", "post_shapes");
  const findSid = transactions.db.prepare<{ sid: string }, [number]>(
    "SELECT sid FROM sids WHERE id = ?",
  );
  const sidTexts = interned<string, number>(transactions, (id) => {
    const row = findSid.get(id);
    if (row === null) throw new Mistake("A message's SID is missing.");
    return row.sid;
  });
  const idOf = (
    ids: typeof sids,
    days: typeof sidDays,
    text: string,
    receivedAt: number,
  ): number => {
    const id = ids.get(text);
    days.note(id, receivedAt);
    return id;
  };
  return {
    addresses: internedAddresses(transactions),
    /** The id of a SID in an event received at this time. */
    sid: (sid: string, receivedAt: number) =>
      idOf(sids, sidDays, sid, receivedAt),
    sidText: (id: number): string => sidTexts.get(id),
    shape: (shape: string, receivedAt: number) =>
      idOf(shapes, shapeDays, shape, receivedAt),
    /** Removes SIDs and shapes that only events received before then have. */
    removeUnused(before: number): void {
      for (const days of [sidDays, shapeDays]) days.removeUnused(before);
      transactions.dropCaches();
    },
  };
}
