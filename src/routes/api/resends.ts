import { Type } from "@sinclair/typebox";
import { resendRecord } from "../../api/forwarding-records.ts";
import { Resend, RESEND_EXAMPLE } from "../../api/forwarding-schemas.ts";
import { count, oneOf } from "../../api/schemas.ts";
import {
  previewResend,
  resendRefusal,
} from "../../forwarding/resend-preview.ts";
import {
  readResend,
  startResend,
  TOO_MANY_RESENDS,
  type ResendMistake,
} from "../../forwarding/resend-request.ts";
import { shownFilter } from "../../forwarding/shown-endpoint.ts";
import { endpointTarget } from "../../store/outbox.ts";
import { plainText } from "../../words/plain-text.ts";
import { ID_PARAMETER, idIn } from "./endpoints.ts";
import { change, operation } from "./operation.ts";
import {
  ApiProblem,
  NO_SUCH_ENDPOINT,
  NO_SUCH_RESEND,
  wrongParameters,
} from "./problems.ts";

const TIME = Type.String({
  maxLength: 40,
  description:
    "For a range: 2026-11-01, an RFC 3339 time, or how long ago, such as 24h. until is now if it isn't given.",
});

const EVENT_ID = Type.Integer({
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
});

/** `GET /api/v1/endpoints/:id/resends` */
export const listResends = operation({
  operationId: "listResends",
  summary: "What was sent to an endpoint again, newest first",
  description: "The latest 50, with their progress.",
  pathParameters: ID_PARAMETER,
  query: Type.Object({}),
  answer: Type.Object({ data: Type.Array(Resend) }),
  example: { data: [RESEND_EXAMPLE] },
  async handle(asked) {
    const { endpoints, outbox } = asked.store;
    const endpoint = await endpoints.byId(idIn(asked));
    if (endpoint === undefined) return NO_SUCH_ENDPOINT;
    const resends = await outbox.resends(endpointTarget(endpoint.id));
    return { data: resends.map(resendRecord) };
  },
});

/** `GET /api/v1/endpoints/:id/resends/preview` */
export const previewOfResend = operation({
  operationId: "previewResend",
  summary: "How many events a resend would send",
  description: "It sends nothing. Counting stops at a limit.",
  pathParameters: ID_PARAMETER,
  query: Type.Object({
    what: oneOf(["failed", "range", "event"]),
    eventId: Type.Optional(EVENT_ID),
    from: Type.Optional(TIME),
    until: Type.Optional(TIME),
  }),
  answer: Type.Object({
    data: Type.Object({
      count: count(),
      atLeast: Type.Boolean({ description: "True if there are more." }),
    }),
  }),
  example: { data: { count: 120, atLeast: false } },
  async handle(asked, { eventId, ...query }) {
    const { store, now } = asked;
    const endpoint = await store.endpoints.byId(idIn(asked));
    if (endpoint === undefined) return NO_SUCH_ENDPOINT;
    if (shownFilter(endpoint.filter, asked) === undefined) return NAMES_NUMBERS;
    const read = readResend({ ...query, event: eventId?.toString() }, now);
    if ("mistakes" in read) return mistaken(read.mistakes);
    const counted = await previewResend(store, endpoint, read.request, now);
    return { data: { count: counted.count, atLeast: counted.isMore } };
  },
});

/** `POST /api/v1/endpoints/:id/resends` */
export const createResend = change({
  operationId: "createResend",
  method: "POST",
  status: 202,
  summary: "Send past events to an endpoint again",
  description:
    "failed: those whose last attempt failed. range: all that match and were received in a time range. event: one. " +
    "They have the same webhook-id as before, and go at their own rate beside live events.",
  pathParameters: ID_PARAMETER,
  body: Type.Object({
    what: oneOf(["failed", "range", "event"]),
    eventId: Type.Optional(EVENT_ID),
    from: Type.Optional(TIME),
    until: Type.Optional(TIME),
    ratePerSecond: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1_000, default: 10 }),
    ),
  }),
  bodyExample: { what: "range", from: "2026-11-22", until: "2026-11-23" },
  answer: Type.Object({ data: Resend }),
  example: { data: RESEND_EXAMPLE },
  async handle(asked, { what, eventId, from, until, ratePerSecond }) {
    const { store, by, now } = asked;
    const endpoint = await store.endpoints.byId(idIn(asked));
    if (endpoint === undefined) return NO_SUCH_ENDPOINT;
    const given = {
      what,
      from,
      until,
      event: eventId?.toString(),
      rate: ratePerSecond?.toString(),
    };
    const read = readResend(given, now);
    if ("mistakes" in read) return mistaken(read.mistakes);
    const { request } = read;
    const refusal = await resendRefusal(store, endpoint, request, now);
    if (refusal !== undefined)
      return new ApiProblem(409, "Nothing to send", plainText(refusal));
    const id = await startResend(store.outbox, endpoint, request, by);
    if (id === undefined) return TOO_MANY;
    const resend = await store.outbox.resendById(id);
    return resend === undefined
      ? NO_SUCH_RESEND
      : { data: resendRecord(resend) };
  },
});

/** `POST /api/v1/endpoints/:id/resends/:resend/stop` */
export const stopResend = change({
  operationId: "stopResend",
  method: "POST",
  summary: "Stop a resend",
  description:
    "What it has sent stays sent. One that has ended stays as it is.",
  pathParameters: { ...ID_PARAMETER, resend: "The resend's id." },
  body: Type.Object({}),
  answer: Type.Object({ data: Resend }),
  example: { data: { ...RESEND_EXAMPLE, state: "stopped" } },
  async handle(asked) {
    const { endpoints, outbox } = asked.store;
    const endpoint = await endpoints.byId(idIn(asked));
    if (endpoint === undefined) return NO_SUCH_ENDPOINT;
    const id = idIn(asked, "resend");
    const resend = await outbox.resendById(id);
    if (resend?.target !== endpointTarget(endpoint.id)) return NO_SUCH_RESEND;
    await outbox.endResend(id, "stopped", asked.by, endpoint.name);
    return { data: resendRecord((await outbox.resendById(id)) ?? resend) };
  },
});

const NAMES_NUMBERS = new ApiProblem(
  403,
  "The filter names numbers",
  "This token sees numbers masked, so it can't count what matches. A token that sees whole numbers can.",
);

const TOO_MANY = new ApiProblem(409, "Too many resends", TOO_MANY_RESENDS);

const PARAMETERS: Record<ResendMistake["field"], string> = {
  what: "what",
  event: "eventId",
  from: "from",
  until: "until",
  rate: "ratePerSecond",
};

function mistaken(mistakes: readonly ResendMistake[]): ApiProblem {
  return wrongParameters(
    mistakes.map(({ field, sentence }) => ({
      parameter: PARAMETERS[field],
      detail: sentence,
    })),
  );
}
