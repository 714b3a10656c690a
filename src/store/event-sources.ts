/**
 * Where smsledger learns of events: Twilio's status callbacks, Event Streams, and the
 * Messages API. A source is stored as its place in this list, several as a set of bits.
 */
export const EVENT_SOURCES = ["callback", "stream", "api"] as const;

export type EventSource = (typeof EVENT_SOURCES)[number];

export function sourcePlace(source: EventSource): number {
  return EVENT_SOURCES.indexOf(source);
}

/** The source of a place read from the database; throws RangeError for a place never written. */
export function sourceOfPlace(place: number): EventSource {
  const source = EVENT_SOURCES[place];
  if (!source)
    throw new RangeError(
      "The database holds a source of events that this version does not know.",
    );
  return source;
}

/** The bit of a source's place. */
export function sourceBit(place: number): number {
  return 1 << place;
}

/** The sources whose bits are set, in the order of `EVENT_SOURCES`. */
export function sourcesIn(bits: number): EventSource[] {
  return EVENT_SOURCES.filter((_, place) => (bits & sourceBit(place)) !== 0);
}

/** What a callback's event has of what only other sources say. */
export const BY_CALLBACK = {
  source: "callback",
  occurredAt: null,
  mcc: null,
  mnc: null,
} as const;
