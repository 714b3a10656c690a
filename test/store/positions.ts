import { FeedPosition } from "../../src/store/feed-position.ts";
import type { EventRow, Store } from "../../src/store/store.ts";

/**
 * Resolves to the position after any event of a store's ledger, even one that doesn't
 * exist.
 */
export async function positionAfter(
  store: Pick<Store, "feedStart">,
  eventId: number,
): Promise<FeedPosition> {
  const { text } = await store.feedStart();
  const [, ledger] = Buffer.from(text, "base64url").toString().split(":");
  return new FeedPosition(ledger, eventId);
}

/**
 * Resolves to the event with this ID and those after it, up to a number that no test
 * reaches.
 */
export async function eventsFrom(
  store: Pick<Store, "feedAfter" | "feedStart">,
  eventId = 1,
): Promise<readonly EventRow[]> {
  const position = await positionAfter(store, eventId - 1);
  return (await store.feedAfter(position, 1_000)).events;
}

/** Returns a cursor as version 0.1.0 issued it. */
export function oldCursor(eventId: number): string {
  return Buffer.from(`events:${eventId}`).toString("base64url");
}
