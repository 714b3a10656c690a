import { crc32 } from "node:zlib";
import { partsOfForm } from "../../core/event-posts.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import { storedEvent } from "../../core/stored-event.ts";
import type { NewEvent } from "../../store.ts";
import { storableJson } from "../connection/storable.ts";

/** A callback as `append_callbacks` takes it (01-messages.sql): JSON. */
export function appendable(event: NewEvent): string {
  const stored = storedEvent(event);
  const { messageSid, accountSid, channel, status, query } = stored;
  const sid = Buffer.from(packMessageSid(messageSid)).toString("hex");
  // Two that are the same by chance only change the answer, as the keeper compares the texts.
  const checksums = [...partsOfForm(channel, event.params, query)].map(
    (part) => crc32(`${status} ${part}`) | 0,
  );
  return storableJson({
    sid,
    account: accountSid,
    status,
    said: `{${checksums.join()}}`,
    event: stored,
  });
}
