import type { SuppressionReason } from "../../src/store/suppressions.ts";
import { REASON_WORDS } from "../../src/suppressions/reasons.ts";

const ICONS: Record<SuppressionReason, string> = {
  gone: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.800 5.800l4.400 4.400M10.200 5.800l-4.400 4.400",
  "opted-out": "M6.500 2.500h-3v11h3M7 8h6.500M11 5.500 13.500 8 11 10.500",
  blocked: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM3.800 3.800l8.400 8.400",
  "keeps-failing":
    "M13 8a5 5 0 1 1-1.500-3.500M13 2v3h-3M8 5.500v3M8 10.500v.200",
};

/** Why a number is on the list, as a shape and words. */
export function Reason({ reason }: { readonly reason: SuppressionReason }) {
  return (
    <span class={`reason reason-${reason}`}>
      <svg
        class="icon"
        viewBox="0 0 16 16"
        width="14"
        height="14"
        aria-hidden="true"
      >
        <path d={ICONS[reason]}></path>
      </svg>
      <span safe>{REASON_WORDS[reason].label}</span>
    </span>
  );
}
