import type { MessageFilter } from "../../src/store/filter.ts";
import type { EventRow, MessageRow, Reading } from "../../src/store/store.ts";

/**
 * Resolves to every message of a store that matches a filter, in the order in which they
 * were first seen.
 */
export async function messagesIn(
  store: Pick<Reading, "everyMessage">,
  filter?: MessageFilter,
): Promise<MessageRow[]> {
  return (await Array.fromAsync(store.everyMessage(filter))).flat();
}

/** Resolves to every event of a store, in the order of recording. */
export async function eventsIn(
  store: Pick<Reading, "everyEvent">,
): Promise<EventRow[]> {
  return (await Array.fromAsync(store.everyEvent())).flat();
}
