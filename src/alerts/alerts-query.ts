import {
  ALERT_SEVERITIES,
  type AlertPage,
  type AlertSeverity,
} from "../store/alerts.ts";

/** Alerts on a page of the history. */
export const ALERTS_PER_PAGE = 25;

/** States that the history can be narrowed to. */
export const HISTORY_STATES = [
  "firing",
  "acknowledged",
  "snoozed",
  "resolved",
] as const;
export type HistoryState = (typeof HISTORY_STATES)[number];

/** How far back the history can be narrowed to, in days. */
export const HISTORY_DAYS = [1, 7, 30, 90] as const;
export type HistoryDays = (typeof HISTORY_DAYS)[number];

const DAY_MS = 24 * 3_600_000;

/** A parsed address of the history; undefined is any. */
export type AlertsQuery = {
  readonly ruleId: number | undefined;
  readonly severity: AlertSeverity | undefined;
  readonly state: HistoryState | undefined;
  readonly days: HistoryDays | undefined;
  readonly olderThan: number | undefined;
};

/** Reads the query of `/alerts`. Undefined if it isn't an address that a page links to. */
export function readAlertsQuery(
  params: URLSearchParams,
): AlertsQuery | undefined {
  const given = (name: string): string => params.get(name)?.trim() ?? "";
  const ruleId = wholeNumber(given("rule"));
  const olderThan = wholeNumber(given("older"));
  const severity = ALERT_SEVERITIES.find((each) => each === given("severity"));
  const state = HISTORY_STATES.find((each) => each === given("state"));
  const days = HISTORY_DAYS.find((each) => String(each) === given("days"));
  const isRead = [
    [ruleId, "rule"],
    [olderThan, "older"],
    [severity, "severity"],
    [state, "state"],
    [days, "days"],
  ] as const;
  if (isRead.some(([value, name]) => value === undefined && given(name) !== ""))
    return undefined;
  return { ruleId, severity, state, days, olderThan };
}

/** Reports whether the history is narrowed. */
export function isFiltered(query: AlertsQuery): boolean {
  const { ruleId, severity, state, days } = query;
  return [ruleId, severity, state, days].some((each) => each !== undefined);
}

/** Returns the page of alerts that a query asks for, with one more, which begins the next page. */
export function pageOf(query: AlertsQuery, now: number): AlertPage {
  const { ruleId, severity, state, days, olderThan } = query;
  return {
    size: ALERTS_PER_PAGE + 1,
    olderThan,
    ruleId,
    severity,
    // Those that are open are at the top of the page, unless it's narrowed.
    states:
      state === undefined
        ? isFiltered(query)
          ? HISTORY_STATES
          : ["resolved"]
        : [state],
    since: days && now - days * DAY_MS,
  };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
