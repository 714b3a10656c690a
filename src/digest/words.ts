import { channelWord } from "../twilio/channel-words.ts";
import { ended, deliveryRate, lost } from "../overview/outcomes.ts";
import { changeWords } from "../overview/change-words.ts";
import { changesOfCounts } from "../overview/change.ts";
import { headline, mainReason, rateChange } from "../overview/headline.ts";
import { verdictOnCode } from "../errors/verdict.ts";
import { addressText, filterText } from "../messages/filter-language.ts";
import type { Urls } from "../site/urls.ts";
import type { Digest } from "../store/digests.ts";
import { REASON_WORDS } from "../suppressions/reasons.ts";
import { explainErrorCode } from "../twilio/error-codes/error-codes.ts";
import { FAILED_STATUSES } from "../twilio/status.ts";
import {
  boundedCount,
  counted,
  countWords,
  percent,
} from "../words/amounts.ts";
import { ADDED_MAX } from "../suppressions/list-query.ts";
import type { DigestContent } from "./read-digest.ts";

/** A number or name with the page that shows the same, and what else there is to say. */
export type DigestRow = {
  readonly name: string;
  readonly path: string;
  readonly text: string;
};

/** A digest in words; paths begin with the base path. */
export type DigestWords = {
  readonly title: string;
  readonly isQuiet: boolean;
  readonly lines: readonly string[];
  /** Counts: the name is the row's, the linked value comes first in `value`. */
  readonly figures: readonly (DigestRow & { readonly value: string })[];
  readonly sections: readonly {
    readonly title: string;
    /** Where the whole list is. */
    readonly path: string;
    readonly rows: readonly DigestRow[];
    /** What isn't shown: "and 12 more". */
    readonly more: string;
    /** Its texts are a few words, which fit beside the names. */
    readonly isShort: boolean;
  }[];
  readonly overviewPath: string;
};

const NUMBERS_SHOWN = 8;
const ALERTS_SHOWN = 5;

/** Puts a digest into words, for HTML and text alike. */
export function digestWords(
  content: DigestContent,
  urls: Urls,
  masksNumbers: boolean,
): DigestWords {
  const { total, before, period, codes } = content;
  const change = rateChange({ total, before });
  const isQuiet = total.messages === 0;
  const worstFirst = codes.toSorted(
    (one, other) => lost(other.outcomes) - lost(one.outcomes),
  );
  const reason = mainReason(total, worstFirst);
  const comparison = comparisonOf(content);
  return {
    title: headline(total, change),
    isQuiet,
    lines: isQuiet
      ? ["No message was first seen in this time."]
      : [reason, comparison].filter((line) => line !== ""),
    figures: isQuiet ? [] : figuresOf(content, urls),
    sections: [
      alertSection(content, urls),
      codeSection(content, urls),
      numberSection(content, urls, masksNumbers),
      viewSection(content, urls),
    ].filter((section) => section.rows.length > 0),
    overviewPath: urls.overview(period.address),
  };
}

function comparisonOf({ total, before, period }: DigestContent): string {
  if (before === undefined)
    return `There is nothing to compare with: the ledger has no messages of ${period.before}.`;
  const words = changeWords(rateChange({ total, before }));
  const [messages] = changesOfCounts([
    { now: total.messages, before: before.messages },
  ]);
  const count = messages === undefined ? "" : changeWords(messages);
  const parts = [
    words === "" ? "" : `delivery rate ${words}`,
    count === "" ? "" : `messages ${count}`,
  ].filter((part) => part !== "");
  return parts.length === 0
    ? ""
    : `Compared with ${period.before}: ${parts.join(", ")}.`;
}

