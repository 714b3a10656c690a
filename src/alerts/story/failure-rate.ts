import { verdictOnCode } from "../../errors/verdict.ts";
import { FAILED_STATUSES } from "../../twilio/status.ts";
import { explainErrorCode } from "../../twilio/error-codes/error-codes.ts";
import type { Urls } from "../../site/urls.ts";
import { countWords, percent } from "../../words/amounts.ts";
import {
  codeWords,
  listOf,
  numberIn,
  ofRule,
  rangeOf,
  sampleLines,
  spanWords,
  whose,
  type Teller,
} from "./story.ts";

export const failureRateStory: Teller = (told) => {
  const { measured, settings } = told;
  const failed = numberIn(measured, "failed");
  const finished = numberIn(measured, "finished");
  const code = numberIn(measured, "code");
  const range = rangeOf(told);
  const share = percent(finished === 0 ? 0 : failed / finished);
  const last = spanWords(range.to - range.from);
  return {
    title: ofRule(
      told,
      `${share} of messages${whose(told)} failed in the last ${last}`,
    ),
    lines: [
      `Of ${countWords(finished)} messages${whose(told)} with a final status, ${countWords(failed)} failed or were undelivered.`,
      ...(code === 0 ? [] : codeLines(code, numberIn(measured, "codeFailed"))),
      ...sampleLines(told),
    ],
    todo: [
      code === 0
        ? "Open the list of failed messages, and look for what they have in common: an error code, a sender, a country."
        : verdictOnCode(code).whatToDo,
    ],
    numbers: [
      {
        name: "Failed or undelivered",
        value: countWords(failed),
        href: listOf(told, range, FAILED_STATUSES),
      },
      {
        name: "With a final status",
        value: countWords(finished),
        // All messages count here, with any code or none.
        href: listOf(told, range, "sent", ({ field }) => field !== "code"),
      },
      {
        name: "Fires at",
        value: `${settings["percent"] ?? "?"}%, resolves below ${settings["clearsBelow"] ?? "?"}%`,
        href: undefined,
      },
    ],
    places: [
      { label: "Failed messages", href: listOf(told, range, FAILED_STATUSES) },
      ...(code === 0
        ? []
        : [
            {
              label: `Error code ${code}`,
              href: (urls: Urls) => urls.error(code),
            },
          ]),
    ],
  };
};

function codeLines(code: number, times: number): string[] {
  const { explanation } = explainErrorCode(code);
  return [
    `${countWords(times)} of these have ${codeWords(code)}.`,
    ...(explanation === undefined ? [] : [explanation.happened]),
  ];
}
