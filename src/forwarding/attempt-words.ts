import { FAULT_WORDS, type SendFault } from "../outbound/faults.ts";
import type { Attempt } from "../store/outbox.ts";

type Ended = Pick<Attempt, "isSuccess" | "status" | "error">;

/** How an attempt ended, as a code: `200`, `connection_refused`. Lists are filtered by it. */
export function outcomeOf({ status, error }: Ended): string {
  return error ?? String(status ?? "unknown");
}

/** How an attempt ended, for a table: `200`, `Connection refused`. */
export function outcomeWords({ status, error }: Ended): string {
  if (error === null) return String(status ?? "unknown");
  const words = error
    .replaceAll("_", " ")
    .replace(/\b(?:dns|tls|http)\b/g, upper);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function upper(word: string): string {
  return word.toUpperCase();
}

/** What went wrong and what to do, as sentences; undefined after a success. */
export function failureSentence({
  isSuccess,
  status,
  error,
}: Ended): string | undefined {
  if (isSuccess) return undefined;
  if (error !== null)
    return isFault(error)
      ? FAULT_WORDS[error].replaceAll("'", "’")
      : "The request failed.";
  return status === null ? "The request failed." : statusSentence(status);
}

function isFault(error: string): error is SendFault {
  return Object.hasOwn(FAULT_WORDS, error);
}

const STATUS_SENTENCES: Readonly<Record<number, string>> = {
  400: "The receiver couldn’t read the request. Its response may say why.",
  401: "The receiver wants other credentials. Check that it has this endpoint’s secret.",
  403: "The receiver refused the request. Check that it has this endpoint’s secret, and its firewall.",
  404: "The receiver has nothing at this URL. Check the path.",
  405: "The receiver doesn’t take POST requests at this URL. Check the path.",
  408: "The receiver gave up waiting for the request.",
  410: "The receiver no longer wants events, so the endpoint was disabled.",
  413: "The receiver takes only smaller requests. Raise its limit.",
  415: "The receiver doesn’t take JSON at this URL.",
  429: "The receiver got too many requests. Lower the endpoint’s rate if that happens often.",
  502: "A proxy in front of the receiver couldn’t reach it.",
  503: "The receiver wasn’t available.",
  504: "A proxy in front of the receiver gave up waiting for it.",
};

function statusSentence(status: number): string {
  const known = STATUS_SENTENCES[status];
  if (known !== undefined) return known;
  if (status >= 300 && status < 400)
    return "The receiver redirected the request, and redirects aren’t followed. Change the URL to the one it redirects to.";
  return status >= 500
    ? "The receiver failed. Its log should say why."
    : "The receiver didn’t accept the request. Its response may say why.";
}
