import { failureSentence, outcomeWords } from "../forwarding/attempt-words.ts";
import { limitWords } from "../forwarding/duration-words.ts";
import { healthOf } from "../forwarding/endpoint-health.ts";
import {
  successRate,
  waitingWords,
  type EndpointReport,
} from "../forwarding/endpoint-report.ts";
import type { Endpoint } from "../store/endpoints.ts";
import type { Attempt } from "../store/outbox.ts";
import { duration, percent } from "../words/amounts.ts";
import { plainText } from "../words/plain-text.ts";
import { minuteText, textTable } from "./text-table.ts";

/** Endpoints as a table. */
export function tableOf(
  reports: readonly EndpointReport[],
  now: number,
): string {
  return textTable([
    ["id", "name", "state", "waiting", "success 24 h", "url"],
    ...reports.map((report) => {
      const { endpoint, waiting, day } = report;
      const rate = successRate(day);
      return [
        String(endpoint.id),
        endpoint.name,
        healthOf(endpoint, now),
        waitingWords(waiting),
        rate === undefined ? "–" : percent(rate),
        endpoint.url,
      ];
    }),
  ]);
}

/** What is known of an endpoint, one fact a line. */
export function factsOf(report: EndpointReport, now: number): string {
  const { endpoint, waiting, waitingSince, givenUp, day } = report;
  const rate = successRate(day);
  const since =
    waitingSince === undefined ? "" : `, oldest ${minuteText(waitingSince)}`;
  return textTable([
    ["id", String(endpoint.id)],
    ["name", endpoint.name],
    ["url", endpoint.url],
    ["filter", endpoint.filter === "" ? "none" : endpoint.filter],
    ["events", endpoint.events?.join(", ") ?? "all"],
    [
      "limits",
      `${endpoint.ratePerSecond} per second, ${endpoint.concurrency} at once`,
    ],
    ["state", stateWords(endpoint, now)],
    ["waiting", `${waitingWords(waiting)}${since}`],
    ["given up", String(givenUp)],
    ["success 24 h", rate === undefined ? "–" : percent(rate)],
    ["p95 24 h", limitWords(day.p95Ms)],
  ]);
}

function stateWords(endpoint: Endpoint, now: number): string {
  const health = healthOf(endpoint, now);
  return health === "unreadable"
    ? "unreadable: this version can't read its filter, so nothing is sent until you change it on its page"
    : `${health}, since ${minuteText(endpoint.failingSince ?? endpoint.stateChangedAt)}`;
}

/** An attempt in a line. */
export function attemptLine(attempt: Attempt): string {
  const sentence = failureSentence(attempt);
  return `${minuteText(attempt.at)}  ${attempt.type}  ${outcomeWords(attempt)}${sentence === undefined ? "" : `: ${plainText(sentence)}`}`;
}

/** How a test event went. */
export function resultWords(attempt: Attempt): string {
  const took = duration(attempt.durationMs);
  if (attempt.isSuccess)
    return `Accepted with ${outcomeWords(attempt)} in ${took}.`;
  const sentence = failureSentence(attempt) ?? "";
  const head = `Not accepted: ${outcomeWords(attempt)} after ${took}. ${plainText(sentence)}`;
  return attempt.response === null || attempt.response === ""
    ? head
    : `${head}\n${attempt.response}`;
}
