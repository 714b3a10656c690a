import type { By } from "../store/accounts.ts";
import type { Endpoint } from "../store/endpoints.ts";
import {
  endpointTarget,
  RESENDS_RUNNING_MAX,
  type NewResend,
  type OutboxStore,
  type Target,
} from "../store/outbox.ts";
import { readTime } from "../time/filter-times.ts";
import { RATE_MAX } from "./endpoint-rules.ts";

/** A resend's own pace, so that it doesn't push aside what happens now. */
export const RESEND_RATE_DEFAULT = 10;

/** What is to be sent again, as typed. */
export type GivenResend = {
  readonly what: string;
  /** The event's id. */
  readonly event?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly rate?: string | undefined;
};

/** What is sent again, and how many a second. */
export type ResendRequest = { readonly ratePerSecond: number } & (
  | { readonly kind: "failed" }
  | { readonly kind: "event"; readonly eventId: number }
  | {
      readonly kind: "range";
      readonly range: { readonly from: number; readonly until: number };
    }
);

export type ResendField = "what" | "event" | "from" | "until" | "rate";

export type ResendMistake = {
  readonly field: ResendField;
  readonly sentence: string;
};

export type ResendRead =
  | { readonly request: ResendRequest }
  | { readonly mistakes: readonly ResendMistake[] };

/** Reads what is to be sent again, for pages, the command line and the API alike. */
export function readResend(given: GivenResend, now: number): ResendRead {
  const part = partOf(given, now);
  const ratePerSecond = rateOf(given.rate ?? "");
  const mistakes = [
    ...("mistakes" in part ? part.mistakes : []),
    ...(ratePerSecond === undefined ? [WRONG_RATE] : []),
  ];
  return "mistakes" in part || ratePerSecond === undefined
    ? { mistakes }
    : { request: { ...part, ratePerSecond } };
}

const WRONG_RATE: ResendMistake = {
  field: "rate",
  sentence: `The rate must be a whole number from 1 to ${RATE_MAX.toLocaleString("en-US")}.`,
};

function rateOf(text: string): number | undefined {
  if (text === "") return RESEND_RATE_DEFAULT;
  const rate = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return rate >= 1 && rate <= RATE_MAX ? rate : undefined;
}

type Mistaken = { readonly mistakes: readonly ResendMistake[] };
type Part = WithoutRate<ResendRequest>;
type WithoutRate<R> = R extends unknown ? Omit<R, "ratePerSecond"> : never;

function partOf(
  { what, event = "", from = "", until = "" }: GivenResend,
  now: number,
): Part | Mistaken {
  switch (what) {
    case "failed":
      return { kind: "failed" };
    case "event":
      return /^[1-9]\d{0,14}$/.test(event)
        ? { kind: "event", eventId: Number(event) }
        : mistaken("event", "Give the event’s ID, a whole number.");
    case "range":
      return rangeOf(from.trim(), until.trim(), now);
    default:
      return mistaken("what", "Choose what to send again.");
  }
}

function mistaken(field: ResendField, sentence: string): Mistaken {
  return { mistakes: [{ field, sentence }] };
}

const TIME_WORDS =
  "must be a time such as 2026-11-01, 2026-11-01T10:00 (UTC), or 24h.";

/** Without an end, it's now. */
function rangeOf(
  fromText: string,
  untilText: string,
  now: number,
): Part | Mistaken {
  const from = readTime(fromText, now);
  const until = untilText === "" ? now : readTime(untilText, now);
  if (from === undefined)
    return mistaken("from", `The beginning ${TIME_WORDS}`);
  if (until === undefined) return mistaken("until", `The end ${TIME_WORDS}`);
  if (from >= Math.min(until, now))
    return mistaken(
      "from",
      "The beginning must be before the end, and in the past.",
    );
  return { kind: "range", range: { from, until: Math.min(until, now) } };
}

/** Starts a resend. Resolves to its id; undefined when `RESENDS_RUNNING_MAX` are under way, or the endpoint is gone. */
export async function startResend(
  outbox: Pick<OutboxStore, "addResend" | "deliveries" | "eventIdsBetween">,
  endpoint: Pick<Endpoint, "id" | "name">,
  request: ResendRequest,
  by: By,
): Promise<number | undefined> {
  const target = endpointTarget(endpoint.id);
  const resend: NewResend = {
    target,
    kind: request.kind,
    ...(await boundsOf(outbox, target, request)),
    range: request.kind === "range" ? request.range : null,
    ratePerSecond: request.ratePerSecond,
  };
  return outbox.addResend(resend, by, endpoint.name);
}

/** Why no resend was started. */
export const TOO_MANY_RESENDS = `${RESENDS_RUNNING_MAX} resends of this endpoint are under way already. Wait until one is done, or stop one.`;

async function boundsOf(
  outbox: Pick<OutboxStore, "deliveries" | "eventIdsBetween">,
  target: Target,
  request: ResendRequest,
): Promise<Pick<NewResend, "afterId" | "untilId">> {
  switch (request.kind) {
    case "event":
      return { afterId: request.eventId - 1, untilId: request.eventId };
    case "failed":
      return { afterId: 0, untilId: await lastFailedId(outbox, target) };
    case "range":
      return outbox.eventIdsBetween(request.range);
  }
}

const STEP = 1_000;

/** The highest id of a target's given-up deliveries. Those that are given up later aren't part of the resend. */
async function lastFailedId(
  outbox: Pick<OutboxStore, "deliveries">,
  target: Target,
): Promise<number> {
  let last = 0;
  for (;;) {
    const step = await outbox.deliveries(target, {
      isFailed: true,
      afterId: last,
      size: STEP,
    });
    last = step.at(-1)?.id ?? last;
    if (step.length < STEP) return last;
  }
}
