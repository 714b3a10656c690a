import { Type } from "@sinclair/typebox";
import { endpointRecord } from "../../api/forwarding-records.ts";
import {
  Endpoint,
  ENDPOINT_EXAMPLE,
  endpointSettings,
  NEW_ENDPOINT_EXAMPLE,
  secret,
  SECRET_EXAMPLE,
} from "../../api/forwarding-schemas.ts";
import { time } from "../../api/schemas.ts";
import {
  readReports,
  type EndpointReport,
} from "../../forwarding/endpoint-report.ts";
import type { EndpointMistake } from "../../forwarding/endpoint-rules.ts";
import {
  addEndpoint,
  changeEndpoint,
  rotateSecret,
} from "../../forwarding/endpoints.ts";
import { rfc3339 } from "../../messages/export-records.ts";
import { change, operation, type Asked } from "./operation.ts";
import {
  NO_SUCH_ENDPOINT,
  wrongParameters,
  type ApiProblem,
} from "./problems.ts";

export const ID_PARAMETER = { id: "The endpoint's id." };

const { name, url, filter, events, ratePerSecond, concurrency } =
  endpointSettings;
const NOTHING = Type.Object({});
const OneEndpoint = Type.Object({ data: Endpoint });

/** `GET /api/v1/endpoints` */
export const listEndpoints = operation({
  operationId: "listEndpoints",
  summary: "Where events are forwarded, by name",
  description: "Every endpoint, and how it's doing. There are at most 50.",
  query: NOTHING,
  answer: Type.Object({ data: Type.Array(Endpoint) }),
  example: { data: [ENDPOINT_EXAMPLE] },
  async handle({ store, now, canChange, masksNumbers }) {
    const endpoints = await store.endpoints.list();
    const reports = await readReports(store.outbox, endpoints, now);
    const reader = { canChange, masksNumbers };
    return { data: reports.map((each) => endpointRecord(each, reader)) };
  },
});

/** `GET /api/v1/endpoints/:id` */
export const getEndpoint = operation({
  operationId: "getEndpoint",
  summary: "One endpoint",
  description: "Its settings, and how it's doing.",
  pathParameters: ID_PARAMETER,
  query: NOTHING,
  answer: OneEndpoint,
  example: { data: ENDPOINT_EXAMPLE },
  handle: answerEndpoint,
});

/** `POST /api/v1/endpoints` */
export const createEndpoint = change({
  operationId: "createEndpoint",
  method: "POST",
  status: 201,
  summary: "Add an endpoint",
  description:
    "It gets the events that are recorded from now on. The secret is shown only in this response.",
  body: Type.Object({
    name,
    url,
    filter: Type.Optional(filter),
    events: Type.Optional(events),
    ratePerSecond: Type.Optional(ratePerSecond),
    concurrency: Type.Optional(concurrency),
  }),
  bodyExample: NEW_ENDPOINT_EXAMPLE,
  answer: Type.Object({ data: Endpoint, secret }),
  example: { data: ENDPOINT_EXAMPLE, secret: SECRET_EXAMPLE },
  async handle(asked, body) {
    const { store, by, now, forwardAllow: allow } = asked;
    const added = await addEndpoint(store.endpoints, body, { allow, now }, by);
    if ("mistakes" in added) return mistaken(added.mistakes);
    const report = await reportOf(asked, added.id);
    if (report === undefined) return NO_SUCH_ENDPOINT;
    return { data: endpointRecord(report, asked), secret: added.secret };
  },
});

/** `PATCH /api/v1/endpoints/:id` */
export const updateEndpoint = change({
  operationId: "updateEndpoint",
  method: "PATCH",
  summary: "Change an endpoint",
  description: "What isn't given stays. Changes apply within seconds.",
  pathParameters: ID_PARAMETER,
  body: Type.Partial(
    Type.Object({ name, url, filter, events, ratePerSecond, concurrency }),
  ),
  bodyExample: { filter: "status:failed", ratePerSecond: 20 },
  answer: OneEndpoint,
  example: { data: ENDPOINT_EXAMPLE },
  async handle(asked, body) {
    const { store, by, now, forwardAllow: allow } = asked;
    const changed = await changeEndpoint(
      store.endpoints,
      idIn(asked),
      body,
      { allow, now },
      by,
    );
    if (typeof changed === "object") return mistaken(changed.mistakes);
    return changed ? answerEndpoint(asked) : NO_SUCH_ENDPOINT;
  },
});

