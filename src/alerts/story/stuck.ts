import { countWords, percent } from "../../words/amounts.ts";
import {
  listOf,
  numberIn,
  ofRule,
  rangeOf,
  sampleLines,
  spanWords,
  type Teller,
} from "./story.ts";

export const stuckStory: Teller = (told) => {
  const { measured, settings } = told;
  const inFlight = numberIn(measured, "inFlight");
  const messages = numberIn(measured, "messages");
  const range = rangeOf(told);
  const share = percent(messages === 0 ? 0 : inFlight / messages);
  const age = spanWords(numberIn(measured, "hours") * 3_600_000);
  const old = age === "hour" ? "an hour" : age;
  return {
    title: ofRule(
      told,
      `${share} of messages are still in flight after ${old}`,
    ),
    lines: [
      `Of ${countWords(messages)} messages that were first seen more than ${old} ago, within an hour, ${countWords(inFlight)} still have no final status.`,
      "Either the carriers don’t report them, or their callbacks didn’t reach smsledger.",
      ...sampleLines(told),
    ],
    todo: [
      "Open the list, and look up some of these messages in Twilio’s console: if they have a final status there, their callbacks were lost or went elsewhere.",
    ],
    numbers: [
      {
        name: "In flight",
        value: countWords(inFlight),
        href: listOf(told, range, ["sent"]),
      },
      {
        name: "Messages of that hour",
        value: countWords(messages),
        href: listOf(told, range, ""),
      },
      {
        name: "Fires at",
        value: `${settings["percent"] ?? "?"}%, resolves below ${settings["clearsBelow"] ?? "?"}%`,
        href: undefined,
      },
    ],
    places: [
      { label: "Messages in flight", href: listOf(told, range, ["sent"]) },
    ],
  };
};
