import { faultKindOf, faultOf, type FaultKind } from "../src/numbers/fault.ts";

/** A recipient's kind of fault, as pages say it. */
export const FAULT_WORDS: Record<FaultKind, string> = {
  gone: "Do not send again",
  lost: "Gone for good",
  unsubscribed: "Unsubscribed",
  retry: "Worth another try",
};

/** `4 of 10`, and the same as a bar. */
export function Failures({
  failures,
  messages,
}: {
  readonly failures: number;
  readonly messages: number;
}) {
  return (
    <>
      <b>{failures}</b> of {messages}
      <svg
        class="meter"
        viewBox={`0 0 ${messages} 1`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <rect width={failures} height="1"></rect>
      </svg>
    </>
  );
}

/** What the latest failure's error code says of the number, as a shape and words. */
export function FaultMark({
  errorCode,
}: {
  readonly errorCode: number | null;
}) {
  const fault = faultOf(errorCode);
  return (
    <span class={`fault fault-${fault}`}>
      <svg
        class="icon"
        viewBox="0 0 16 16"
        width="14"
        height="14"
        aria-hidden="true"
      >
        <path
          d={
            fault === "gone"
              ? "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.800 3.800l8.400 8.400"
              : "M13 8a5 5 0 1 1-1.500-3.500M13 2v3h-3"
          }
        ></path>
      </svg>
      <span safe>{FAULT_WORDS[faultKindOf(errorCode)]}</span>
    </span>
  );
}
