import { verdictOnCode, type Verdict } from "../errors/verdict.ts";
import { plainText } from "../words/plain-text.ts";
import type { ErrorCodeInfo } from "../twilio/error-codes/error-codes.ts";

/**
 * Explains an error code, as described by `ErrorExplained`; for a message, with the
 * verdict on it.
 */
export function errorExplained(
  { code, title, explanation, url }: ErrorCodeInfo,
  verdict: Verdict = verdictOnCode(code),
) {
  const { kind, whatToDo } = verdict;
  return {
    code,
    title: title ?? null,
    verdict: kind ?? null,
    explanation: explanation
      ? {
          ...explanation,
          happened: plainText(explanation.happened),
          retry: kind === "send-again" ? explanation.retry : ("no" as const),
          whatToDo: plainText(whatToDo),
        }
      : null,
    url,
  };
}
