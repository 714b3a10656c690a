import { Type } from "@sinclair/typebox";
import { aboutRecipient, verdictOnMessage } from "../../errors/verdict.ts";
import {
  eventRecord,
  messageRecord,
  rfc3339,
  timeOrNull,
} from "../../messages/export-records.ts";
import { parseFilter } from "../../messages/filter-language.ts";
import { FILTER_LENGTH_MAX } from "../../messages/filter-mistakes.ts";
import {
  entriesOfRecipient,
  latestToRecipient,
} from "../../messages/message-details.ts";
import { storyOf } from "../../messages/timeline-story.ts";
import { messageSidMeant } from "../../twilio/sid.ts";
import { explainErrorCode } from "../../twilio/error-codes/error-codes.ts";
import { cursorOf, idOfCursor } from "../../api/cursors.ts";
import {
  EVENT_EXAMPLE,
  EXPLAINED_EXAMPLE,
  MESSAGE_EXAMPLE,
} from "../../api/examples.ts";
import { errorExplained } from "../../api/explained.ts";
import { numbersAskedFor } from "../../api/masked-filter.ts";
import {
  NO_SUCH_MESSAGE,
  wrongParameters,
  type ApiMistake,
} from "./problems.ts";
import { operation } from "./operation.ts";
import {
  count,
  ErrorExplained,
  Event,
  Message,
  nextCursor,
  occurredAt,
  orNull,
  source,
  time,
} from "../../api/schemas.ts";

const MESSAGES_DEFAULT = 50;
const MESSAGES_MAX = 200;

/** `GET /api/v1/messages` */
export const listMessages = operation({
  operationId: "listMessages",
  summary: "Messages, newest first",
  description:
    "The messages that match a filter, in the language of the filter box on the Messages page. " +
    "One request searches a bounded stretch, so a page for a rare filter may be short or empty and still have a nextCursor: " +
    "continue until it is null.",
  query: Type.Object({
    q: Type.Optional(
      Type.String({
        maxLength: FILTER_LENGTH_MAX,
        description:
          "The filter, e.g. status:failed code:30003 after:7d. A token that sees numbers masked can't search for recipients.",
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MESSAGES_MAX,
        default: MESSAGES_DEFAULT,
      }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 100, description: "A nextCursor." }),
    ),
  }),
  answer: Type.Object({
    data: Type.Array(Message),
    nextCursor,
    lookedBackTo: orNull(Type.String({ format: "date-time" }), {
      description:
        "How far back the request searched, if the page is short because it hit its limit.",
    }),
  }),
  example: {
    data: [MESSAGE_EXAMPLE],
    nextCursor: cursorOf(4711),
    lookedBackTo: null,
  },
  async handle({ store, masksNumbers, now }, query) {
    const { q = "", limit = MESSAGES_DEFAULT, cursor } = query;
    const mistakes: ApiMistake[] = [];
    const olderThan = cursor === undefined ? undefined : idOfCursor(cursor);
    if (cursor !== undefined && olderThan === undefined)
      mistakes.push(NO_CURSOR);
    const { filter, terms, mistakes: inFilter } = parseFilter(q, now);
    const numbers = masksNumbers ? numbersAskedFor(terms) : [];
    for (const { sentence, from, to } of [...inFilter, ...numbers])
      mistakes.push({ parameter: "q", detail: sentence, from, to });
    if (mistakes.length > 0) return wrongParameters(mistakes);
    const page = await store.listMessages(filter, {
      size: limit,
      ...(olderThan !== undefined && { olderThan }),
    });
    const { messages, older, lookedBackTo } = page;
    return {
      data: messages.map(messageRecord),
      nextCursor: older === undefined ? null : cursorOf(older),
      lookedBackTo: lookedBackTo === undefined ? null : rfc3339(lookedBackTo),
    };
  },
});

const NO_CURSOR: ApiMistake = {
  parameter: "cursor",
  detail: "cursor isn't from this address: pass a nextCursor unchanged.",
};

const Confirmation = Type.Object(
  { source, receivedAt: time("When it was received."), occurredAt },
  { title: "Confirmation" },
);

const MessageEvent = Type.Composite(
  [
    Event,
    Type.Object({
      repeats: count("How often the callback was repeated."),
      lastRepeatAt: orNull(time("When it was last repeated.")),
      confirmations: Type.Array(Confirmation, {
        description: "The other sources that reported it too.",
      }),
    }),
  ],
  { title: "MessageEvent" },
);

const MessageWithEvents = Type.Composite(
  [
    Message,
    Type.Object({
      deliveryMs: orNull(Type.Integer({ minimum: 0 }), {
        description:
          "Milliseconds from sent to delivered: by Twilio's clock where it's known of both, otherwise by this server's.",
      }),
      price: orNull(
        Type.Object({
          amount: Type.String({
            description:
              "An exact decimal number, as Twilio writes it; negative for a cost.",
          }),
          currency: Type.String({ description: "ISO 4217, such as USD." }),
        }),
        {
          description:
            "What Twilio charged, read with TWILIO_API_KEY; null while it isn't known.",
        },
      ),
      error: orNull(ErrorExplained, {
        description: "The error code, explained; null if there is none.",
      }),
      events: Type.Array(MessageEvent, {
        description: "In the order of recording.",
      }),
    }),
  ],
  { title: "MessageWithEvents" },
);

/** `GET /api/v1/messages/:sid` */
export const getMessage = operation({
  operationId: "getMessage",
  summary: "One message with its events",
  description:
    "Its status, each callback with everything that was posted, and its error explained.",
  pathParameters: { sid: "The message's SID: SM or MM and 32 hex digits." },
  query: Type.Object({}),
  answer: Type.Object({ data: MessageWithEvents }),
  example: {
    data: {
      ...MESSAGE_EXAMPLE,
      deliveryMs: null,
      price: { amount: "-0.00790", currency: "USD" },
      error: EXPLAINED_EXAMPLE,
      events: [
        {
          ...EVENT_EXAMPLE,
          repeats: 0,
          lastRepeatAt: null,
          confirmations: [
            {
              source: "stream",
              receivedAt: "2026-11-23T12:30:04.517Z",
              occurredAt: "2026-11-23T12:30:03.514Z",
            },
          ],
        },
      ],
    },
  },
  async handle({ store, params }) {
    const sid = messageSidMeant(params["sid"] ?? "");
    if (sid === undefined) return NO_SUCH_MESSAGE;
    const message = await store.messageBySid(sid);
    if (message === undefined) return NO_SUCH_MESSAGE;
    const events = await store.timeline(message.messageSid);
    const { errorCode } = message;
    const price = await store.prices.of(message.id);
    return {
      data: {
        ...messageRecord(message),
        deliveryMs: storyOf(events).deliveryMs ?? null,
        price: price ?? null,
        error:
          errorCode === null
            ? null
            : errorExplained(
                explainErrorCode(errorCode),
                verdictOnMessage(
                  message,
                  aboutRecipient(
                    message,
                    await latestToRecipient(store, message),
                    await entriesOfRecipient(store, message),
                  ),
                ),
              ),
        events: events.map((event) => ({
          ...eventRecord(event),
          repeats: event.repeats,
          lastRepeatAt: timeOrNull(event.lastRepeatAt),
          confirmations: event.confirmations.map((each) => ({
            source: each.source,
            receivedAt: rfc3339(each.receivedAt),
            occurredAt: timeOrNull(each.occurredAt),
          })),
        })),
      },
    };
  },
});
