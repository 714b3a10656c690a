import {
  explainErrorCode,
  firstAdvice,
  knownErrorCodes,
} from "../twilio/error-codes/error-codes.ts";

/**
 * What a recipient's latest failure says of the number: that nothing should be sent
 * again as it is, as when it is unknown, a landline or unsubscribed; or that another try
 * may do.
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

/** Codes of recipients who opted out, or block what is sent. They can come back. */
const UNSUBSCRIBED = new Set([21610, 30630, 63014, 63033, 63050]);

/** Codes of numbers that are none, or that no message can be sent to. */
const NO_MOBILE_NUMBER = new Set([
  21211, 21265, 21268, 21614, 21635, 30005, 30006,
]);

/** The fault, told apart further where the error code does: whether the number is lost, or its owner. */
export type FaultKind = Fault | "unsubscribed" | "lost";

export function faultKindOf(errorCode: number | null): FaultKind {
  if (errorCode !== null && UNSUBSCRIBED.has(errorCode)) return "unsubscribed";
  if (errorCode !== null && NO_MOBILE_NUMBER.has(errorCode)) return "lost";
  return faultOf(errorCode);
}

let gone: readonly number[] | undefined;

/** Every error code that says not to send to a number again. */
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
