import { Type } from "@sinclair/typebox";
import { count, orNull, time } from "../../api/schemas.ts";
import { rfc3339 } from "../../messages/export-records.ts";
import {
  readCompleteness,
  receivedOf,
  withoutCause,
} from "../../sources/completeness.ts";
import type { BackfillDay } from "../../store/twilio-reading.ts";
import { operation } from "./operation.ts";

const DAYS_DEFAULT = 30;
const DAYS_MAX = 400;

const Causes = Type.Object({
  serverAway: count("No server was running when callbacks should have come."),
  refused: count(
    "Callbacks were refused then, for a reason that can be fixed.",
  ),
  noCallbackUrl: count(
    "The callbacks of their Messaging Service don't come here.",
  ),
  rejected: count(
    "Twilio didn't accept the message, and posts no callback then.",
  ),
  unknown: count(),
});

const CompletenessDay = Type.Object(
  {
    day: Type.String({ description: "GMT, such as 2026-11-01." }),
    messages: count(
      "Messages that Twilio has of this day, without inbound ones.",
    ),
    received: count(
      "Those whose status now came by callback or Event Streams.",
    ),
    missed: count(
      "Those whose status now is only known from Twilio's API, although a callback should have come.",
    ),
    byCallback: count("By callbacks alone."),
    byStream: count("By Event Streams alone."),
    byBoth: count(),
    onlyFromApi: count(),
    likelyCauses: Causes,
    unreadable: count("Messages in Twilio's list that couldn't be read."),
    readAt: orNull(
      time("When the day was read to its end; until then, counts are partial."),
    ),
  },
  { title: "CompletenessDay" },
);

/** `GET /api/v1/completeness` */
export const getCompleteness = operation({
  operationId: "getCompleteness",
  summary: "How many outcomes that Twilio has were received, day by day",
  description:
    "Days that were compared with the list of messages that Twilio has of the account in TWILIO_ACCOUNT_SID, newest first. Messages of other accounts aren't compared. Needs TWILIO_API_KEY; without it there are none.",
  query: Type.Object({
    days: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: DAYS_MAX,
        default: DAYS_DEFAULT,
        description: "How many days back from today.",
      }),
    ),
  }),
  answer: Type.Object({ data: Type.Array(CompletenessDay) }),
  example: {
    data: [
      {
        day: "2026-11-22",
        messages: 12_014,
        received: 12_000,
        missed: 12,
        byCallback: 12_000,
        byStream: 0,
        byBoth: 0,
        onlyFromApi: 14,
        likelyCauses: {
          serverAway: 12,
          refused: 0,
          noCallbackUrl: 0,
          rejected: 2,
          unknown: 0,
        },
        unreadable: 0,
        readAt: "2026-11-23T01:00:04.120Z",
      },
    ],
  },
  async handle({ store, now }, { days = DAYS_DEFAULT }) {
    const known = await readCompleteness(store, now, days);
    return { data: known.days.map(dayAnswer) };
  },
});

function dayAnswer(day: BackfillDay) {
  return {
    day: day.day,
    messages: day.messages,
    ...receivedOf(day),
    byCallback: day.byCallback,
    byStream: day.byStream,
    byBoth: day.byBoth,
    onlyFromApi: day.byApi,
    likelyCauses: {
      serverAway: day.missedAway,
      refused: day.missedRefused,
      noCallbackUrl: day.missedNoUrl,
      rejected: day.missedRejected,
      unknown: withoutCause(day),
    },
    unreadable: day.unreadable,
    readAt: day.readAt === null ? null : rfc3339(day.readAt),
  };
}
