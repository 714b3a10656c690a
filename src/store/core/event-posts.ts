import { parseForm, type FormParams } from "../../twilio/form.ts";
import { canonicalSid, isMessageSid } from "../../twilio/sid.ts";
import { restorePost } from "./post-shape.ts";
import type { StoredEvent } from "./stored-event.ts";

/** What a callback says, recorded or new. */
export type Post = Omit<StoredEvent, "status" | "receivedAt">;

/** A recorded callback, without its message's SID. */
export type RecordedPost = Omit<Post, "messageSid" | "values"> & {
  readonly id: number;
  /** JSON. */
  readonly postValues: string | null;
};

/**
 * The recorded callback that this one repeats, among those of its event in recording order:
 * the one that said all of it, or the event's first callback if it took several. Undefined
 * when this one adds something: a posted pair, a tag, or a channel.
 */
export function repeatedBy(
  event: StoredEvent,
  recorded: readonly RecordedPost[],
): number | undefined {
  const { messageSid } = event;
  const added = partsOf(event);
  const known = new Set<string>();
  for (const { id, postValues, ...row } of recorded) {
    const values: readonly string[] | null =
      postValues === null ? null : JSON.parse(postValues);
    const parts = partsOf({ ...row, messageSid, values });
    if (added.isSubsetOf(parts)) return id;
    for (const part of parts) known.add(part);
  }
  return added.isSubsetOf(known) ? recorded[0]?.id : undefined;
}

/** Each thing that a callback says, in a form that can be compared. */
export function partsOf({
  channel,
  query,
  shape,
  values,
  ...columns
}: Post): Set<string> {
  const post = { shape, values: values ?? [] };
  return partsOfForm(channel, restorePost(post, columns), query);
}

/** The same of a callback that isn't stored yet, with its channel's place. */
export function partsOfForm(
  channel: number,
  params: FormParams,
  query: string | null,
): Set<string> {
  const parts = new Set([JSON.stringify(channel)]);
  for (const [name, value] of params) {
    // In capitals it is the same SID.
    const said = isMessageSid(value) ? canonicalSid(value) : value;
    parts.add(JSON.stringify([name, said]));
  }
  for (const pair of query === null ? [] : parseForm(query).params)
    parts.add(JSON.stringify({ tag: pair }));
  return parts;
}
