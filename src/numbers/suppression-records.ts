import type { Suppression, SuppressionChange } from "../store/suppressions.ts";

/** A number on the list, as the API and forwarded events have it. */
export function suppressionRecord(entry: Omit<Suppression, "changeId">) {
  return {
    number: entry.recipient,
    channel: entry.channel,
    reason: entry.reason,
    errorCode: entry.errorCode,
    since: new Date(entry.since).toISOString(),
    country: entry.country,
    messageSid: entry.messageSid,
  };
}

/** The type of a change, of those that endpoints can receive. */
export function changeType({
  kind,
}: Pick<SuppressionChange, "kind">): SuppressionEventType {
  return kind === "added" ? "number_suppressed" : "number_restored";
}

export const SUPPRESSION_EVENT_TYPES = [
  "number_suppressed",
  "number_restored",
] as const;
export type SuppressionEventType = (typeof SUPPRESSION_EVENT_TYPES)[number];

/** A change of the list, as the API and forwarded events have it. */
export function changeRecord(change: SuppressionChange) {
  return {
    id: change.id,
    type: changeType(change),
    at: new Date(change.at).toISOString(),
    ...suppressionRecord(change),
    /** Why a number was restored; null of one that was suppressed. */
    restoredBy: change.kind === "added" ? null : change.kind,
    removedBy: change.actor,
    note: change.note,
  };
}
