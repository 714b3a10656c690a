import type { NewEvent } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";

/** What erasing a person's number leaves in its place. */
const ERASED = /^erased-\d+$/;

/**
 * Takes out of what Twilio says of recorded messages the numbers that were erased here since:
 * Twilio still has them, and a day is read several times.
 */
export async function withoutErased(
  { messageBySid, suggest }: Pick<Stores, "messageBySid" | "suggest">,
  events: readonly NewEvent[],
): Promise<readonly NewEvent[]> {
  const [to] = await suggest("to", "erased-", 1);
  const [from] = await suggest("from", "erased-", 1);
  if (to === undefined && from === undefined) return events;
  const kept: NewEvent[] = [];
  for (const event of events) {
    const message = await messageBySid(event.messageSid);
    const isTo = ERASED.test(message?.to ?? "");
    const isFrom = ERASED.test(message?.from ?? "");
    kept.push(isTo || isFrom ? without(event, isTo, isFrom) : event);
  }
  return kept;
}

/** The error message may name either. */
function without(event: NewEvent, isTo: boolean, isFrom: boolean): NewEvent {
  const left = new Set(["ErrorMessage"]);
  if (isTo) left.add("To");
  if (isFrom) left.add("From");
  return {
    ...event,
    ...(isTo && { to: null }),
    ...(isFrom && { from: null }),
    errorMessage: null,
    params: event.params.filter(([name]) => !left.has(name)),
  };
}
