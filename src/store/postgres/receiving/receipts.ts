import { crc32 } from "node:zlib";
import {
  essentialsOf,
  partsOf,
  partsOfForm,
  postOf,
  type Post,
} from "../../core/event-posts.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import { storedEvent, type StoredEvent } from "../../core/stored-event.ts";
import type { NewEvent } from "../../store.ts";
import { storableJson } from "../connection/storable.ts";

/** A callback as `append_callbacks` takes it (01-messages.sql): JSON. */
export function appendable(event: NewEvent): string {
  const stored = storedEvent(event);
  const post = postOf(stored);
  return appendableOf(stored, post, partsOfForm(post, event.params));
}

/** The same of a callback that was stored. */
export function appendableStored(stored: StoredEvent): string {
  const post = postOf(stored);
  return appendableOf(stored, post, partsOf(post));
}

function appendableOf(
  stored: StoredEvent,
  post: Post,
  parts: ReadonlySet<string>,
): string {
  const { messageSid, accountSid, status } = stored;
  const essentials = essentialsOf(post);
  // The essentials come first.
  const said = checksumsOf(status, essentials.union(parts));
  return storableJson({
    sid: Buffer.from(packMessageSid(messageSid)).toString("hex"),
    account: accountSid,
    status,
    ...(post.source !== 0 && { source: post.source }),
    essential: essentials.size,
    said: `{${said.join()}}`,
    event: stored,
  });
}

/** What a receipt notes of a source that has an event of a status; see 07-sources.sql. */
export function sourceMark(status: number, source: number): number {
  return 10 * status + source;
}

/** What it notes of one that only confirmed it. */
export function confirmationMark(status: number, source: number): number {
  return 100 + sourceMark(status, source);
}

/** What a receipt keeps of what a report says; see `partsOf`. */
export function checksumsOf(
  status: number,
  parts: Iterable<string>,
): readonly number[] {
  // Two that are the same by chance only change the answer, as the keeper compares the texts.
  return [...parts].map((part) => crc32(`${status} ${part}`) | 0);
}
