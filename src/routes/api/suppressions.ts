import { Type } from "@sinclair/typebox";
import { cursorOf, idOfCursor } from "../../api/cursors.ts";
import { channel, nextCursor, oneOf, orNull, time } from "../../api/schemas.ts";
import { maskRecipient } from "../../phone/mask-numbers.ts";
import { FeedPosition, FeedPositionGone } from "../../store/feed-position.ts";
import { SUPPRESSION_REASONS } from "../../store/suppressions.ts";
import { findNumber } from "../../suppressions/find-number.ts";
import {
  NOTE_LENGTH_MAX,
  NUMBER_LENGTH_MAX,
} from "../../suppressions/list-query.ts";
import {
  changeRecord,
  SUPPRESSION_EVENT_TYPES,
  suppressionRecord,
} from "../../numbers/suppression-records.ts";
import { change, operation } from "./operation.ts";
import { ApiProblem, START_OVER, wrongParameters } from "./problems.ts";

const LIMIT_DEFAULT = 200;
const LIMIT_MAX = 1_000;
const LIST = "suppressions";
/** The cursor that skips every change so far. */
const FROM_NOW = "now";

const fields = {
  number: Type.String({
    description:
      "The recipient's address, masked or whole as the token sees it.",
  }),
  channel,
  reason: oneOf(SUPPRESSION_REASONS, {
    description:
      "gone: nothing can be delivered there. opted-out: unsubscribed or blocks you. " +
      "blocked: the network or phone refuses your messages. keeps-failing: most of the latest messages failed.",
  }),
  errorCode: orNull(Type.Integer(), {
    description: "The code of the failed message that is the reason.",
  }),
  since: time("When the first message failed after the last delivered one."),
  country: orNull(Type.String({ minLength: 2, maxLength: 2 })),
  messageSid: orNull(Type.String(), {
    description:
      "The failed message that is the reason; null once retention has deleted it.",
  }),
};

const Suppression = Type.Object(fields, { title: "Suppression" });

const SuppressionChange = Type.Object(
  {
    id: Type.Integer({ description: "Rises in the order of the changes." }),
    type: oneOf(SUPPRESSION_EVENT_TYPES),
    at: time("When the list changed."),
    ...fields,
    restoredBy: orNull(oneOf(["delivered", "removed", "expired"]), {
      description:
        "delivered: a later message was. removed: by somebody. expired: the failed message is no longer in the ledger.",
    }),
    removedBy: orNull(Type.String(), { description: "Who removed it." }),
    note: orNull(Type.String(), { description: "Their note." }),
  },
  { title: "SuppressionChange" },
);

const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: LIMIT_MAX, default: LIMIT_DEFAULT }),
);

const EXAMPLE = {
  number: "+141••••••23",
  channel: "sms",
  reason: "gone",
  errorCode: 30005,
  since: "2026-11-23T12:30:03.901Z",
  country: "US",
  messageSid: "SM0123456789abcdef0123456789abcdef",
} as const;

/** `GET /api/v1/suppressions` */
export const listSuppressions = operation({
  operationId: "listSuppressions",
  summary: "The Do not send list",
  description:
    "Numbers that you shouldn't send to, for each channel, latest change first. With number, only the entries of that number: " +
    "none means that it isn't on the list. To keep a copy of the list, read it once, then continue with changesCursor at " +
    "/api/v1/suppressions/changes.",
  query: Type.Object({
    number: Type.Optional(
      Type.String({
        maxLength: NUMBER_LENGTH_MAX,
        description:
          "A number, such as +15005550006 (encode the plus sign as %2B). Only for tokens that see whole numbers.",
      }),
    ),
    reason: Type.Optional(oneOf(SUPPRESSION_REASONS)),
    limit,
    cursor: Type.Optional(
      Type.String({ maxLength: 100, description: "A nextCursor." }),
    ),
  }),
  answer: Type.Object({
    data: Type.Array(Suppression),
    nextCursor,
    changesCursor: Type.String({
      description: "The position in the feed of changes before this was read.",
    }),
    isComplete: Type.Boolean({
      description:
        "False for a few minutes after an upgrade, while older messages are checked.",
    }),
  }),
  example: {
    data: [EXAMPLE],
    nextCursor: null,
    changesCursor: new FeedPosition("0123456789abcdef", 42, "suppressions")
      .text,
    isComplete: true,
  },
  async handle({ store, masksNumbers }, query) {
    const { number, reason, limit: size = LIMIT_DEFAULT, cursor } = query;
    const olderThan =
      cursor === undefined ? undefined : idOfCursor(cursor, LIST);
    if (cursor !== undefined && olderThan === undefined)
      return wrongParameters([
        {
          parameter: "cursor",
          detail:
            "cursor isn't from this address: pass a nextCursor unchanged.",
        },
      ]);
    if (number !== undefined && masksNumbers)
      return wrongParameters([{ parameter: "number", detail: MASKED }]);
    const { suppressions } = store;
    const changesCursor = (await suppressions.changesEnd()).text;
    const isComplete = await suppressions.isComplete();
    if (number !== undefined) {
      const { entries } = await findNumber(store, number, false);
      const data = entries
        .filter((entry) => reason === undefined || entry.reason === reason)
        .map(suppressionRecord);
      return { data, nextCursor: null, changesCursor, isComplete };
    }
    const found = await suppressions.list({
      reason,
      size: size + 1,
      olderThan,
    });
    const entries = found.slice(0, size);
    const last = found.length > size ? entries.at(-1) : undefined;
    return {
      data: entries.map(suppressionRecord),
      nextCursor: last === undefined ? null : cursorOf(last.changeId, LIST),
      changesCursor,
      isComplete,
    };
  },
});

