import { suppressionCodes } from "../../src/errors/verdict.ts";
import type { Stores } from "../../src/store/stores.ts";

/** Brings the "do not send" list up to date with all that was recorded. Resolves to how many changes that made. */
export async function followList(
  store: Pick<Stores, "settled" | "suppressions">,
  now = Date.now(),
  codes = suppressionCodes(),
): Promise<number> {
  await store.settled();
  let changes = 0;
  for (;;) {
    const done = await store.suppressions.follow(codes, now);
    changes += done.changes;
    if (!done.isMore) return changes;
  }
}
