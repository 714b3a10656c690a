import type { ConfirmingFields } from "./fold.ts";

/** A source's report of an event whose essentials others had reported. */
export type RecordedConfirmation = ConfirmingFields & {
  /** The first event of this status. */
  readonly eventId: number;
  readonly receivedAt: number;
};

/** One source's confirmations of an event in one, the same in any order; see `foldEvents`. */
export function mergedConfirmation(
  before: RecordedConfirmation | undefined,
  report: RecordedConfirmation,
): RecordedConfirmation {
  if (before === undefined) return report;
  return {
    ...report,
    receivedAt: Math.min(before.receivedAt, report.receivedAt),
    occurredAt: either(before.occurredAt, report.occurredAt, Math.min),
    numSegments: either(before.numSegments, report.numSegments, Math.max),
    carrier: either(before.carrier, report.carrier, (one, other) =>
      one < other ? one : other,
    ),
  };
}

function either<T>(
  one: T | null,
  other: T | null,
  preferred: (one: T, other: T) => T,
): T | null {
  if (one === null || other === null) return one ?? other;
  return preferred(one, other);
}
