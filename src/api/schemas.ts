import {
  Kind,
  Type,
  TypeRegistry,
  type SchemaOptions,
  type TSchema,
  type TUnsafe,
} from "@sinclair/typebox";
import { VERDICTS } from "../errors/verdict.ts";
import type { Pairs } from "../messages/export-records.ts";
import { MADE_UP_SID_START } from "../twilio/made-up-sid.ts";
import { EVENT_SOURCES } from "../store/event-sources.ts";
import { CHANNELS, EVENT_STATUSES } from "../twilio/status.ts";

/*
 * The schemas of API responses. A schema with a title is defined once in the OpenAPI
 * document and referenced by it.
 */

TypeRegistry.Set<{ readonly enum: readonly unknown[] }>(
  "OneOf",
  (schema, value) => schema.enum.includes(value),
);

/** One of these words. */
export function oneOf<const T extends string>(
  words: readonly T[],
  options: SchemaOptions = {},
): TUnsafe<T> {
  return Type.Unsafe<T>({
    ...options,
    [Kind]: "OneOf",
    type: "string",
    enum: [...words],
  });
}

/** A value that may be unknown: then it's null, never left out. */
export function orNull<S extends TSchema>(
  schema: S,
  options: SchemaOptions = {},
) {
  return Type.Union([schema, Type.Null()], options);
}

export function time(description: string) {
  return Type.String({ format: "date-time", description });
}

export const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description && { description }) });

/** Names and values; a name that occurs several times has a list of values. */
export function pairs(description: string) {
  return Type.Unsafe<Pairs>(
    Type.Object(
      {},
      {
        description,
        additionalProperties: Type.Union([
          Type.String(),
          Type.Array(Type.String()),
        ]),
      },
    ),
  );
}

export const nextCursor = orNull(Type.String(), {
  description:
    "Pass it as cursor to get the next page; null if there are no more.",
});

export const channel = oneOf(CHANNELS);

const shared = {
  to: orNull(Type.String(), {
    description:
      "The recipient; masked unless the token may see whole numbers.",
  }),
  from: orNull(Type.String(), { description: "The sender; masked likewise." }),
  errorCode: orNull(Type.Integer(), { description: "Twilio's error code." }),
  accountSid: orNull(Type.String()),
  messagingServiceSid: orNull(Type.String()),
  numSegments: orNull(Type.Integer()),
  mcc: orNull(Type.String(), {
    description: "The carrier's mobile country code; Event Streams give it.",
  }),
  mnc: orNull(Type.String(), {
    description: "The carrier's mobile network code.",
  }),
  tags: pairs(
    "The query of the callback URL, and the message's tags at Twilio.",
  ),
};

export const source = oneOf(EVENT_SOURCES, {
  description:
    "Where it comes from: a status callback, Event Streams, or the Messages API.",
});

export const occurredAt = orNull(
  time("When it happened by Twilio's clock; null if no source said so."),
);

/** A message as `messageRecord` writes it. */
export const Message = Type.Object(
  {
    messageSid: Type.String({
      description: `SM or MM and 32 hex digits. Made-up messages begin with ${MADE_UP_SID_START}.`,
    }),
    channel,
    status: oneOf(EVENT_STATUSES, {
      description:
        "The highest among its events: sent < failed < undelivered < delivered < read.",
    }),
    ...shared,
    country: orNull(Type.String(), {
      description: "The recipient's, ISO 3166-1 alpha-2.",
    }),
    sources: Type.Array(source, {
      description: "Who reported any of its events.",
    }),
    firstEventAt: time(
      "When its first event was received; of a message that only Twilio's API reported, when it was sent.",
    ),
    lastEventAt: time("When its latest event was received."),
  },
  { title: "Message" },
);

/** An event as `eventRecord` writes it. */
export const Event = Type.Object(
  {
    id: Type.Integer({ description: "Rises in the order of recording." }),
    type: Type.String({ description: "E.g. sms_delivered." }),
    channel,
    messageSid: Type.String(),
    status: oneOf(EVENT_STATUSES),
    supplement: Type.Boolean({
      description:
        "True when this report adds something to an earlier event of the message with the same status.",
    }),
    source,
    receivedAt: time("When it was received."),
    occurredAt,
    ...shared,
    errorMessage: orNull(Type.String(), {
      description: "As Twilio posted it.",
    }),
    params: pairs("Everything that was posted."),
  },
  { title: "Event" },
);

export const ErrorExplained = Type.Object(
  {
    code: Type.Integer(),
    title: orNull(Type.String(), {
      description:
        "Twilio's title; null for a code that this version doesn't know.",
    }),
    verdict: orNull(oneOf(VERDICTS), {
      description:
        "What to do, for the code or for the message that has it; null when there is nothing to do, as the message was delivered or is in flight.",
    }),
    explanation: orNull(
      Type.Object({
        happened: Type.String({
          description: "What happened, in plain words.",
        }),
        matter: oneOf(
          [
            "recipient",
            "carrier",
            "content",
            "sender",
            "account",
            "request",
            "twilio",
          ],
          { description: "Cause: whose problem it is." },
        ),
        retry: oneOf(["no", "later", "maybe"], {
          description:
            "Whether retrying the same message helps; no unless verdict is send-again.",
        }),
        whatToDo: Type.String(),
      }),
    ),
    url: Type.String({ description: "Twilio's page about this code." }),
  },
  { title: "ErrorExplained" },
);

/** A number of messages by outcome. */
export const outcomes = {
  messages: count("All of them."),
  delivered: count("Delivered or read."),
  undelivered: count(),
  failed: count(),
  inFlight: count("In flight: sent, no final status yet."),
  deliveryRate: orNull(Type.Number({ minimum: 0, maximum: 1 }), {
    description:
      "The delivered share of messages with a final status; null if there are none.",
  }),
};

export const Range = Type.Object(
  {
    from: time("The start."),
    to: time("The end, exclusive."),
  },
  { title: "Range" },
);

export const Problem = Type.Object(
  {
    type: Type.String({
      description:
        "about:blank: the status says it all; urn:smsledger:problem:wrong-parameters has errors; urn:smsledger:problem:start-over means that the cursor is from before a restore.",
    }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({
      description:
        "What happened and what to do. Repeats nothing of what was sent.",
    }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          parameter: orNull(Type.String()),
          detail: Type.String(),
          from: Type.Optional(
            count("Where it starts in the parameter's text, in characters."),
          ),
          to: Type.Optional(count("Where it ends.")),
        }),
      ),
    ),
  },
  { title: "Problem" },
);