/** `DELETE /api/v1/endpoints/:id` */
export const deleteEndpoint = change({
  operationId: "deleteEndpoint",
  method: "DELETE",
  status: 204,
  summary: "Remove an endpoint",
  description:
    "With its secret and its log. What is waiting for it isn't sent. The events stay in the ledger.",
  pathParameters: ID_PARAMETER,
  body: NOTHING,
  answer: undefined,
  async handle(asked) {
    const isRemoved = await asked.store.endpoints.remove(idIn(asked), asked.by);
    return isRemoved ? undefined : NO_SUCH_ENDPOINT;
  },
});

/** `POST /api/v1/endpoints/:id/pause` */
export const pauseEndpoint = change({
  operationId: "pauseEndpoint",
  method: "POST",
  summary: "Pause an endpoint",
  description: "Events wait in the ledger until it's resumed.",
  pathParameters: ID_PARAMETER,
  body: NOTHING,
  answer: OneEndpoint,
  example: { data: { ...ENDPOINT_EXAMPLE, state: "paused" } },
  async handle(asked) {
    await asked.store.endpoints.setState(idIn(asked), "paused", asked.by);
    return answerEndpoint(asked);
  },
});

/** `POST /api/v1/endpoints/:id/resume` */
export const resumeEndpoint = change({
  operationId: "resumeEndpoint",
  method: "POST",
  summary: "Resume an endpoint that is paused or disabled",
  description: "It continues where it stopped; nothing was lost meanwhile.",
  pathParameters: ID_PARAMETER,
  body: NOTHING,
  answer: OneEndpoint,
  example: { data: ENDPOINT_EXAMPLE },
  async handle(asked) {
    await asked.store.endpoints.setState(idIn(asked), "active", asked.by);
    return answerEndpoint(asked);
  },
});

/** `POST /api/v1/endpoints/:id/rotate` */
export const rotateEndpointSecret = change({
  operationId: "rotateEndpointSecret",
  method: "POST",
  summary: "Replace an endpoint's secret",
  description:
    "The new one is shown only in this response. Requests are signed with both for 24 hours.",
  pathParameters: ID_PARAMETER,
  body: NOTHING,
  answer: Type.Object({
    data: Type.Object({
      id: Type.Integer(),
      secret,
      previousSecretUntil: time("Until when the one before signs, too."),
    }),
  }),
  example: {
    data: {
      id: 1,
      secret: SECRET_EXAMPLE,
      previousSecretUntil: "2026-11-24T12:30:00.000Z",
    },
  },
  async handle(asked) {
    const id = idIn(asked);
    const rotated = await rotateSecret(asked.store.endpoints, id, asked.by);
    if (rotated === undefined) return NO_SUCH_ENDPOINT;
    const previousSecretUntil = rfc3339(rotated.previousUntil);
    return { data: { id, secret: rotated.secret, previousSecretUntil } };
  },
});

/** 0, which no endpoint has, for what can't be an id. */
export function idIn(
  { params }: Pick<Asked, "params">,
  parameter = "id",
): number {
  const text = params[parameter] ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : 0;
}

async function reportOf(
  { store, now }: Asked,
  id: number,
): Promise<EndpointReport | undefined> {
  const endpoint = await store.endpoints.byId(id);
  if (endpoint === undefined) return undefined;
  const [report] = await readReports(store.outbox, [endpoint], now);
  return report;
}

async function answerEndpoint(asked: Asked) {
  const report = await reportOf(asked, idIn(asked));
  return report === undefined
    ? NO_SUCH_ENDPOINT
    : { data: endpointRecord(report, asked) };
}

function mistaken(mistakes: readonly EndpointMistake[]): ApiProblem {
  return wrongParameters(
    mistakes.map(({ field, sentence, from, to }) => ({
      parameter: field,
      detail: sentence,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
    })),
  );
}
