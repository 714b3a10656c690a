import type {
  Alert,
  AlertSeverity,
  AlertState,
} from "../../src/store/alerts.ts";
import { Minute } from "../parts/time.tsx";

/** How a severity is named and drawn: the shape differs too, so that color is never alone. */
const SEVERITIES: Record<
  AlertSeverity,
  { readonly word: string; readonly path: string }
> = {
  critical: {
    word: "Critical",
    path: "M5.300 1.500h5.400l3.800 3.800v5.400l-3.800 3.800H5.300l-3.800-3.800V5.300zM8 4.800v4M8 11.200v.100",
  },
  warning: {
    word: "Warning",
    path: "M8 2 1.500 13.500h13zM8 6.500v3M8 11.500v.100",
  },
  info: {
    word: "Info",
    path: "M8 1.500a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM8 7.300v4M8 4.700v.100",
  },
};

export function severityWord(severity: AlertSeverity): string {
  return SEVERITIES[severity].word;
}

export function SeverityIcon({
  severity,
  size = 14,
}: {
  readonly severity: AlertSeverity;
  readonly size?: number;
}) {
  return (
    <svg
      class={`icon severity-${severity}`}
      viewBox="0 0 16 16"
      width={String(size)}
      height={String(size)}
      aria-hidden="true"
    >
      <path d={SEVERITIES[severity].path}></path>
    </svg>
  );
}

/** A severity as a shape and a word. */
export function Severity({ severity }: { readonly severity: AlertSeverity }) {
  return (
    <span class={`status severity-${severity}`}>
      <SeverityIcon severity={severity} />
      <span safe>{severityWord(severity)}</span>
    </span>
  );
}

const STATE_PATHS: Record<AlertState, string> = {
  pending: "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11z",
  firing:
    "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM8 6.500a1.500 1.500 0 1 0 0 3 1.500 1.500 0 0 0 0-3z",
  acknowledged:
    "M8 2.500a2.700 2.700 0 1 0 0 5.400 2.700 2.700 0 0 0 0-5.400zM3 14a5 5 0 0 1 10 0",
  snoozed:
    "M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM8 5v3.300l2.200 1.400",
  resolved: "m3 8.500 3.500 3.500L13 4.500",
};

const STATE_WORDS: Record<AlertState, string> = {
  pending: "Pending",
  firing: "Firing",
  acknowledged: "Acknowledged",
  snoozed: "Snoozed",
  resolved: "Resolved",
};

export function stateWord(state: AlertState): string {
  return STATE_WORDS[state];
}

/** An alert's state as a shape and a word. */
export function StateMark({ state }: { readonly state: AlertState }) {
  return (
    <span class={`status alert-${state}`}>
      <svg
        class="icon"
        viewBox="0 0 16 16"
        width="14"
        height="14"
        aria-hidden="true"
      >
        <path d={STATE_PATHS[state]}></path>
      </svg>
      <span safe>{STATE_WORDS[state]}</span>
    </span>
  );
}

/** Completes an alert's state: who took it, and until when it's snoozed; nothing if nobody did. */
export function Taken({
  alert: { state, by, snoozedUntil },
}: {
  readonly alert: Pick<Alert, "state" | "by" | "snoozedUntil">;
}) {
  if (by === null || (state !== "acknowledged" && state !== "snoozed"))
    return "";
  return (
    <>
      by <bdi safe>{by}</bdi>
      {state === "snoozed" && snoozedUntil !== null ? (
        <>
          {" until "}
          <Minute at={snoozedUntil} />
        </>
      ) : (
        ""
      )}
    </>
  );
}
