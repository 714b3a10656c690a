import { receivedWords } from "../../sources/completeness.ts";
import { counted, countWords } from "../../words/amounts.ts";
import { numberIn, textIn, type Teller } from "./story.ts";

/** Outcomes of a day that Twilio has and no callback reported. */
export const missedStory: Teller = ({ measured }) => {
  const missed = numberIn(measured, "missed");
  const received = numberIn(measured, "received");
  const day = textIn(measured, "day");
  return {
    title: `Callbacks for ${counted(missed, "message")} of ${day} never arrived`,
    lines: [
      `${receivedWords({ received, missed })} of that day’s outcomes were received. The others were read from Twilio, so the ledger is complete, but later than it should be.`,
    ],
    todo: [
      "Open Completeness: it says why they were probably missed, such as a server that wasn’t running, refused callbacks, or a Messaging Service whose callbacks don’t come here.",
    ],
    numbers: [
      { name: "Missed", value: countWords(missed), href: undefined },
      { name: "Received", value: countWords(received), href: undefined },
    ],
    places: [{ label: "Completeness", href: (urls) => urls.completeness }],
  };
};
