/** When a report says that its event happened; `source` is a place in `EVENT_SOURCES`. */
type TimedReport = {
  readonly source: number;
  readonly occurredAt: number | null;
};

/**
 * When an event happened by Twilio's clock, of all reports of it: Event Streams' time before
 * that of the Messages API, which is in whole seconds; of one source the earliest. Null if
 * none says.
 */
export function eventTime(reports: readonly TimedReport[]): number | null {
  let best: TimedReport | undefined;
  for (const report of reports)
    if (report.occurredAt !== null && (!best || isBetter(report, best)))
      best = report;
  return best?.occurredAt ?? null;
}

function isBetter(one: TimedReport, other: TimedReport): boolean {
  return one.source === other.source
    ? (one.occurredAt ?? Infinity) < (other.occurredAt ?? Infinity)
    : one.source < other.source;
}
