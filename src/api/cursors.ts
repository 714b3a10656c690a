/** A place in the list of messages, as opaque text. For the feed, see `FeedPosition`. */
export function cursorOf(id: number): string {
  return Buffer.from(`messages:${id}`).toString("base64url");
}

/** Reads the place that a cursor names; undefined if it isn't one. */
export function idOfCursor(cursor: string): number | undefined {
  const text = Buffer.from(cursor, "base64url").toString();
  const [, id] = /^messages:(\d{1,15})$/.exec(text) ?? [];
  return id === undefined ? undefined : Number(id);
}
