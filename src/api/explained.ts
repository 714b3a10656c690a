import { verdictOnCode, type Verdict } from "../errors/verdict.ts";
import type { ErrorCodeInfo } from "../twilio/error-codes/error-codes.ts";

/**
 * What is known about an error code, as `ErrorExplained` describes it; for a message with
 * the verdict on that.
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
          retry: kind === "send-again" ? explanation.retry : ("no" as const),
          whatToDo,
        }
      : null,
    url,
  };
}