function figuresOf(
  { total, before, period }: DigestContent,
  urls: Urls,
): DigestWords["figures"] {
  const changes = changesOfCounts(
    before === undefined
      ? []
      : [
          { now: total.messages, before: before.messages },
          { now: total.arrived, before: before.arrived },
          { now: lost(total), before: lost(before) },
          { now: total.inFlight, before: before.inFlight },
        ],
  ).map(changeWords);
  const list = (statuses: readonly string[]) =>
    urls.messages({ q: filterText([["status", statuses], ...period.terms]) });
  const rate = deliveryRate(total);
  const shares = (count: number) =>
    ended(total) === 0 ? "" : percent(count / ended(total));
  const row = (
    name: string,
    count: number,
    statuses: readonly string[],
    text: readonly (string | undefined)[],
  ) => ({
    name,
    value: countWords(count),
    path: list(statuses),
    text: text.filter((each) => each !== undefined && each !== "").join(", "),
  });
  return [
    row("Messages", total.messages, [], [changes[0]]),
    row(
      "Delivered",
      total.arrived,
      ["delivered", "read"],
      [rate === undefined ? "" : percent(rate), changes[1]],
    ),
    row("Failed", lost(total), FAILED_STATUSES, [
      shares(lost(total)),
      changes[2],
    ]),
    row("In flight", total.inFlight, ["sent"], [changes[3]]),
  ];
}

function codeSection({ codes, period }: DigestContent, urls: Urls) {
  return {
    title: "Error codes, and what to do",
    path: urls.errors(period.address),
    isShort: false,
    more: "",
    rows: codes.map(({ errorCode, outcomes, isNew }) => ({
      name: `${errorCode} ${explainErrorCode(errorCode).title ?? "Unknown to this version"}`,
      path: urls.error(errorCode, period.address),
      text: `${counted(outcomes.messages, "message")}${isNew ? ", new" : ""}. ${verdictOnCode(errorCode).firstStep}`,
    })),
  };
}

function numberSection(
  { numbers, period }: DigestContent,
  urls: Urls,
  masksNumbers: boolean,
) {
  const count = `${countWords(numbers.length)}${numbers.length === ADDED_MAX ? "+" : ""}`;
  const { from, to } = period.range;
  const left = numbers.length - NUMBERS_SHOWN;
  return {
    title: `Stop sending to ${numbers.length === 1 ? "this number" : `these ${count} numbers`}`,
    isShort: true,
    path: urls.doNotSend({ from: iso(from), to: iso(to) }),
    more: left > 0 ? `and ${countWords(left)} more` : "",
    rows: numbers
      .slice(0, NUMBERS_SHOWN)
      .map(({ recipient, recipientId, channel, reason }) => ({
        name: recipient,
        path: urls.number(addressText(recipient, recipientId, masksNumbers)),
        text: `${REASON_WORDS[reason].label}, ${channelWord(channel)}`,
      })),
  };
}

function viewSection({ views, viewsLeft }: DigestContent, urls: Urls) {
  return {
    title: "Saved views",
    path: urls.views,
    isShort: true,
    more: viewsLeft > 0 ? `and ${countWords(viewsLeft)} more` : "",
    rows: views.map(({ name, q, count }) => ({
      name,
      path: urls.messages({ q }),
      text:
        count.count === 1 && !count.isMore
          ? "1 message"
          : `${boundedCount(count)} messages`,
    })),
  };
}

function alertSection({ alerts }: DigestContent, urls: Urls) {
  const left = alerts.length - ALERTS_SHOWN;
  return {
    title: alerts.length === 1 ? "An open alert" : "Open alerts",
    path: urls.alerts(),
    isShort: false,
    more: left > 0 ? `and ${countWords(left)} more` : "",
    rows: alerts.slice(0, ALERTS_SHOWN).map((alert) => ({
      name: alert.story.title,
      path: urls.alert(alert.id),
      text: alert.state,
    })),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

/** `29 Nov 2026, 08:00 – 30 Nov 2026, 08:00`, by the reader's clocks. */
export function localPeriod(
  { timeZone }: Pick<Digest, "timeZone">,
  { from, to }: { readonly from: number; readonly to: number },
): string {
  const format = new Intl.DateTimeFormat("en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone,
  });
  return `${format.format(from)} – ${format.format(to)} (${timeZone})`;
}
