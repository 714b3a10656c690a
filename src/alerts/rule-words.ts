import type { AlertRule, RuleKind, RuleSettings } from "../store/alerts.ts";
import { countWords } from "../words/amounts.ts";
import { KINDS } from "./rules/kinds.ts";
import { numberOf } from "./rules/rule.ts";

type Sentence = (
  number: (name: string) => string,
  settings: RuleSettings,
) => string;

const WHOSE: Readonly<Record<string, string>> = {
  all: "the",
  sender: "one sender’s",
  country: "one country’s",
  service: "one messaging service’s",
  channel: "one channel’s",
};

const SENTENCES: Record<RuleKind, Sentence> = {
  "failure-rate": (number, settings) =>
    `At least ${number("percent")}% of ${WHOSE[String(settings["each"])] ?? "the"} messages of the last ${number("minutes")} minutes failed, ` +
    `if at least ${number("messagesMin")} finished${number("sustainedMinutes") === "0" ? "" : `, for ${number("sustainedMinutes")} minutes`}. ` +
    `Resolves below ${number("clearsBelow")}%.`,
  "new-code": (number) =>
    `Within a day, ${number("messagesMin")} or more messages have an error code that none had in the ${number("days")} days before.`,
  silence: (number) =>
    `No callbacks for ${number("minutes")} minutes, although there were at least ${number("messagesMin")} messages at that time in earlier weeks.`,
  stuck: (number) =>
    `At least ${number("percent")}% of the messages sent ${number("hours")} hours ago are in flight, and at least ${number("messagesMin")} of them. ` +
    `Resolves below ${number("clearsBelow")}%.`,
  refused: (number) =>
    `At least ${number("callbacksMin")} ${number("callbacksMin") === "1" ? "callback was" : "callbacks were"} refused within ${number("minutes")} minutes for a reason that you can fix.`,
  forwarding: (number) =>
    `Every attempt to reach an endpoint or a notification channel has failed for ${number("sustainedMinutes")} minutes, or an endpoint was disabled.`,
  backup: (number) =>
    `The latest backup failed, or is more than ${number("hours")} hours old.`,
  disk: (number) =>
    `Less than ${number("freePercent")}% of the database’s disk is free, and less than 20 GB.`,
  recording: (number) =>
    `With PostgreSQL: callbacks have waited to be recorded for ${number("minutes")} ${number("minutes") === "1" ? "minute" : "minutes"}, no node has recorded any for that long, or some couldn’t be recorded.`,
  missed: (number) =>
    `With a key for Twilio’s API: on the latest day that was compared with Twilio, at least ${number("percent")}% of the outcomes were missed, and at least ${number("messagesMin")}.`,
};

/** Returns what a rule fires on, in a sentence or two with its thresholds. */
export function ruleSentence({
  kind,
  settings,
}: Pick<AlertRule, "kind" | "settings">): string {
  return SENTENCES[kind](
    (name) => countWords(numberOf(KINDS[kind], settings, name)),
    settings,
  );
}
