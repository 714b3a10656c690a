/** The lists that are paged by ids. */
type List = "messages" | "suppressions" | "alerts";

/** A place in a list, as opaque text. For the feeds, see `FeedPosition`. */
export function cursorOf(id: number, list: List = "messages"): string {
  return Buffer.from(`${list}:${id}`).toString("base64url");
}

/** Reads the place that a cursor names; undefined if it isn't one. */
export function idOfCursor(
  cursor: string,
  list: List = "messages",
): number | undefined {
  const text = Buffer.from(cursor, "base64url").toString();
  const [, named, id] = /^([a-z]+):(\d{1,15})$/.exec(text) ?? [];
  return named === list ? Number(id) : undefined;
}
