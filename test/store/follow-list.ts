import { suppressionCodes } from "../../src/errors/verdict.ts";
import type { Stores } from "../../src/store/stores.ts";

/** Brings the "do not send" list up to date. Resolves to how many changes that made. */
export async function followList(
  { suppressions }: Pick<Stores, "suppressions">,
  now = Date.now(),
  codes = suppressionCodes(),
): Promise<number> {
  let changes = 0;
  for (;;) {
    const done = await suppressions.follow(codes, now);
    changes += done.changes;
    if (!done.isMore) return changes;
  }
}
