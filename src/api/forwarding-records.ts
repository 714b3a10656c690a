import type { Static } from "@sinclair/typebox";
import { failureSentence } from "../forwarding/attempt-words.ts";
import type { EndpointReport } from "../forwarding/endpoint-report.ts";
import {
  shownFilter,
  shownUrl,
  type EndpointReader,
} from "../forwarding/shown-endpoint.ts";
import { isFilterReadable } from "../forwarding/wanted.ts";
import { rfc3339 } from "../messages/export-records.ts";
import { maskNumbersIn } from "../phone/mask-numbers.ts";
import type * as outbox from "../store/outbox.ts";
import { plainText } from "../words/plain-text.ts";
import type { Attempt, Endpoint, Resend } from "./forwarding-schemas.ts";

/** An endpoint in the API and in `--json`. */
export function endpointRecord(
  report: EndpointReport,
  reader: EndpointReader,
): Static<typeof Endpoint> {
  const { endpoint, waiting, waitingSince, givenUp, day } = report;
  const { id, name, ratePerSecond, concurrency, state, events } = endpoint;
  const { succeeded, failed, p95Ms } = day;
  return {
    id,
    name,
    url: shownUrl(endpoint.url, reader),
    filter: shownFilter(endpoint.filter, reader) ?? null,
    events: events && [...events],
    ratePerSecond,
    concurrency,
    state,
    disabledReason: endpoint.disabledReason ?? null,
    filterReadable: isFilterReadable(endpoint.filter),
    stateChangedAt: rfc3339(endpoint.stateChangedAt),
    failingSince: timeOrNull(endpoint.failingSince),
    heldUntil: timeOrNull(endpoint.heldUntil),
    lastSuccessAt: timeOrNull(endpoint.lastSuccessAt),
    waiting: {
      count: waiting.count,
      atLeast: waiting.isMore,
      atMost: waiting.isUpTo,
      since: timeOrNull(waitingSince),
    },
    givenUp,
    last24Hours: {
      succeeded,
      failed,
      p95Ms: p95Ms !== undefined && Number.isFinite(p95Ms) ? p95Ms : null,
    },
    createdAt: rfc3339(endpoint.createdAt),
    createdBy: endpoint.createdBy,
    previousSecretUntil: timeOrNull(endpoint.previousUntil),
  };
}

/** An attempt in the API and in `--json`. */
export function attemptRecord(
  attempt: outbox.Attempt,
  masksNumbers: boolean,
): Static<typeof Attempt> {
  const { id, kind, type, item, status, error, response } = attempt;
  const sentence = failureSentence(attempt);
  return {
    id,
    at: rfc3339(attempt.at),
    kind,
    type,
    eventId: item?.feed === "events" ? item.id : null,
    attempt: attempt.attempt,
    success: attempt.isSuccess,
    status,
    error,
    whatToDo: sentence === undefined ? null : plainText(sentence),
    durationMs: Math.round(attempt.durationMs),
    requestHeaders: { ...attempt.requestHeaders },
    response:
      response !== null && masksNumbers
        ? maskNumbersIn(response, [])
        : response,
  };
}

/** A resend in the API and in `--json`. */
export function resendRecord(resend: outbox.Resend): Static<typeof Resend> {
  const { id, kind, range, ratePerSecond, state, sent, failed } = resend;
  return {
    id,
    what: kind,
    from: timeOrNull(range?.from),
    until: timeOrNull(range?.until),
    ratePerSecond,
    state,
    sent,
    failed,
    createdAt: rfc3339(resend.createdAt),
    createdBy: resend.createdBy,
    endedAt: timeOrNull(resend.endedAt),
  };
}

function timeOrNull(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : rfc3339(at);
}
