import type { Database } from "bun:sqlite";
import { internedAddresses } from "./addresses.ts";
import { interned, internedColumn } from "./interning.ts";
import { createLastDays } from "./last-days.ts";

export type Names = ReturnType<typeof createNames>;

/** What messages and events refer to by id: addresses, SIDs, shapes of posts. */
export function createNames(db: Database) {
  const sids = internedColumn(db, "sids", "sid");
  const shapes = internedColumn(db, "post_shapes", "shape");
  const addresses = internedAddresses(db);
  const sidDays = createLastDays(db, "sid_days", "sids");
  const shapeDays = createLastDays(db, "shape_days", "post_shapes");
  const findSid = db.prepare<{ sid: string }, [number]>(
    "SELECT sid FROM sids WHERE id = ?",
  );
  const sidTexts = interned<string, number>((id) => findSid.get(id)?.sid ?? "");
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
    addresses,
    /** The id of a SID that an event has which was received then. */
    sid: (sid: string, receivedAt: number) =>
      idOf(sids, sidDays, sid, receivedAt),
    sidText: (id: number): string => sidTexts.get(id),
    shape: (shape: string, receivedAt: number) =>
      idOf(shapes, shapeDays, shape, receivedAt),
    /** Removes SIDs and shapes that only events received before then had. */
    removeUnused(before: number): void {
      for (const days of [sidDays, shapeDays]) days.removeUnused(before);
      for (const part of [sids, sidTexts, shapes, sidDays, shapeDays])
        part.forget();
    },
    /** To be called when the transaction is rolled back, or another process wrote. */
    forget(): void {
      for (const part of [
        sids,
        sidTexts,
        shapes,
        sidDays,
        shapeDays,
        addresses,
      ])
        part.forget();
    },
  };
}
