import {
  maskNumbersIn,
  maskRecipient,
  maskRecipientIn,
  type OtherNumbers,
} from "../phone/mask-numbers.ts";
import { parseForm, type FormParams } from "../twilio/form.ts";
import type {
  EventRow,
  EventWithMessage,
  FailingRecipient,
  MessageRow,
  Reading,
} from "./store.ts";
import type { CostGroup, CostStore } from "./costs.ts";
import type { Stores } from "./stores.ts";
import type { SuppressionChange, SuppressionStore } from "./suppressions.ts";
import type { Dimension, TallyRow } from "./tally.ts";

/** How many values are searched for some that aren't phone numbers. */
const SUGGESTED_MAX = 1_000;

/*
 * Masking fails closed: each member is listed here, so that a new one doesn't compile
 * until someone decides how it's masked.
 */

/** A store that shows people's addresses masked in every message and event. */
export function maskedStore(store: Stores): Stores {
  return {
    ...maskedReading(store),
    // These return no addresses.
    recordEvent: (event) => store.recordEvent(event),
    recordEvents: (events) => store.recordEvents(events),
    settled: () => store.settled(),
    checkWritable: () => store.checkWritable(),
    writing: () => store.writing(),
    keeping: store.keeping,
    restriction: store.restriction,
    database: store.database,
    countRequest: store.countRequest,
    close: () => store.close(),
    // Users and their tokens; their names belong to the team.
    accounts: store.accounts,
    apiTokens: store.apiTokens,
    // Their filters belong to the team, and may name numbers; only admins see them.
    endpoints: store.endpoints,
    // Alerts name addresses by their ids. Rules' filters aren't masked, so that they keep
    // working, and notes are what the team wrote.
    alerts: store.alerts,
    alertChannels: store.alertChannels,
    // What endpoints answered belongs to the team, too.
    outbox: store.outbox,
    // Addresses in its entries are masked when they're written.
    audit: store.audit,
    suppressions: maskedSuppressions(store.suppressions),
    // Email addresses of the team.
    digests: store.digests,
    // Their filters belong to the team, and keep working.
    views: store.views,
    // Days, counts and ids.
    backfills: store.backfills,
    reconciles: store.reconciles,
    prices: store.prices,
    costs: maskedCosts(store.costs),
    // Refused callbacks are masked before they're stored.
    refusals: store.refusals,
    // Erasing takes a whole number and only returns counts.
    upkeep: store.upkeep,
  };
}

/**
 * Reads messages and events with people's addresses masked. Addresses keep their IDs,
 * by which they can be requested. Filters aren't masked, so that they keep working.
 */
