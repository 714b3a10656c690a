import { crc32 } from "node:zlib";
import { partsOf, partsOfForm } from "../../core/event-posts.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import { storedEvent, type StoredEvent } from "../../core/stored-event.ts";
import type { NewEvent } from "../../store.ts";
import { storableJson } from "../connection/storable.ts";

/** A callback as `append_callbacks` takes it (01-messages.sql): JSON. */
export function appendable(event: NewEvent): string {
  const stored = storedEvent(event);
  const parts = partsOfForm(stored.channel, event.params, stored.query);
  return appendableOf(stored, parts);
}

/** The same of a callback that was stored. */
export function appendableStored(stored: StoredEvent): string {
  return appendableOf(stored, partsOf(stored));
}

function appendableOf(stored: StoredEvent, parts: Iterable<string>): string {
  const { messageSid, accountSid, status } = stored;
  return storableJson({
    sid: Buffer.from(packMessageSid(messageSid)).toString("hex"),
    account: accountSid,
    status,
    said: `{${checksumsOf(status, parts).join()}}`,
    event: stored,
  });
}

/** What a receipt keeps of what a callback says; see `partsOf`. */
export function checksumsOf(
  status: number,
  parts: Iterable<string>,
): readonly number[] {
  // Two that are the same by chance only change the answer, as the keeper compares the texts.
  return [...parts].map((part) => crc32(`${status} ${part}`) | 0);
}
