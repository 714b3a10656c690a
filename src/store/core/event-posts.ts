import { parseForm, type FormParams } from "../../twilio/form.ts";
import { canonicalSid, isMessageSid } from "../../twilio/sid.ts";
import { sourcePlace } from "../event-sources.ts";
import { codesOf } from "./carrier.ts";
import { gapsOf, restorePost } from "./post-shape.ts";
import { reportOf, type Report, type StoredEvent } from "./stored-event.ts";

/** What a report of an event says, recorded or new. */
export type Post = Omit<StoredEvent, "status" | "receivedAt" | "report"> &
  Report;

/** A recorded report, without its message's SID. */
export type RecordedPost = Omit<Post, "messageSid" | "values"> & {
  readonly id: number;
  /** JSON. */
  readonly postValues: string | null;
};

/**
 * What a report of an event does that has recorded reports, which are in recording order: it
 * confirms the event, or adds something to it, or repeats a recorded report. A source that
 * has none of its own confirms when the others said its essentials.
 */
export function judged(
  event: StoredEvent,
  recorded: readonly RecordedPost[],
): "confirmation" | "supplement" | { readonly repeats: number } {
  const post = postOf(event);
  if (!recorded.some(({ source }) => source === post.source)) {
    const known = new Set<string>();
    for (const each of recorded.map((row) => postOfRow(row, post.messageSid)))
      for (const part of [...partsOf(each), ...essentialsOf(each)])
        known.add(part);
    return essentialsOf(post).isSubsetOf(known) ? "confirmation" : "supplement";
  }
  const repeats = repeatedBy(post, recorded);
  return repeats === undefined ? "supplement" : { repeats };
}

/**
 * The recorded report that this one repeats: the one that said all of it, or the event's
 * first if it took several. Undefined when this one adds something: a posted pair, a tag, or
 * a channel.
 */
function repeatedBy(
  post: Post,
  recorded: readonly RecordedPost[],
): number | undefined {
  const added = partsOf(post);
  const known = new Set<string>();
  for (const row of recorded) {
    const parts = partsOf(postOfRow(row, post.messageSid));
    if (added.isSubsetOf(parts)) return row.id;
    for (const part of parts) known.add(part);
  }
  return added.isSubsetOf(known) ? recorded[0]?.id : undefined;
}

export function postOf(event: StoredEvent): Post {
  return { ...event, ...reportOf(event) };
}

function postOfRow(recorded: RecordedPost, messageSid: string): Post {
  const { postValues, ...row } = recorded;
  const values: readonly string[] | null =
    postValues === null ? null : JSON.parse(postValues);
  return { ...row, messageSid, values };
}

/** Each thing that a report says, in a form that can be compared. */
export function partsOf(post: Post): Set<string> {
  const { shape, values, carrier } = post;
  const form = { shape, values: values ?? [] };
  return partsOfForm(post, restorePost(form, { ...post, ...codesOf(carrier) }));
}

/** The same where the posted form is at hand; added to `parts`. */
export function partsOfForm(
  post: Post,
  params: FormParams,
  parts = new Set<string>(),
): Set<string> {
  const { channel, query, source, occurredAt, carrier, numSegments } = post;
  parts.add(JSON.stringify(channel));
  for (const [name, value] of params) {
    // In capitals it is the same SID.
    const said = isMessageSid(value) ? canonicalSid(value) : value;
    parts.add(JSON.stringify([name, said]));
  }
  addTags(parts, query);
  // What a callback says is in its form.
  if (source === CALLBACK) return parts;
  for (const part of essentialsOf(post)) parts.add(part);
  parts.add(JSON.stringify({ occurredAt, carrier, numSegments }));
  return parts;
}

/**
 * What a report says that another source's confirmation doesn't keep, in the same form: if no
 * report of the event says it yet, this one is recorded in full. Mostly pairs that an SMS
 * callback posted, so that receipts need not hold them twice.
 */
export function essentialsOf(post: Post): Set<string> {
  const { channel, query, shape, values, source } = post;
  const parts = new Set([JSON.stringify(channel)]);
  const add = (name: string, value: string | number | null): void => {
    if (value !== null) parts.add(JSON.stringify([name, String(value)]));
  };
  add("To", post.to);
  add("From", post.from);
  add("ErrorCode", post.errorCode);
  add("ErrorMessage", post.errorMessage);
  add("AccountSid", post.accountSid);
  add("MessagingServiceSid", post.messagingServiceSid);
  add("RawDlrDoneDate", post.rawDlrDoneDate);
  addTags(parts, query);
  // Parameters without a column; other sources have theirs from what they say above.
  if (source === CALLBACK && values !== null)
    for (const [name, value] of gapsOf({ shape, values }))
      if (!NOT_ESSENTIAL.has(name)) add(name, value);
  return parts;
}

function addTags(parts: Set<string>, query: string | null): void {
  for (const pair of query === null ? [] : parseForm(query).params)
    parts.add(JSON.stringify({ tag: pair }));
}

const CALLBACK = sourcePlace("callback");
/** `To` again, often masked by Twilio. */
const NOT_ESSENTIAL: ReadonlySet<string> = new Set(["ChannelToAddress"]);
