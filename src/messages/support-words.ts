import { failedForCustomer } from "../errors/customer-words.ts";
import type { Verdict } from "../errors/verdict.ts";
import { countryName } from "../phone/country-names.ts";
import { zoneOfCountry } from "../phone/country-zone.ts";
import type { EventRow, MessageRow } from "../store/store.ts";
import { localDay, localMinutes } from "../time/time-zones.ts";
import { channelWord } from "../twilio/channel-words.ts";
import { explainErrorCode } from "../twilio/error-codes/error-codes.ts";
import { isFailure, type EventStatus } from "../twilio/status.ts";
import { utc } from "../words/times.ts";
import { occurredAt } from "./occurred-at.ts";

/** What support says about a message. */
export type SupportWords = {
  /** One sentence to read to the customer, whose times are in the customer's time zone if that is known. */
  readonly toCustomer: string;
  /** What a ticket needs, in one line; without the message's address. */
  readonly toTicket: string;
  readonly whatToDo: string;
};

/** After this long, a carrier that hasn't confirmed rarely does. */
const CONFIRMS_WITHIN_MS = 3_600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What is known about a message besides what its row says. */
export type AboutMessage = {
  /** In the order received. */
  readonly events: readonly EventRow[];
  readonly verdict: Verdict;
  /** Twilio no longer has it, so its status won't change. */
  readonly isGone: boolean;
};

/** Returns what support says about a message. */
export function supportWords(
  message: MessageRow,
  { events, verdict, isGone }: AboutMessage,
  now: number,
): SupportWords {
  const sentAt = firstAt(message, events);
  const zone =
    message.country === null
      ? undefined
      : zoneOfCountry(message.country, sentAt);
  return {
    toCustomer: customerSentence(message, whenWords(sentAt, now, zone)),
    toTicket: ticketLine(message, sentAt, zone),
    whatToDo: nextStep(
      message,
      verdict,
      !isGone && now - sentAt < CONFIRMS_WITHIN_MS,
    ),
  };
}

/** When it was sent, as far as we know: by Twilio's clock if that's known, otherwise when we first heard of it. */
function firstAt(
  { firstEventAt }: MessageRow,
  events: readonly EventRow[],
): number {
  const sent = events.filter(({ status }) => status === "sent");
  return occurredAt(sent) ?? firstEventAt;
}

function customerSentence(
  { status, errorCode, channel }: MessageRow,
  when: string,
): string {
  switch (status) {
    case "sent":
      return `We sent you a message ${when}, and it hasn’t been confirmed yet that it reached your phone.`;
    case "delivered":
      return channel === "sms"
        ? `The message we sent you ${when} was delivered: your carrier confirmed it.`
        : `The message we sent you ${when} was delivered: ${channelWord(channel)} confirmed it.`;
    case "read":
      return `The message we sent you ${when} was delivered and opened.`;
    default:
      return `The message we sent you ${when} ${failedForCustomer(errorCode, channel)}.`;
  }
}

const TICKET_WORDS: Record<EventStatus, string> = {
  sent: "sent, not confirmed",
  delivered: "delivered",
  read: "read",
  failed: "failed",
  undelivered: "not delivered",
};

function ticketLine(
  message: MessageRow,
  sentAt: number,
  zone: string | undefined,
): string {
  const { status, errorCode, country, to, from } = message;
  const title =
    errorCode === null ? undefined : explainErrorCode(errorCode).title;
  const code =
    errorCode === null
      ? ""
      : ` (error ${errorCode}${title === undefined ? "" : `: ${title}`})`;
  const local =
    zone === undefined || country === null
      ? ""
      : ` (${localDay(zone, sentAt)} ${clock(zone, sentAt)} in ${countryName(country)})`;
  return [
    `${channelWord(message.channel)} ${message.messageSid}`,
    ...(to === null ? [] : [`to ${to}`]),
    ...(from === null ? [] : [`from ${from}`]),
    `at ${utc(sentAt)} UTC${local}:`,
    `${TICKET_WORDS[status]}${code},`,
    `last update ${utc(message.lastEventAt)} UTC.`,
  ].join(" ");
}

function nextStep(
  { status, to }: MessageRow,
  verdict: Verdict,
  mayChange: boolean,
): string {
  if (isFailure(status)) return `${verdict.label}. ${verdict.firstStep}`;
  if (status === "read") return "Nothing: somebody opened it.";
  if (status === "sent")
    return mayChange
      ? "Wait: most carriers confirm within minutes."
      : "Ask whether it arrived: some carriers never confirm. If it didn’t, send it again once.";
  const number = to === null ? "the number" : `that ${to}`;
  return `If they don’t see it, check ${number} is theirs, and have them look among blocked and filtered messages. Then send it again once.`;
}

/** `25 minutes ago`, `today at 15:03`, `on 28 November at 15:03`: by the customer's clock if that's known. */
function whenWords(at: number, now: number, zone: string | undefined): string {
  const age = Math.max(0, now - at);
  if (age < 2 * MINUTE_MS) return "just now";
  if (age < HOUR_MS) return `${Math.floor(age / MINUTE_MS)} minutes ago`;
  if (zone === undefined)
    return age < DAY_MS
      ? hoursAgo(age)
      : `on ${dayWords(localDay("UTC", at), now)}`;
  const day = localDay(zone, at);
  const time = `at ${clock(zone, at)}`;
  if (day === localDay(zone, now)) return `today ${time}`;
  if (day === localDay(zone, now - DAY_MS)) return `yesterday ${time}`;
  return `on ${dayWords(day, now)} ${time}`;
}

function hoursAgo(age: number): string {
  const hours = Math.round(age / HOUR_MS);
  return hours === 1 ? "about an hour ago" : `about ${hours} hours ago`;
}

const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];

/** `28 November` of `2026-11-28`, with the year unless it's this one. */
function dayWords(day: string, now: number): string {
  const [year, month, date] = day.split("-").map(Number);
  const isThisYear = year === new Date(now).getUTCFullYear();
  return `${date} ${MONTHS[(month ?? 1) - 1]}${isThisYear ? "" : ` ${year}`}`;
}

function clock(zone: string, at: number): string {
  const minutes = localMinutes(zone, at);
  const two = (part: number): string => String(part).padStart(2, "0");
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
