import type { EventSource } from "../store/event-sources.ts";
import type { OutcomeCounts } from "../store/twilio-reading.ts";
import type { ApiMessage } from "../twilio/api-message.ts";

/**
 * The likely reason why only Twilio's API reported a message's outcome. `rejected`: Twilio refused to
 * create it, and posts no callback then. `away`: no server was running. `refused`: callbacks
 * were refused then. `no-url`: its Messaging Service has no callback URL that leads here.
 */
export type MissedCause = "rejected" | "away" | "refused" | "no-url";

/** What is known of the time in which callbacks may have been missed. */
export type MissedContext = {
  /** When no server was running. */
  readonly gaps: readonly Span[];
  /** When callbacks were refused that somebody can fix. */
  readonly refusals: readonly Span[];
  /** Messaging Services whose callbacks don't come here. */
  readonly servicesElsewhere: ReadonlySet<string>;
};

type Span = { readonly from: number; readonly to: number };

export const NO_OUTCOMES: OutcomeCounts = {
  byCallback: 0,
  byStream: 0,
  byBoth: 0,
  byApi: 0,
  missedAway: 0,
  missedRefused: 0,
  missedRejected: 0,
  missedNoUrl: 0,
};

/** Most callbacks about a message come within this time. */
const CALLBACKS_WITHIN_MS = 300_000;
/** Error codes of requests: Twilio didn't accept the message. */
const REQUEST_ERRORS = { from: 20_000, to: 22_000 } as const;

/** Counts how outcomes became known; `sources` are those of each message's outcome. */
export function countOutcomes(
  outcomes: readonly {
    readonly message: ApiMessage;
    readonly sources: readonly EventSource[];
  }[],
  context: MissedContext,
): OutcomeCounts {
  const counts = { ...NO_OUTCOMES };
  for (const { message, sources } of outcomes) {
    const isByCallback = sources.includes("callback");
    const isByStream = sources.includes("stream");
    if (isByCallback && isByStream) counts.byBoth++;
    else if (isByCallback) counts.byCallback++;
    else if (isByStream) counts.byStream++;
    else if (sources.length > 0) {
      counts.byApi++;
      const cause = likelyCause(message, context);
      if (cause !== undefined) counts[COUNT_OF[cause]]++;
    }
  }
  return counts;
}

const COUNT_OF = {
  rejected: "missedRejected",
  away: "missedAway",
  refused: "missedRefused",
  "no-url": "missedNoUrl",
} as const satisfies Record<MissedCause, keyof OutcomeCounts>;

/** Why probably nothing but Twilio's API told a message's outcome; undefined if nothing suggests a cause. */
export function likelyCause(
  { errorCode, createdAt, sentAt, messagingServiceSid }: ApiMessage,
  { gaps, refusals, servicesElsewhere }: MissedContext,
): MissedCause | undefined {
  const isRejected =
    errorCode !== null &&
    errorCode >= REQUEST_ERRORS.from &&
    errorCode < REQUEST_ERRORS.to;
  if (isRejected) return "rejected";
  const from = sentAt ?? createdAt;
  const to = from + CALLBACKS_WITHIN_MS;
  const isDuring = (span: Span): boolean => span.from < to && span.to > from;
  if (gaps.some(isDuring)) return "away";
  if (refusals.some(isDuring)) return "refused";
  return messagingServiceSid !== null &&
    servicesElsewhere.has(messagingServiceSid)
    ? "no-url"
    : undefined;
}
