import type { Store } from "../store/store.ts";

/**
 * The latest event's id, 0 before the first: what a page's `live` takes. To be read
 * before what the page shows, so that nothing recorded in between is missed.
 */
export async function latestEventId(
  store: Pick<Store, "changesSince">,
): Promise<number> {
  const { lastEventId } = await store.changesSince(Number.MAX_SAFE_INTEGER);
  return lastEventId;
}
