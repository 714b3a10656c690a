import type { Database } from "bun:sqlite";
import type { RecordOutcome } from "../store.ts";
import { createEventAddresses } from "./event-addresses.ts";
import { createEventRepeats } from "./event-repeats.ts";
import { createFreshIds } from "./fresh-ids.ts";
import { createMessageChanges, type Message } from "./message-changes.ts";
import { createMessageEvents, type Fields } from "./message-events.ts";
import { createMessageHours } from "./message-hours.ts";
import { packMessageSid } from "./message-sid.ts";
import { createMessageTags } from "./message-tags.ts";
import { createNames } from "./names.ts";
import {
  createSteps,
  STEP_MS,
  type StepInput,
  type StepName,
  type StepResult,
} from "./steps.ts";
import type { StoredEvent } from "./stored-event.ts";
import { createTransactions } from "./transactions.ts";

/**
 * Records events in a database, and does the long work on them in steps that take about
 * `stepMs` and a commit.
 */
export function createRecorder(db: Database, stepMs = STEP_MS) {
  const findMessage = db.prepare<{ id: number }, [Uint8Array]>(
    "SELECT id FROM messages WHERE sid = ?",
  );
  const addMessage = db.prepare(
    `INSERT INTO messages (channel, status, to_id, from_id, error_code, account_id, service_id,
       num_segments, first_event_at, last_event_at, country, id, sid)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const updateMessage = db.prepare(
    `UPDATE messages SET channel = ?, status = ?, to_id = ?, from_id = ?, error_code = ?,
       account_id = ?, service_id = ?, num_segments = ?, first_event_at = ?, last_event_at = ?,
       country = ? WHERE id = ?`,
  );
  // What nearly every later event changes. To name more columns would write their indexes anew.
  const updateStatus = db.prepare(
    "UPDATE messages SET status = ?, last_event_at = ? WHERE id = ?",
  );
  const addEvent = db.prepare(
    `INSERT INTO events (message_id, channel, status, received_at, to_id, from_id, error_code,
       error_message, account_id, service_id, num_segments, raw_dlr_done_date, query, shape_id,
       post_values) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  const names = createNames(db);
  const events = createMessageEvents(db, names.addresses.countryOf);
  const eventAddresses = createEventAddresses(db);
  const tags = createMessageTags(db);
  const repeats = createEventRepeats(db);
  const hours = createMessageHours(db);
  const changes = createMessageChanges(db, hours);
  const messageIds = createFreshIds(db, "messages");
  const parts = {
    names,
    events,
    eventAddresses,
    tags,
    hours,
    changes,
    messageIds,
  };
  const transactions = createTransactions(db, () => {
    for (const part of [names, hours, changes, messageIds, steps])
      part.forget();
  });
  const steps = createSteps(db, parts, transactions, stepMs);
  let hasRecorded = false;

  /** Writes a message as it is after an event; returns its id. */
  const write = (
    knownId: number | undefined,
    sid: Uint8Array,
    before: Message | undefined,
    message: Message,
  ): number => {
    const columns = [
      message.channel,
      message.status,
      message.to,
      message.from,
      message.errorCode,
      message.accountSid,
      message.messagingServiceSid,
      message.numSegments,
      message.firstEventAt,
      message.lastEventAt,
      message.country,
    ];
    if (knownId === undefined) {
      const id = messageIds.next();
      addMessage.run(...columns, id, sid);
      return id;
    }
    if (before && differsInStatusOnly(before, message))
      updateStatus.run(message.status, message.lastEventAt, knownId);
    else updateMessage.run(...columns, knownId);
    return knownId;
  };

  const record = (event: StoredEvent): RecordOutcome => {
    const [messageSid, channel, status, receivedAt, to, from, ...rest] = event;
    const [errorCode, errorMessage, account, service, numSegments] = rest;
    const [, , , , , rawDlrDoneDate, query, shape, values] = rest;
    const sid = packMessageSid(messageSid);
    const knownId = findMessage.get(sid)?.id;
    const earlier = knownId === undefined ? [] : events.of(knownId);
    if (
      knownId !== undefined &&
      earlier.some((each) => each.status === status)
    ) {
      repeats.add(knownId, status, receivedAt);
      return "repeat";
    }
    const fields: Fields = {
      channel,
      status,
      receivedAt,
      to: to === null ? null : names.addresses.get(to),
      from: from === null ? null : names.addresses.get(from),
      errorCode,
      accountSid: account === null ? null : names.sid(account, receivedAt),
      messagingServiceSid:
        service === null ? null : names.sid(service, receivedAt),
      numSegments,
      query,
    };
    const [first, ...others] = earlier;
    const before = first && events.fold([first, ...others]);
    const message = events.fold([fields, ...earlier]);
    const messageId = write(knownId, sid, before, message);
    changes.note(messageId, before, message, receivedAt);
    if (first) eventAddresses.note(messageId, message, [fields, ...earlier]);
    addEvent.run(
      messageId,
      channel,
      status,
      receivedAt,
      fields.to,
      fields.from,
      errorCode,
      errorMessage,
      fields.accountSid,
      fields.messagingServiceSid,
      numSegments,
      rawDlrDoneDate,
      query,
      names.shape(shape, receivedAt),
      values === null ? null : JSON.stringify(values),
    );
    // Mostly a message's events have one query, whose tags the message then has already.
    if (query !== null && !earlier.some((each) => each.query === query))
      tags.add(messageId, query);
    return "new";
  };

  return {
    /**
     * Makes a batch durable in one transaction and returns the outcome of each event; when
     * it throws, none of the batch was recorded.
     */
    record(batch: readonly StoredEvent[]): RecordOutcome[] {
      hasRecorded = true;
      return transactions.run(() => {
        const outcomes = batch.map(record);
        changes.write();
        return outcomes;
      });
    },
    /**
     * A small step of what recording left to be done when nobody waits for it, to be
     * called at once; undefined when nothing is left.
     */
    nextStep: (): (() => void) | undefined =>
      changes.nextStep() &&
      (() => transactions.run(() => changes.nextStep()?.())),
    /** Does one of the steps of long work, which is over in a few milliseconds. */
    step<N extends StepName>(name: N, input: StepInput<N>): StepResult<N> {
      const result = steps.step(name, input);
      const othersWrote = result.othersWrote || hasRecorded;
      hasRecorded = false;
      return { ...result, othersWrote };
    },
  };
}

/** Whether all but the status and the time of the last event is as before; a delivery time is no column. */
function differsInStatusOnly(before: Message, after: Message): boolean {
  return (
    before.channel === after.channel &&
    before.to === after.to &&
    before.from === after.from &&
    before.errorCode === after.errorCode &&
    before.accountSid === after.accountSid &&
    before.messagingServiceSid === after.messagingServiceSid &&
    before.numSegments === after.numSegments &&
    before.firstEventAt === after.firstEventAt
  );
}
