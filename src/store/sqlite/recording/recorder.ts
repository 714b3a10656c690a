import type { Database } from "bun:sqlite";
import { deliveryMs } from "../../core/fold.ts";
import type { RecordOutcome } from "../../store.ts";
import { createEventAddresses } from "./event-addresses.ts";
import { createEventPosts, SUPPLEMENTS_MAX } from "./event-posts.ts";
import { createEventRepeats } from "./event-repeats.ts";
import { createFreshIds } from "./fresh-ids.ts";
import { createMessageChanges } from "./message-changes.ts";
import {
  createMessageEvents,
  type Fields,
  type RecordedFields,
} from "./message-events.ts";
import { createMessageHours } from "./message-hours.ts";
import { createMessageRows, type StoredMessage } from "./message-rows.ts";
import { packMessageSid } from "../../core/message-sid.ts";
import { createMessageTags } from "./message-tags.ts";
import { createNames } from "./names.ts";
import {
  createSteps,
  STEP_MS,
  type StepInput,
  type StepName,
  type StepResult,
} from "../writer/steps.ts";
import { postColumns, type StoredEvent } from "../../core/stored-event.ts";
import { createTransactions } from "../connection/transactions.ts";

/**
 * Records events in a database, and does the long work on them in steps that take about
 * `stepMs` and a commit.
 */
export function createRecorder(db: Database, stepMs = STEP_MS) {
  const addEvent = db.prepare(
    `INSERT INTO events (message_id, channel, status, received_at, to_id, from_id, error_code,
       error_message, account_id, service_id, num_segments, raw_dlr_done_date, query, shape_id,
       post_values, is_supplement) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  const names = createNames(db);
  const events = createMessageEvents(db, names);
  const eventAddresses = createEventAddresses(db);
  const tags = createMessageTags(db);
  const repeats = createEventRepeats(db);
  const hours = createMessageHours(db);
  const changes = createMessageChanges(db, hours);
  const messageIds = createFreshIds(db, "messages");
  const rows = createMessageRows(db, messageIds);
  const posts = createEventPosts(db);
  const parts = {
    names,
    rows,
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

  /** What a callback of an event that is there already repeats; undefined when it adds something. */
  const repeatedBy = (
    event: StoredEvent,
    messageId: number,
    recorded: readonly RecordedFields[],
  ): number | undefined =>
    recorded.length > SUPPLEMENTS_MAX
      ? recorded[0]?.id
      : posts.repeatedBy(messageId, event);

  /** A message, or a callback, may name no account: older ones have only a SID and a status. */
  const belongsToAnother = (
    { accountSid }: StoredMessage,
    event: StoredEvent,
  ): boolean => {
    const { accountSid: named } = postColumns(event);
    if (accountSid === null || named === null) return false;
    return names.sidText(accountSid) !== named;
  };

  const record = (event: StoredEvent): RecordOutcome => {
    const [messageSid, , status, receivedAt] = event;
    const sid = packMessageSid(messageSid);
    const known = rows.bySid(sid);
    if (known && belongsToAnother(known, event)) return "other-account";
    const earlier = known ? events.of(known.id) : [];
    const same = earlier.filter((each) => each.status === status);
    const isSupplement = same.length > 0;
    if (known && isSupplement) {
      const repeated = repeatedBy(event, known.id, same);
      if (repeated !== undefined) {
        repeats.add(repeated, receivedAt);
        return "repeat";
      }
    }
    const fields = fieldsOf(event);
    const message = events.fold([fields, ...earlier]);
    const before = known && { ...known, deliveryMs: deliveryMs(earlier) };
    const messageId = rows.write(known, sid, message);
    changes.note(messageId, before, message, receivedAt);
    if (known) eventAddresses.note(messageId, message, [fields, ...earlier]);
    add(messageId, event, fields, isSupplement);
    // Mostly a message's events have one query, whose tags the message then has already.
    const { query } = fields;
    if (query !== null && !earlier.some((each) => each.query === query))
      tags.add(messageId, query);
    return isSupplement ? "supplement" : "new";
  };

  /** What a message is made of, with ids in place of texts. */
  const fieldsOf = (event: StoredEvent): Fields => {
    const [, channel, status, receivedAt, to, from, errorCode, ...rest] = event;
    const [, account, service, numSegments, , query] = rest;
    const { addresses, sid } = names;
    return {
      channel,
      status,
      receivedAt,
      to: to === null ? null : addresses.get(to),
      from: from === null ? null : addresses.get(from),
      errorCode,
      accountSid: account === null ? null : sid(account, receivedAt),
      messagingServiceSid: service === null ? null : sid(service, receivedAt),
      numSegments,
      query,
    };
  };

  const add = (
    messageId: number,
    event: StoredEvent,
    fields: Fields,
    isSupplement: boolean,
  ): void => {
    const [, , , , , , , errorMessage, , , , ...rest] = event;
    const [rawDlrDoneDate, query, shape, values] = rest;
    const { receivedAt } = fields;
    addEvent.run(
      messageId,
      fields.channel,
      fields.status,
      receivedAt,
      fields.to,
      fields.from,
      fields.errorCode,
      errorMessage,
      fields.accountSid,
      fields.messagingServiceSid,
      fields.numSegments,
      rawDlrDoneDate,
      query,
      names.shape(shape, receivedAt),
      values === null ? null : JSON.stringify(values),
      isSupplement ? 1 : 0,
    );
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
     * The same, event by event: one that throws an error that `isItsOwn` is not recorded,
     * and has that error in place of an outcome; the others are.
     */
    recordEach<E>(
      batch: readonly StoredEvent[],
      isItsOwn: (error: unknown) => E | undefined,
    ): (RecordOutcome | E)[] {
      hasRecorded = true;
      return transactions.run(() =>
        batch.map((event) => {
          try {
            return transactions.part(() => {
              const outcome = record(event);
              changes.write();
              return outcome;
            });
          } catch (error) {
            const own = isItsOwn(error);
            if (own === undefined) throw error;
            return own;
          }
        }),
      );
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
