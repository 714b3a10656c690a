import { verdictOnCode } from "../../errors/verdict.ts";
import { explainErrorCode } from "../../twilio/error-codes/error-codes.ts";
import { counted, countWords } from "../../words/amounts.ts";
import {
  codeWords,
  listOf,
  numberIn,
  ofRule,
  rangeOf,
  type Teller,
} from "./story.ts";

export const newCodeStory: Teller = (told) => {
  const { measured } = told;
  const code = numberIn(measured, "code");
  const messages = numberIn(measured, "messages");
  const range = rangeOf(told);
  const { explanation } = explainErrorCode(code);
  return {
    title: ofRule(told, `New ${codeWords(code)}`),
    lines: [
      `${counted(messages, "message has", "messages have")} error code ${code}. In the ${counted(numberIn(measured, "days"), "day")} before, none had it.`,
      ...(explanation === undefined ? [] : [explanation.happened]),
    ],
    todo: [verdictOnCode(code).whatToDo],
    numbers: [
      {
        name: "Messages with this code",
        value: countWords(messages),
        href: listOf(told, range, ""),
      },
    ],
    places: [
      { label: "Messages with this code", href: listOf(told, range, "") },
      { label: `Error code ${code}`, href: (urls) => urls.error(code) },
    ],
  };
};