export function maskedReading(store: Reading): Reading {
  return {
    // These return no text from outside.
    furtherReports: (messageSid) => store.furtherReports(messageSid),
    outcomeSources: (messageSid, afterEventId) =>
      store.outcomeSources(messageSid, afterEventId),
    countMessages: (...asked) => store.countMessages(...asked),
    countedByMinuteSince: () => store.countedByMinuteSince(),
    deliveryTimes: (range) => store.deliveryTimes(range),
    errorCodeFacts: (...asked) => store.errorCodeFacts(...asked),
    recipientCounts: (recipientId) => store.recipientCounts(recipientId),
    firstMessageAt: () => store.firstMessageAt(),
    lastEventAt: (now) => store.lastEventAt(now),
    feedStart: () => store.feedStart(),
    feedEnd: () => store.feedEnd(),
    changesSince: (position) => store.changesSince(position),
    matcher: (filter) => store.matcher(filter),

    async listMessages(filter, page) {
      const found = await store.listMessages(filter, page);
      return { ...found, messages: found.messages.map(maskedMessage) };
    },
    async listAndCount(filter, size) {
      const { page, count } = await store.listAndCount(filter, size);
      const messages = page.messages.map(maskedMessage);
      return { page: { ...page, messages }, count };
    },
    async messageBySid(messageSid) {
      const message = await store.messageBySid(messageSid);
      return message && maskedMessage(message);
    },
    changedMessages: async (ids, since) =>
      (await store.changedMessages(ids, since)).map(maskedMessage),
    timeline: async (messageSid) =>
      (await store.timeline(messageSid)).map(maskedEvent),
    tally: async (request) =>
      (await store.tally(request)).map((row) =>
        typeof row.key === "string" && request.by !== undefined
          ? { ...row, key: MASKED_KEYS[request.by](row.key) }
          : row,
      ),
    // By error code.
    keptTally: (...asked) => store.keptTally(...asked),
    async newestTally(...asked) {
      const counted = await store.newestTally(...asked);
      return { ...counted, bySender: counted.bySender.map(maskedSenderRow) };
    },
    async topSenders(request) {
      const { rows, coverage } = await store.topSenders(request);
      return { rows: rows.map(maskedSenderRow), coverage };
    },
    failingRecipients: async (request) =>
      (await store.failingRecipients(request)).map(maskedFailing),
    async addressById(id) {
      const address = await store.addressById(id);
      return address && maskRecipient(address);
    },
    // A masked value finds nothing, so it isn't suggested. Nor is any value that may be the
    // number of a message, which tags don't tell.
    suggest: async (field, start, limit) =>
      (field === "to" ? [] : await store.suggest(field, start, SUGGESTED_MAX))
        .filter((value) => maskedSender(value) === value)
        .slice(0, limit),
    // Repeated with one more digit each time, it would reveal a number.
    recentNumbersWith: () => Promise.resolve([]),
    everyMessage: (filter) =>
      eachMasked(store.everyMessage(filter), maskedMessage),
    everyEvent: () => eachMasked(store.everyEvent(), maskedEvent),
    everyMessageNewestFirst: (filter) =>
      eachMasked(store.everyMessageNewestFirst(filter), maskedMessage),
    everyFailingRecipient: (request) =>
      eachMasked(store.everyFailingRecipient(request), maskedFailing),
    async feedAfter(position, limit) {
      const { events, next } = await store.feedAfter(position, limit);
      return { events: events.map(maskedEvent), next };
    },
    async feedWithMessages(position, limit) {
      const { events, next } = await store.feedWithMessages(position, limit);
      return { events: events.map(maskedPair), next };
    },
    eventsWithMessages: async (ids) =>
      (await store.eventsWithMessages(ids)).map(maskedPair),
  };
}

/** Senders and tags are masked. A tag may be the number of a message, so any number in it is. */
function maskedCosts(store: CostStore): CostStore {
  const masked = <G extends Pick<CostGroup, "key" | "tag">>({
    key,
    tag,
    ...group
  }: G) => ({
    ...group,
    key: key && maskedSender(key),
    ...(tag && {
      tag: { name: maskedSender(tag.name), value: maskedSender(tag.value) },
    }),
  });
  return {
    async report(request) {
      const report = await store.report(request);
      return report === "too many" || request.by === "day"
        ? report
        : { ...report, groups: report.groups.map(masked) };
    },
    async linesOf(...asked) {
      const { lines, next } = await store.linesOf(...asked);
      return { lines: lines.map(masked), next };
    },
    tagNames: async (limit) =>
      (await store.tagNames(limit)).filter(
        (name) => maskedSender(name) === name,
      ),
  };
}

/** Addresses and notes are masked; who asks for an address knows it. */
function maskedSuppressions(store: SuppressionStore): SuppressionStore {
  return {
    // These return no addresses.
    follow: (...asked) => store.follow(...asked),
    isComplete: () => store.isComplete(),
    remove: (...asked) => store.remove(...asked),
    changesStart: () => store.changesStart(),
    changesEnd: () => store.changesEnd(),

    list: async (request) => (await store.list(request)).map(maskedListed),
    every: (request) => eachMasked(store.every(request), maskedListed),
    of: async (id) => (await store.of(id)).map(maskedListed),
    ofAddress: async (address) =>
      (await store.ofAddress(address)).map(maskedListed),
    addedIn: async (...asked) =>
      (await store.addedIn(...asked)).map(maskedListed),
    history: async (...asked) =>
      (await store.history(...asked)).map(maskedChange),
    changesAfterId: async (...asked) =>
      (await store.changesAfterId(...asked)).map(maskedChange),
    changesWithIds: async (ids) =>
      (await store.changesWithIds(ids)).map(maskedChange),
    async changesAfter(...asked) {
      const { changes, next } = await store.changesAfter(...asked);
      return { changes: changes.map(maskedChange), next };
    },
  };
}

function maskedListed<Row extends { readonly recipient: string }>(
  row: Row,
): Row {
  return { ...row, recipient: maskRecipient(row.recipient) };
}

function maskedChange(change: SuppressionChange): SuppressionChange {
  const { note, recipient } = change;
  const addresses = { recipient, all: [recipient] };
  return {
    ...maskedListed(change),
    note: note && maskedText(note, addresses, "likely"),
  };
}

