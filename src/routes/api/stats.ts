import { Type } from "@sinclair/typebox";
import { rfc3339 } from "../../messages/export-records.ts";
import { outcomesBySpan } from "../../overview/by-span.ts";
import { deliveryTimeOf } from "../../overview/delivery-time.ts";
import {
  deliveryRate,
  sumOfOutcomes,
  type Outcomes,
} from "../../overview/outcomes.ts";
import type { TimeRange } from "../../time/time-range.ts";
import { RANGE_NAMES, readRange, type Period } from "../../time/time-range.ts";
import { wrongParameters, type ApiProblem } from "./problems.ts";
import { operation, type Asked } from "./operation.ts";
import { count, oneOf, orNull, outcomes, Range } from "../../api/schemas.ts";

const END_LENGTH_MAX = 40;

/** The parameters of a time range, the same as on pages. */
export const rangeParameters = {
  range: Type.Optional(
    oneOf(RANGE_NAMES, {
      default: "24h",
      description:
        "A range that ends now, to the minute; ranges longer than a day start on a whole hour. Can't be combined with from and to.",
    }),
  ),
  from: Type.Optional(
    Type.String({
      maxLength: END_LENGTH_MAX,
      description:
        "A day, such as 2026-11-01, or an RFC 3339 time; widened to the whole hour. At most 400 days before to.",
    }),
  ),
  to: Type.Optional(
    Type.String({
      maxLength: END_LENGTH_MAX,
      description:
        "The same; a date includes that day. Defaults to now, which is also the maximum.",
    }),
  ),
};

const Bucket = Type.Object(
  { ...Range.properties, ...outcomes },
  { title: "Bucket" },
);

/** `GET /api/v1/stats` */
export const getStats = operation({
  operationId: "getStats",
  summary: "Messages of a range by status",
  description:
    "Messages first seen in the range, by their status now; in total, and in each of the range's equal buckets.",
  query: Type.Object(rangeParameters),
  answer: Type.Object({
    data: Type.Object({
      range: Range,
      ...outcomes,
      deliveryTime: orNull(
        Type.Object({
          medianMs: Type.Number({ minimum: 0 }),
          p95Ms: Type.Number({ minimum: 0 }),
          messages: count("The number of messages that it is known for."),
        }),
        {
          description:
            "From the sent callback to the delivered one, estimated from a histogram; null if it isn't known for any message.",
        },
      ),
      bucketSeconds: Type.Integer({
        description:
          "The length of a bucket; the first and last may be shorter.",
      }),
      buckets: Type.Array(Bucket, { description: "Oldest first." }),
    }),
  }),
  example: {
    data: {
      range: {
        from: "2026-11-23T12:00:00.000Z",
        to: "2026-11-23T13:00:00.000Z",
      },
      ...outcomesAnswer({
        messages: 120,
        arrived: 112,
        inFlight: 3,
        undelivered: 4,
        failed: 1,
      }),
      deliveryTime: { medianMs: 2_400, p95Ms: 9_100, messages: 110 },
      bucketSeconds: 3_600,
      buckets: [
        {
          from: "2026-11-23T12:00:00.000Z",
          to: "2026-11-23T13:00:00.000Z",
          ...outcomesAnswer({
            messages: 120,
            arrived: 112,
            inFlight: 3,
            undelivered: 4,
            failed: 1,
          }),
        },
      ],
    },
  },
  async handle(asked) {
    const period = await periodAsked(asked);
    if (!("spanMs" in period)) return period;
    const { range, spanMs } = period;
    const [rows, times] = await Promise.all([
      asked.store.tally({ range, spanMs }),
      asked.store.deliveryTimes(range),
    ]);
    const spans = outcomesBySpan(rows, period);
    const deliveryTime = deliveryTimeOf(times);
    return {
      data: {
        range: rangeAnswer(range),
        ...outcomesAnswer(
          sumOfOutcomes(spans.map(({ outcomes: ofSpan }) => ofSpan)),
        ),
        deliveryTime: deliveryTime
          ? {
              medianMs: deliveryTime.median,
              p95Ms: deliveryTime.p95,
              messages: deliveryTime.messages,
            }
          : null,
        bucketSeconds: spanMs / 1_000,
        buckets: spans.map(({ span, outcomes: ofSpan }) => ({
          ...rangeAnswer(span),
          ...outcomesAnswer(ofSpan),
        })),
      },
    };
  },
});

/** The period that a request asks about, or what is wrong with it. */
export async function periodAsked({
  store,
  searchParams,
  now,
}: Pick<Asked, "store" | "searchParams" | "now">): Promise<
  Period | ApiProblem
> {
  const since = await store.countedByMinuteSince();
  const { period, mistakes } = readRange(searchParams, now, since);
  return (
    period ??
    wrongParameters(mistakes.map((detail) => ({ parameter: null, detail })))
  );
}

export function rangeAnswer({ from, to }: TimeRange) {
  return { from: rfc3339(from), to: rfc3339(to) };
}

export function outcomesAnswer(of: Outcomes) {
  const { messages, arrived, undelivered, failed, inFlight } = of;
  return {
    messages,
    delivered: arrived,
    undelivered,
    failed,
    inFlight,
    deliveryRate: deliveryRate(of) ?? null,
  };
}
