import type { Database } from "bun:sqlite";
import type { MessageFields } from "../../core/fold.ts";
import { createFailingRecipients } from "./failing-recipients.ts";
import type { createMessageHours } from "./message-hours.ts";
import { deliveryPlace } from "../../core/rollup-table.ts";
import type { Counted } from "../../core/rollup-changes.ts";
import { createRollups } from "../rollups/rollups.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A message as its events tell it, with the recipient's country. */
export type Message = MessageFields<number, number> & {
  readonly country: string | null;
};

/**
 * Keeps what is derived from messages: counts, failing recipients, the hours' ids.
 * Changes are noted while a batch is recorded and written at its end.
 */
export function createMessageChanges(
  db: Database,
  hours: ReturnType<typeof createMessageHours>,
) {
  const rollups = createRollups(db);
  const failingRecipients = createFailingRecipients(db);
  return {
    /** Takes note of what an event made of a message, and when; `before` is null when it is new. */
    note(
      id: number,
      before: Message | null,
      after: Message,
      receivedAt: number,
    ): void {
      if (before) rollups.add(countedOf(before), -1);
      rollups.add(countedOf(after), 1);
      rollups.heard(receivedAt);
      failingRecipients.note(before, after);
      const hour = hourOf(after);
      if (before === null || hourOf(before) !== hour) hours.add(hour, id);
    },
    /** Takes note of a message that is deleted, as its events told it. */
    remove(message: Message): void {
      rollups.add(countedOf(message), -1);
      failingRecipients.noteRemoved(message);
    },
    write(): void {
      rollups.write();
      failingRecipients.write();
    },
    /** What is left to be done, in a transaction of its own. */
    nextStep: () => rollups.nextStep(),
    /** To be called when the transaction is rolled back, or another process wrote. */
    forget(): void {
      for (const part of [rollups, failingRecipients]) part.forget();
    },
  };
}

function hourOf(message: Message): number {
  return Math.floor(message.firstEventAt / HOUR_MS);
}

function countedOf(message: Message): Counted {
  const { channel, status, errorCode, country, deliveryMs } = message;
  return {
    minute: Math.floor(message.firstEventAt / MINUTE_MS),
    channel,
    status,
    errorCode,
    country,
    senderId: message.from,
    serviceId: message.messagingServiceSid,
    deliveryPlace: deliveryMs === null ? null : deliveryPlace(deliveryMs),
  };
}
