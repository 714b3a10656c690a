import { Type } from "@sinclair/typebox";
import { attemptRecord } from "../../api/forwarding-records.ts";
import { Attempt, ATTEMPT_EXAMPLE } from "../../api/forwarding-schemas.ts";
import { nextCursor } from "../../api/schemas.ts";
import { findAttempts } from "../../forwarding/attempt-search.ts";
import { endpointTarget } from "../../store/outbox.ts";
import { ID_PARAMETER, idIn } from "./endpoints.ts";
import { change, operation } from "./operation.ts";
import { NO_SUCH_ENDPOINT, wrongParameters } from "./problems.ts";

const ATTEMPTS_DEFAULT = 50;
const ATTEMPTS_MAX = 200;

/** `GET /api/v1/endpoints/:id/attempts` */
export const listAttempts = operation({
  operationId: "listAttempts",
  summary: "An endpoint's attempts, newest first",
  description: "The newest 1,000 of 30 days are kept.",
  pathParameters: ID_PARAMETER,
  query: Type.Object({
    show: Type.Optional(
      Type.String({
        maxLength: 40,
        default: "all",
        description:
          "all, failed, or how they ended: a status such as 503, or an error such as connection_refused.",
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: ATTEMPTS_MAX,
        default: ATTEMPTS_DEFAULT,
      }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 100, description: "A nextCursor." }),
    ),
  }),
  answer: Type.Object({ data: Type.Array(Attempt), nextCursor }),
  example: { data: [ATTEMPT_EXAMPLE], nextCursor: cursorOf(812) },
  async handle(asked, { show = "all", limit = ATTEMPTS_DEFAULT, cursor }) {
    const { store, masksNumbers } = asked;
    const olderThan = cursor === undefined ? undefined : idOfCursor(cursor);
    if (cursor !== undefined && olderThan === undefined) {
      const detail =
        "cursor isn't from this address: pass a nextCursor unchanged.";
      return wrongParameters([{ parameter: "cursor", detail }]);
    }
    const endpoint = await store.endpoints.byId(idIn(asked));
    if (endpoint === undefined) return NO_SUCH_ENDPOINT;
    const { attempts, older } = await findAttempts(
      store.outbox,
      endpointTarget(endpoint.id),
      { show, olderThan },
      limit,
    );
    return {
      data: attempts.map((each) => attemptRecord(each, masksNumbers)),
      nextCursor: older === undefined ? null : cursorOf(older),
    };
  },
});

/** `POST /api/v1/endpoints/:id/test` */
export const testEndpoint = change({
  operationId: "testEndpoint",
  method: "POST",
  summary: "Send a test event",
  description:
    "A made-up event of the type test takes the same path as real ones. The response says how it went.",
  pathParameters: ID_PARAMETER,
  body: Type.Object({}),
  answer: Type.Object({ data: Attempt }),
  example: { data: { ...ATTEMPT_EXAMPLE, kind: "test", type: "test" } },
  async handle(asked) {
    const { store, sendTest, masksNumbers } = asked;
    const endpoint = await store.endpoints.byId(idIn(asked));
    const attempt = endpoint && (await sendTest(endpoint));
    return attempt === undefined
      ? NO_SUCH_ENDPOINT
      : { data: attemptRecord(attempt, masksNumbers) };
  },
});

function cursorOf(id: number): string {
  return Buffer.from(`attempts:${id}`).toString("base64url");
}

function idOfCursor(cursor: string): number | undefined {
  const text = Buffer.from(cursor, "base64url").toString();
  const [, id] = /^attempts:(\d{1,15})$/.exec(text) ?? [];
  return id === undefined ? undefined : Number(id);
}
