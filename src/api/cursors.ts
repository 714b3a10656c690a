/** What a cursor goes on in: a list of messages, or the feed of events. */
export type CursorKind = "messages" | "events";

/** A place that a list goes on from, as text that is not to be looked into. */
export function cursorOf(kind: CursorKind, id: number): string {
  return Buffer.from(`${kind}:${id}`).toString("base64url");
}

/** The place that a cursor of this kind means; undefined for what is none. */
export function idOfCursor(
  kind: CursorKind,
  cursor: string,
): number | undefined {
  const text = Buffer.from(cursor, "base64url").toString();
  const [, id] = new RegExp(`^${kind}:(\\d{1,15})$`).exec(text) ?? [];
  return id === undefined ? undefined : Number(id);
}
