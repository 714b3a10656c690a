import { crc32 } from "node:zlib";
import {
  essentialsOf,
  partsOf,
  partsOfForm,
  postOf,
} from "../../core/event-posts.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import {
  reportOf,
  storedEvent,
  type StoredEvent,
} from "../../core/stored-event.ts";
import type { NewEvent } from "../../store.ts";
import { storableJson } from "../connection/storable.ts";

/** A callback as `append_callbacks` takes it (01-messages.sql): JSON. */
export function appendable(event: NewEvent): string {
  const stored = storedEvent(event);
  const post = postOf(stored);
  const essentials = essentialsOf(post);
  const { size } = essentials;
  return appendableOf(
    stored,
    size,
    partsOfForm(post, event.params, essentials),
  );
}

/** The same of a callback that was stored. */
export function appendableStored(stored: StoredEvent): string {
  const post = postOf(stored);
  const essentials = essentialsOf(post);
  return appendableOf(stored, essentials.size, essentials.union(partsOf(post)));
}

/** `said` is all of it; the first are its essentials. */
function appendableOf(
  stored: StoredEvent,
  essential: number,
  said: ReadonlySet<string>,
): string {
  const { messageSid, accountSid, status } = stored;
  const { source } = reportOf(stored);
  return storableJson({
    sid: Buffer.from(packMessageSid(messageSid)).toString("hex"),
    account: accountSid,
    status,
    ...(source !== 0 && { source }),
    essential,
    said: `{${checksumsOf(status, said).join()}}`,
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
