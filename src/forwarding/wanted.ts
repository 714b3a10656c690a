import { parseFilter } from "../messages/filter-language.ts";
import type { EndpointSettings } from "../store/endpoints.ts";
import type { EventWithMessage, Reading } from "../store/store.ts";
import type { SuppressionChange } from "../store/suppressions.ts";
import { changeType } from "../numbers/suppression-records.ts";
import { isFailure } from "../twilio/status.ts";
import { typeOf } from "./payload.ts";

/** Tells which events an endpoint wants, as of now: addresses that it names may have become known. */
export type Wanted = () => Promise<(matched: EventWithMessage) => boolean>;

/** Reports whether this version can read a filter that was saved: another version may have saved it. */
export function isFilterReadable(filter: string): boolean {
  return parseFilter(filter, Date.now()).mistakes.length === 0;
}

/** Throws UnreadableFilter: sending everything would be worse than nothing. */
export function wantedBy(
  store: Pick<Reading, "matcher">,
  {
    name,
    filter,
    events,
  }: Pick<EndpointSettings, "name" | "filter" | "events">,
  now: number,
): Wanted {
  const parsed = parseFilter(filter, now);
  if (parsed.mistakes.length > 0)
    throw new UnreadableFilter(
      `nothing is forwarded to the endpoint ${name}: this version can't read its filter; change it on the page Forwarding`,
    );
  const types = events === null ? undefined : new Set(events);
  return async () => {
    const matches = await store.matcher(parsed.filter);
    return ({ event, message }) =>
      (types?.has(typeOf(event)) ?? true) && matches(event, message);
  };
}

/**
 * Tells whether an endpoint wants a change of the "do not send" list: by its types, and if it
 * has a filter, by the failed message that is the reason.
 */
export function wantsChange(
  store: Pick<Reading, "matcher" | "messageBySid" | "timeline">,
  { filter, events }: Pick<EndpointSettings, "filter" | "events">,
  now: number,
): (change: SuppressionChange) => Promise<boolean> {
  const parsed = parseFilter(filter, now);
  return async (change) => {
    if (events !== null && !events.includes(changeType(change))) return false;
    if (parsed.filter.length === 0) return true;
    if (change.messageSid === null) return false;
    const message = await store.messageBySid(change.messageSid);
    const timeline = await store.timeline(change.messageSid);
    const failed = timeline.findLast(({ status }) => isFailure(status));
    if (message === undefined || failed === undefined) return false;
    const matches = await store.matcher(parsed.filter);
    return matches(failed, message);
  };
}

/** The message can be logged. */
export class UnreadableFilter extends Error {
  override readonly name = "UnreadableFilter";
}
