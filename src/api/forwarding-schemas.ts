import { Type, type Static } from "@sinclair/typebox";
import { EVENT_TYPES } from "../forwarding/event-types.ts";
import { count, oneOf, orNull, time } from "./schemas.ts";

/** What a user decides about an endpoint. */
export const endpointSettings = {
  name: Type.String({ maxLength: 60, description: "Unique." }),
  url: Type.String({
    maxLength: 2_000,
    description:
      "https, or http to a network that FORWARD_ALLOW lists. Shown without its path to a token that can only read.",
  }),
  filter: Type.String({
    maxLength: 1_000,
    description:
      "In the language of the filter box on the Messages page, without after and before; empty for every message.",
  }),
  events: orNull(
    Type.Array(oneOf(EVENT_TYPES), {
      minItems: 1,
      maxItems: EVENT_TYPES.length,
    }),
    { description: "Types of events; null for all." },
  ),
  ratePerSecond: Type.Integer({ minimum: 1, maximum: 1_000 }),
  concurrency: Type.Integer({
    minimum: 1,
    maximum: 16,
    description: "How many requests may be under way at once, to catch up.",
  }),
};

/** An endpoint as `endpointRecord` writes it. */
export const Endpoint = Type.Object(
  {
    id: Type.Integer(),
    ...endpointSettings,
    filter: orNull(Type.String(), {
      description:
        "In the filter language; empty for every message. Null if it names numbers and the token sees them masked.",
    }),
    state: oneOf(["active", "paused", "disabled"]),
    disabledReason: orNull(oneOf(["gone", "failing"]), {
      description:
        "gone: it answered 410. failing: it only failed for five days.",
    }),
    filterReadable: Type.Boolean({
      description:
        "False if this version can't read the filter: nothing is sent until it's changed.",
    }),
    stateChangedAt: time("When it was added, paused, resumed, or disabled."),
    failingSince: orNull(time("Since when every attempt has failed.")),
    heldUntil: orNull(
      time("Until when it asked to be left alone, with Retry-After."),
    ),
    lastSuccessAt: orNull(time("When it last accepted an event.")),
    waiting: Type.Object({
      count: count("Events that still have to reach it."),
      atLeast: Type.Boolean({
        description: "True if counting stopped at a limit: there may be more.",
      }),
      atMost: Type.Boolean({
        description:
          "True if some of them may not match: the filter is applied when they're sent.",
      }),
      since: orNull(time("Since when the oldest of them waits.")),
    }),
    givenUp: count("Events whose last attempt failed."),
    last24Hours: Type.Object({
      succeeded: count("Attempts that succeeded."),
      failed: count(),
      p95Ms: orNull(Type.Number(), {
        description:
          "95 of 100 successful attempts took less than this; null if there were none, or if it's more than 10,000.",
      }),
    }),
    createdAt: time("When it was added."),
    createdBy: Type.String(),
    previousSecretUntil: orNull(
      time("Until when the secret before the last rotation signs, too."),
    ),
  },
  { title: "Endpoint" },
);

/** The response's secret is shown only here. */
export const secret = Type.String({
  description: "Starts with whsec_. It can't be read again.",
});

/** An attempt as `attemptRecord` writes it. */
export const Attempt = Type.Object(
  {
    id: Type.Integer(),
    at: time("When it began."),
    kind: oneOf(["live", "retry", "resend", "test"]),
    type: Type.String({ description: "E.g. sms_delivered." }),
    eventId: orNull(Type.Integer(), {
      description: "The event's id in the feed; null for what isn't in it.",
    }),
    attempt: count("1 for the first attempt at this event."),
    success: Type.Boolean(),
    status: orNull(Type.Integer(), {
      description: "Of the response; null without one.",
    }),
    error: orNull(Type.String(), {
      description: "A code such as connection_refused; null after a response.",
    }),
    whatToDo: orNull(Type.String(), {
      description: "What went wrong, in words; null after a success.",
    }),
    durationMs: Type.Number(),
    requestHeaders: Type.Record(Type.String(), Type.String()),
    response: orNull(Type.String(), {
      description: "The first 2 KB of the response.",
    }),
  },
  { title: "Attempt" },
);

/** A resend as `resendRecord` writes it. */
export const Resend = Type.Object(
  {
    id: Type.Integer(),
    what: oneOf(["event", "failed", "range"]),
    from: orNull(time("For a range.")),
    until: orNull(time("For a range.")),
    ratePerSecond: Type.Integer(),
    state: oneOf(["running", "stopped", "done"]),
    sent: count("Events that were accepted."),
    failed: count("Attempts that failed; these events are retried as usual."),
    createdAt: time("When it was started."),
    createdBy: Type.String(),
    endedAt: orNull(time("When it was done, or stopped.")),
  },
  { title: "Resend" },
);

const ENDPOINT_SETTINGS = {
  name: "crm",
  url: "https://crm.example.com/hooks/sms",
  filter: "status:failed,undelivered",
  events: null,
  ratePerSecond: 50,
  concurrency: 4,
} as const;

export const NEW_ENDPOINT_EXAMPLE = {
  name: ENDPOINT_SETTINGS.name,
  url: ENDPOINT_SETTINGS.url,
  filter: ENDPOINT_SETTINGS.filter,
};

export const SECRET_EXAMPLE =
  "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD0123456789A=";

export const ENDPOINT_EXAMPLE: Static<typeof Endpoint> = {
  id: 1,
  ...ENDPOINT_SETTINGS,
  state: "active",
  disabledReason: null,
  filterReadable: true,
  stateChangedAt: "2026-11-20T09:00:00.000Z",
  failingSince: null,
  heldUntil: null,
  lastSuccessAt: "2026-11-23T12:30:04.120Z",
  waiting: { count: 0, atLeast: false, atMost: false, since: null },
  givenUp: 0,
  last24Hours: { succeeded: 1_204, failed: 3, p95Ms: 250 },
  createdAt: "2026-11-20T09:00:00.000Z",
  createdBy: "ana",
  previousSecretUntil: null,
};

export const ATTEMPT_EXAMPLE: Static<typeof Attempt> = {
  id: 812,
  at: "2026-11-23T12:30:04.050Z",
  kind: "live",
  type: "sms_undelivered",
  eventId: 4711,
  attempt: 1,
  success: false,
  status: null,
  error: "connection_refused",
  whatToDo:
    "The host refused the connection. Check the port, and that the receiver is running.",
  durationMs: 12,
  requestHeaders: { "content-type": "application/json" },
  response: null,
};

export const RESEND_EXAMPLE: Static<typeof Resend> = {
  id: 3,
  what: "range",
  from: "2026-11-22T00:00:00.000Z",
  until: "2026-11-23T00:00:00.000Z",
  ratePerSecond: 10,
  state: "running",
  sent: 120,
  failed: 0,
  createdAt: "2026-11-23T12:31:00.000Z",
  createdBy: "token ops",
  endedAt: null,
};
