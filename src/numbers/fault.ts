import {
  explainErrorCode,
  firstAdvice,
  knownErrorCodes,
} from "../twilio/error-codes/error-codes.ts";

/**
 * What a recipient's latest failure says of the number: that no message will ever
 * arrive, as when it is unknown, a landline or opted out; or that another try may do.
 */
export type Fault = "gone" | "retry";

export const FAULTS: readonly Fault[] = ["gone", "retry"];

/** The fault that an error code, or its lack, tells of. */
export function faultOf(errorCode: number | null): Fault {
  if (errorCode === null) return "retry";
  const { explanation } = explainErrorCode(errorCode);
  const isGone =
    explanation?.matter === "recipient" && explanation.retry === "no";
  return isGone ? "gone" : "retry";
}

let gone: readonly number[] | undefined;

/** Every error code that says that a number is gone for good. */
export function goneCodes(): readonly number[] {
  gone ??= knownErrorCodes().filter((code) => faultOf(code) === "gone");
  return gone;
}

/** What to do about a failure, in one sentence. */
export function adviceFor(errorCode: number | null): string {
  if (errorCode === null)
    return "Twilio gave no error code: send once more, then ask the recipient.";
  const { explanation } = explainErrorCode(errorCode);
  return explanation === undefined
    ? "Look at Twilio’s page about this code."
    : firstAdvice(explanation);
}
