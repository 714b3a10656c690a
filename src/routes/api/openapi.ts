import { Mistake } from "../../log/failure.ts";
import type { TObject, TSchema } from "@sinclair/typebox";
import { Problem } from "../../api/schemas.ts";
import type { OperationDescription } from "./operation.ts";

type Json = Readonly<Record<string, unknown>>;

/** An operation and its path, as the table of routes has it: `/api/v1/messages/:sid`. */
export type DescribedRoute = {
  readonly path: string;
  readonly operation: OperationDescription;
};

/** The OpenAPI document of these routes. Without PUBLIC_URL its server is the one that it comes from. */
export function openApiDocument(
  routes: readonly DescribedRoute[],
  publicUrl: string | undefined,
): Json {
  const components = new Map<string, unknown>();
  const named = (schema: TSchema): unknown =>
    withReferences(schema, components);
  const answers = {
    Problem: { ...PROBLEM_ANSWER, content: problemContent(named(Problem)) },
  };
  const paths = Object.fromEntries(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, ofPath]) => [
      path.replaceAll(/:(\w+)/g, "{$1}"),
      Object.fromEntries(
        ofPath.map(({ operation }) => [
          operation.method.toLowerCase(),
          { tags: [tagOf(path)], ...described(operation, named) },
        ]),
      ),
    ]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "smsledger",
      version: "1",
      description: DESCRIPTION.join("\n\n"),
      contact: { name: "The team that runs this server" },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: publicUrl ?? "/" }],
    security: [{ token: [] }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas: Object.fromEntries(components),
      responses: answers,
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description:
            "An API token, smsl_…, which an admin makes under Settings or with smsledger token add. " +
            "It sees numbers masked, unless it was made to see whole ones.",
        },
        writingToken: {
          type: "http",
          scheme: "bearer",
          description:
            "An API token with the scope write, which can also make changes.",
        },
      },
    },
  };
}

/** What holds for every operation. */
export const DESCRIPTION: readonly string[] = [
  "The messages whose status callbacks this server received from Twilio, and what happened to them; and where its events are forwarded.",
  "Times are RFC 3339 in UTC; an unknown value is null. Responses may gain fields, so ignore those you don't know.",
  "Each token can make 600 requests per minute: RateLimit-Remaining is how many are left, RateLimit-Reset the seconds until the limit resets.",
  "Errors are problem details (RFC 9457).",
];

/** What the operations are about, by the part of their path that names it. */
export const TAGS = [
  ["messages", "Messages and what happened to them."],
  ["events", "Every event once, in order: the feed to catch up from."],
  ["stats", "Counts by status, and how fast messages are delivered."],
  ["errors", "Error codes, what they mean, and what to do."],
  ["views", "Filters of messages that the team keeps under a name."],
  ["completeness", "What Twilio has, and what was received of it."],
  ["costs", "What messages cost."],
  ["suppressions", "Numbers not to send to."],
  ["alerts", "What is wrong now, and what was."],
  ["endpoints", "Where events are forwarded, and how that goes."],
] as const;

export function tagOf(path: string): string {
  const [, , , name] = path.split("/");
  const tag = TAGS.find(([each]) => each === name);
  if (tag === undefined) throw new Mistake(`${path} has no tag.`);
  return tag[0];
}

const PROBLEM_REFERENCE = { $ref: "#/components/responses/Problem" };

const PROBLEM_ANSWER = {
  description:
    "400: invalid parameters or fields, listed in errors. 401: no token, or an unknown one. 403: the token can only read. " +
    "404: no such message or endpoint. 409: it contradicts the current state. " +
    "410: the cursor is from before a restore, so start over without one. 429 and 503: retry after Retry-After.",
  headers: {
    "Retry-After": {
      description: "Seconds; with 429 and 503.",
      schema: { type: "integer" },
    },
    "WWW-Authenticate": {
      description: "With 401 and 403.",
      schema: { type: "string" },
    },
  },
};

const PROBLEM_EXAMPLE = {
  type: "urn:smsledger:problem:wrong-parameters",
  title: "Invalid parameters",
  status: 400,
  detail: "The status must be sent, delivered, read, undelivered, or failed.",
  errors: [
    {
      parameter: "q",
      detail:
        "The status must be sent, delivered, read, undelivered, or failed.",
      from: 7,
      to: 11,
    },
  ],
};

function problemContent(schema: unknown): Json {
  return {
    "application/problem+json": { schema, example: PROBLEM_EXAMPLE },
  };
}

const RATE_HEADERS = Object.fromEntries(
  [
    ["RateLimit-Limit", "Requests per minute for each token."],
    ["RateLimit-Remaining", "Requests left in this minute."],
    ["RateLimit-Reset", "Seconds until the limit resets."],
  ].map(([name, description]) => [
    name,
    { description, schema: { type: "integer" } },
  ]),
);

const READING_HEADERS = {
  ...RATE_HEADERS,
  ETag: {
    description:
      "Names this answer. Send it as If-None-Match next time, and get 304 if nothing has changed.",
    schema: { type: "string" },
  },
};

const NOT_CHANGED = {
  description:
    "The answer is still the one whose ETag was sent as If-None-Match",
};

function described(
  operation: OperationDescription,
  named: (schema: TSchema) => unknown,
): Json {
  const { operationId, summary, description, answer, example } = operation;
  const { method, status, body, bodyExample } = operation;
  return {
    operationId,
    summary,
    description,
    parameters: [
      ...Object.entries(operation.pathParameters ?? {}).map(
        ([name, words]) => ({
          name,
          in: "path",
          required: true,
          description: words,
          schema: { type: "string" },
        }),
      ),
      ...queryParameters(operation.query),
    ],
    ...(method !== "GET" && { security: [{ writingToken: [] }] }),
    ...(body && hasFields(body) && requestBody(named(body), body, bodyExample)),
    responses: {
      [status]: {
        description: STATUS_WORDS[status],
        headers: method === "GET" ? READING_HEADERS : RATE_HEADERS,
        ...(answer && {
          content: { "application/json": { schema: named(answer), example } },
        }),
      },
      ...(method === "GET" && { 304: NOT_CHANGED }),
      "4XX": PROBLEM_REFERENCE,
      "5XX": PROBLEM_REFERENCE,
    },
  };
}

const STATUS_WORDS: Record<OperationDescription["status"], string> = {
  200: "OK",
  201: "Created",
  202: "Accepted: it's under way",
  204: "Done",
};

function hasFields({ properties }: TObject): boolean {
  return Object.keys(properties).length > 0;
}

function requestBody(schema: unknown, body: TObject, example: unknown): Json {
  const required = (body.required ?? []).length > 0;
  const content = { "application/json": { schema, example } };
  return { requestBody: { required, content } };
}

function queryParameters({ properties, required = [] }: TObject): Json[] {
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required.includes(name),
    schema,
  }));
}

/** The schema with references in place of titled schemas, which move to the components. */
function withReferences(
  schema: unknown,
  components: Map<string, unknown>,
): unknown {
  if (Array.isArray(schema))
    return schema.map((each) => withReferences(each, components));
  if (typeof schema !== "object" || schema === null) return schema;
  const whole = Object.fromEntries(
    Object.entries(schema).map(([name, value]) => [
      name,
      withReferences(value, components),
    ]),
  );
  const { title } = whole;
  if (typeof title !== "string") return whole;
  components.set(title, whole);
  return { $ref: `#/components/schemas/${title}` };
}
