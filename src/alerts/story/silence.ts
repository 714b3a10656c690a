import { counted, countWords } from "../../words/amounts.ts";
import {
  listOf,
  numberIn,
  ofRule,
  rangeOf,
  spanWords,
  type Teller,
} from "./story.ts";

export const silenceStory: Teller = (told) => {
  const { measured, filter } = told;
  const range = rangeOf(told);
  const weeks = numberIn(measured, "weeks");
  const span = spanWords(range.to - range.from);
  return {
    title: ofRule(
      told,
      filter === ""
        ? `No callbacks in the last ${span}`
        : `No messages in the last ${span}`,
    ),
    lines: [
      `At the same time of the last ${weeks === 1 ? "week" : `${weeks} weeks`} there were usually about ${counted(numberIn(measured, "usually"), "message")}.`,
      "Either nothing is being sent, or Twilio’s callbacks don’t reach smsledger.",
    ],
    todo: [
      "Check whether your systems are sending, and whether Twilio’s console lists new messages.",
      "If it does, check that the callback URL of your senders leads here and that Twilio can reach it; smsledger doctor checks this server’s side.",
    ],
    numbers: [
      { name: "New messages", value: "0", href: listOf(told, range, "") },
      {
        name: "Usually",
        value: countWords(numberIn(measured, "usually")),
        href: undefined,
      },
    ],
    places: [
      { label: "Refused callbacks", href: (urls) => urls.refusals() },
      { label: "Messages", href: (urls) => urls.messages({ q: filter }) },
    ],
  };
};
