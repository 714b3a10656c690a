import { parseFilter } from "../messages/filter-language.ts";
import type { EndpointSettings } from "../store/endpoints.ts";
import type { EventWithMessage, Reading } from "../store/store.ts";
import { typeOf } from "./payload.ts";

/** Tells which events an endpoint wants, as of now: addresses that it names may have become known. */
export type Wanted = () => Promise<(matched: EventWithMessage) => boolean>;

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

/** The message can be logged. */
export class UnreadableFilter extends Error {
  override readonly name = "UnreadableFilter";
}
