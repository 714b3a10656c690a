import { Type } from "@sinclair/typebox";
import { readErrors, type CodeListed } from "../../errors/errors-of-period.ts";
import { rfc3339 } from "../../messages/export-records.ts";
import { lost } from "../../overview/outcomes.ts";
import { explainErrorCode } from "../../twilio/error-codes/error-codes.ts";
import { EXPLAINED_EXAMPLE } from "../../api/examples.ts";
import { errorExplained } from "../../api/explained.ts";
import { operation } from "./operation.ts";
import {
  count,
  ErrorExplained,
  orNull,
  Range,
  time,
} from "../../api/schemas.ts";
import { periodAsked, rangeAnswer, rangeParameters } from "./stats.ts";

const CODES_DEFAULT = 50;
const CODES_MAX = 200;

const ErrorCode = Type.Composite(
  [
    ErrorExplained,
    Type.Object({
      messages: count("Messages of the range with this code."),
      notDelivered: count("Those of them that failed or were undelivered."),
      share: orNull(Type.Number({ minimum: 0, maximum: 1 }), {
        description: "The share of all messages of the range.",
      }),
      recipients: orNull(
        Type.Object({
          count: count(),
          isMore: Type.Boolean({ description: "True if count is a minimum." }),
        }),
        { description: "Different recipients in the range." },
      ),
      firstSeenAt: orNull(
        time("When the first message ever with this code was first seen."),
      ),
      lastSeenAt: orNull(
        time("When the latest message ever with this code was first seen."),
      ),
      isNew: Type.Boolean({
        description:
          "True if the code was first seen in this range, and there are older messages.",
      }),
    }),
  ],
  { title: "ErrorCode" },
);

/** `GET /api/v1/errors` */
export const listErrors = operation({
  operationId: "listErrors",
  summary: "The error codes of a range, most messages first",
  description:
    "Why messages first seen in the range failed, with each code explained.",
  query: Type.Object({
    ...rangeParameters,
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: CODES_MAX, default: CODES_DEFAULT }),
    ),
  }),
  answer: Type.Object({
    data: Type.Array(ErrorCode),
    range: Range,
    codes: count("How many codes there are, including those past the limit."),
    messages: count("All messages of the range."),
    messagesWithCode: count(),
    notDeliveredWithoutCode: count(
      "Messages that were not delivered and have no error code.",
    ),
  }),
  example: {
    data: [
      {
        ...EXPLAINED_EXAMPLE,
        messages: 4,
        notDelivered: 4,
        share: 0.033,
        recipients: { count: 4, isMore: false },
        firstSeenAt: "2026-11-02T08:11:40.002Z",
        lastSeenAt: "2026-11-23T12:30:03.901Z",
        isNew: false,
      },
    ],
    range: { from: "2026-11-22T13:00:00.000Z", to: "2026-11-23T13:00:00.000Z" },
    codes: 1,
    messages: 120,
    messagesWithCode: 4,
    notDeliveredWithoutCode: 1,
  },
  async handle(asked, { limit = CODES_DEFAULT }) {
    const period = await periodAsked(asked);
    if (!("spanMs" in period)) return period;
    const errors = await readErrors(asked.store, period, limit);
    const { messages } = errors.total;
    return {
      data: errors.listed.map((code) => codeAnswer(code, messages)),
      range: rangeAnswer(period.range),
      codes: errors.codes,
      messages,
      messagesWithCode: errors.withCode.messages,
      notDeliveredWithoutCode: errors.lostWithoutCode,
    };
  },
});

function codeAnswer(
  { errorCode, outcomes, facts, isNew }: CodeListed,
  all: number,
) {
  return {
    ...errorExplained(explainErrorCode(errorCode)),
    messages: outcomes.messages,
    notDelivered: lost(outcomes),
    share: all === 0 ? null : outcomes.messages / all,
    recipients: facts?.recipients ?? null,
    firstSeenAt: facts ? rfc3339(facts.firstSeenAt) : null,
    lastSeenAt: facts ? rfc3339(facts.lastSeenAt) : null,
    isNew,
  };
}
