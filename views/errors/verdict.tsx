import type { Verdict } from "../../src/errors/verdict.ts";

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

const ICONS = {
  "do-not-send": "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.800 3.800l8.400 8.400",
  "fix-first": "M8 2.500l6 11H2zM8 6.500v3.500M8 11.800v.200",
  "send-again": "M13 8a5 5 0 1 1-1.500-3.500M13 2v3h-3",
} as const;

/** What to do about a message, a code, or a number, as a shape and words. */
export function VerdictMark({
  verdict: { kind, label },
}: {
  readonly verdict: Verdict;
}) {
  return (
    <span class={`mark-verdict ${kind === undefined ? "" : `mark-${kind}`}`}>
      {kind === undefined ? (
        ""
      ) : (
        <svg
          class="icon"
          viewBox="0 0 16 16"
          width="14"
          height="14"
          aria-hidden="true"
        >
          <path d={ICONS[kind]}></path>
        </svg>
      )}
      <span safe>{label}</span>
    </span>
  );
}