async function* eachMasked<Row>(
  steps: AsyncIterable<readonly Row[]>,
  masked: (row: Row) => Row,
): AsyncGenerator<readonly Row[], void> {
  for await (const rows of steps) yield rows.map(masked);
}

function maskedPair({ event, message }: EventWithMessage): EventWithMessage {
  return { event: maskedEvent(event), message: maskedMessage(message) };
}

function maskedFailing(failing: FailingRecipient): FailingRecipient {
  return { ...failing, recipient: maskRecipient(failing.recipient) };
}

function maskedMessage(message: MessageRow): MessageRow {
  const addresses = ownAddresses(message);
  const masked = (name: string, value: string | null): string | null =>
    value && maskedValue(name, value, addresses);
  return {
    ...message,
    to: message.to && maskRecipient(message.to),
    from: message.from && maskedSender(message.from),
    accountSid: masked("AccountSid", message.accountSid),
    messagingServiceSid: masked(
      "MessagingServiceSid",
      message.messagingServiceSid,
    ),
    tags: maskedPairs(message.tags, addresses, "sure"),
  };
}

function maskedEvent(event: EventRow): EventRow {
  const addresses = ownAddresses(event);
  const masked = (name: string, value: string | null): string | null =>
    value && maskedValue(name, value, addresses);
  return {
    ...event,
    to: event.to && maskRecipient(event.to),
    from: event.from && maskedSender(event.from),
    errorMessage: masked("ErrorMessage", event.errorMessage),
    accountSid: masked("AccountSid", event.accountSid),
    messagingServiceSid: masked(
      "MessagingServiceSid",
      event.messagingServiceSid,
    ),
    rawDlrDoneDate: masked("RawDlrDoneDate", event.rawDlrDoneDate),
    params: maskedPairs(event.params, addresses, "likely"),
    query: maskedQuery(event.query, addresses),
  };
}

const asItIs = (key: string): string => key;

/** How the keys of each dimension are shown. */
const MASKED_KEYS: Record<Dimension, (key: string) => string> = {
  errorCode: asItIs,
  country: asItIs,
  service: asItIs,
  channel: asItIs,
  sender: maskedSender,
};

function maskedSenderRow(row: TallyRow): TallyRow {
  return typeof row.key === "string"
    ? { ...row, key: MASKED_KEYS.sender(row.key) }
    : row;
}

/** A sender belongs to the team, so only numbers and user ids are masked. */
function maskedSender(address: string): string {
  return maskNumbersIn(address, [address]);
}

/** A recipient is masked whatever it looks like. */
type Own = { readonly recipient: string | null; readonly all: Addresses };
type Addresses = readonly (string | null)[];

function ownAddresses({ to, from }: Pick<MessageRow, "to" | "from">): Own {
  return { recipient: to, all: [to, from] };
}

function maskedPairs(
  pairs: FormParams,
  addresses: Own,
  others: OtherNumbers,
): FormParams {
  return pairs.map(([name, value]) => [
    maskedText(name, addresses, others),
    maskedValue(name, value, addresses, others),
  ]);
}

/** Pairs in which nothing is masked stay as they arrived. */
function maskedQuery(query: string, addresses: Own): string {
  return query
    .split("&")
    .map((piece) => {
      const pairs = parseForm(piece).params;
      const masked = maskedPairs(pairs, addresses, "sure");
      const isSame = JSON.stringify(masked) === JSON.stringify(pairs);
      return isSame
        ? piece
        : masked
            .map((pair) => pair.map(encodeURIComponent).join("="))
            .join("&");
    })
    .join("&");
}

/** Twilio's parameters, of callbacks and Event Streams, whose digits aren't a phone number. */
const OTHER_DIGITS =
  /^(?:RawDlrDoneDate|ErrorCode|NumSegments|ApiVersion|.*Sid|rawDlrDoneDate|errorCode|numberOfSegments|mcc|mnc|timestamp)$/;
const SID = /^[A-Z]{2}[0-9a-f]{32}$/;

function maskedValue(
  name: string,
  value: string,
  addresses: Own,
  others: OtherNumbers = "likely",
): string {
  if (SID.test(value)) return value;
  return maskedText(
    value,
    addresses,
    others === "likely" && OTHER_DIGITS.test(name) ? "none" : others,
  );
}

function maskedText(
  text: string,
  { recipient, all }: Own,
  others: OtherNumbers,
): string {
  return maskNumbersIn(maskRecipientIn(text, recipient), all, others);
}