const MASKED =
  "This token sees numbers masked, so it can't ask about a number. A token that sees whole numbers can.";

/** `GET /api/v1/suppressions/changes` */
export const listSuppressionChanges = operation({
  operationId: "listSuppressionChanges",
  summary: "Changes of the Do not send list, in order",
  description:
    "Every change once. Store nextCursor together with your results and continue from there. nextCursor is always present. " +
    "number_suppressed also reports that a listed number has another reason now. After a backup is restored, earlier cursors " +
    "are answered 410: read the list again. Retention deletes changes as it deletes events, and those of an erased number " +
    "are gone.",
  query: Type.Object({
    cursor: Type.Optional(
      Type.String({
        maxLength: 100,
        description: `A nextCursor or changesCursor. Without it, the feed starts with the first change; with ${FROM_NOW}, after the latest.`,
      }),
    ),
    limit,
  }),
  answer: Type.Object({
    data: Type.Array(SuppressionChange),
    nextCursor: Type.String({
      description: "The position after the last of these changes.",
    }),
  }),
  example: {
    data: [
      {
        id: 42,
        type: "number_suppressed",
        at: "2026-11-23T12:30:04.500Z",
        ...EXAMPLE,
        restoredBy: null,
        removedBy: null,
        note: null,
      },
    ],
    nextCursor: new FeedPosition("0123456789abcdef", 42, "suppressions").text,
  },
  async handle({ store: { suppressions } }, query) {
    const { cursor, limit: size = LIMIT_DEFAULT } = query;
    const after =
      cursor === undefined
        ? await suppressions.changesStart()
        : cursor === FROM_NOW
          ? await suppressions.changesEnd()
          : FeedPosition.read(cursor, "suppressions");
    if (after === undefined) {
      const detail = `cursor isn't from this address: pass a nextCursor unchanged, or ${FROM_NOW}.`;
      return wrongParameters([{ parameter: "cursor", detail }]);
    }
    try {
      const { changes, next } = await suppressions.changesAfter(after, size);
      return { data: changes.map(changeRecord), nextCursor: next.text };
    } catch (error) {
      if (error instanceof FeedPositionGone) return START_OVER;
      throw error;
    }
  },
});

const NOT_LISTED = new ApiProblem(
  404,
  "This number isn't on the list",
  "A later message to it may have been delivered, or somebody removed it already. Each channel has its own entry.",
);

/** `DELETE /api/v1/suppressions/:number/:channel` */
export const removeSuppression = change({
  method: "DELETE",
  status: 204,
  operationId: "removeSuppression",
  summary: "Take a number off the Do not send list",
  description:
    "For one channel. A message that is sent later and fails in the same way puts the number back.",
  pathParameters: {
    number: "The number, such as %2B15005550006.",
    channel: "sms, whatsapp, rcs or messenger.",
  },
  body: Type.Object({
    note: Type.Optional(
      Type.String({
        maxLength: NOTE_LENGTH_MAX,
        description: "Why, for the number's history.",
      }),
    ),
  }),
  bodyExample: { note: "Texted START on Monday" },
  answer: undefined,
  async handle({ store, params, by }, { note = "" }) {
    const { entries } = await findNumber(store, params["number"] ?? "", false);
    const entry = entries.find((each) => each.channel === params["channel"]);
    if (entry === undefined) return NOT_LISTED;
    await store.suppressions.remove(
      {
        recipientId: entry.recipientId,
        channel: entry.channel,
        note,
        subject: maskRecipient(entry.recipient),
      },
      by,
    );
    return undefined;
  },
});
