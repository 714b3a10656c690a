import { Type } from "@sinclair/typebox";
import { numbersAskedFor } from "../../api/masked-filter.ts";
import { count, oneOf, orNull } from "../../api/schemas.ts";
import {
  COST_RANGES,
  COST_SPLITS,
  readCostsQuery,
} from "../../costs/costs-query.ts";
import type { CostGroup, Costs } from "../../store/costs.ts";
import { FAILED_FEE } from "../../twilio/failed-fee.ts";
import { operation } from "./operation.ts";
import { ApiProblem, wrongParameters } from "./problems.ts";

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1_000;
const END_LENGTH_MAX = 40;
const FILTER_LENGTH_MAX = 500;
const DAY_MS = 86_400_000;

const Charges = Type.Object(
  {
    currency: Type.String({ description: "ISO 4217, such as USD." }),
    cost: Type.String({
      description:
        "An exact decimal number, such as 12.0075, so it's a text; negative when Twilio gave back more than it charged.",
    }),
    messages: count(),
    segments: count("As Twilio counts them."),
  },
  { title: "Charges" },
);

const costs = {
  charged: Type.Array(Charges, {
    description: "The messages whose price is known, by currency.",
  }),
  withoutPrice: count(
    "Messages that were read from Twilio, which stated no price for them, or none yet.",
  ),
  notRead: orNull(count(), {
    description:
      "Messages first seen in these days that weren't read from Twilio, so that their cost isn't known. Null by tag.",
  }),
  withFailedFee: count(
    "Messages for which Twilio charges its fee for failed messages, which isn't in their price.",
  ),
};

const CostGroupAnswer = Type.Object(
  {
    key: orNull(Type.String(), {
      description:
        "A day, a country, a sender, a service's SID; null for messages without one, and by tag.",
    }),
    tag: orNull(Type.Object({ name: Type.String(), value: Type.String() })),
    ...costs,
  },
  { title: "CostGroup" },
);
const CostTotal = Type.Object(costs, { title: "Costs" });

const COST_EXAMPLE = {
  charged: [
    {
      currency: "USD",
      cost: "94.7526",
      messages: 11_994,
      segments: 12_014,
    },
  ],
  withoutPrice: 20,
  notRead: 0,
  withFailedFee: 18,
};

/** `GET /api/v1/costs` */
export const getCosts = operation({
  operationId: "getCosts",
  summary: "What messages cost",
  description:
    "What Twilio charged for the messages sent in a range of days, as it states their price, by day, country, sender, service or tag. Needs TWILIO_API_KEY; without it nothing is known. Prices come late: each day is read an hour after its end, and again one, three and seven days later.",
  query: Type.Object({
    range: Type.Optional(
      oneOf(COST_RANGES, {
        default: "30d",
        description:
          "Whole days (GMT), the last of which is today. Can't be combined with from and to.",
      }),
    ),
    from: Type.Optional(
      Type.String({
        maxLength: END_LENGTH_MAX,
        description:
          "A day, such as 2026-11-01, or an RFC 3339 time; widened to the whole day. At most 400 days before to.",
      }),
    ),
    to: Type.Optional(
      Type.String({
        maxLength: END_LENGTH_MAX,
        description: "The same, included. Defaults to today.",
      }),
    ),
    by: Type.Optional(
      oneOf(COST_SPLITS, {
        description:
          "What to split costs by: day by default, or tag if q is a tag's name.",
      }),
    ),
    q: Type.Optional(
      Type.String({
        maxLength: FILTER_LENGTH_MAX,
        description:
          "By day, one term of the filter language: country:US, from:, service: or tag:campaign=spring. By tag, a tag's name: tag:campaign.",
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LIMIT_MAX,
        default: LIMIT_DEFAULT,
        description: "Unless by day: what costs the most comes first.",
      }),
    ),
  }),
  answer: Type.Object({
    data: Type.Array(CostGroupAnswer),
    range: Type.Object({
      from: Type.String({ description: "The first day." }),
      to: Type.String({ description: "The last day, included." }),
    }),
    total: CostTotal,
    others: orNull(CostTotal, {
      description:
        "What isn't in data, so that both add up to the total. Null by day, which is complete, and by tag: a message with several tags is counted under each.",
    }),
    isCut: Type.Boolean({ description: "Whether there are more than limit." }),
    failedFee: Type.Object(
      { cost: Type.String(), currency: Type.String() },
      {
        description:
          "Twilio's list price of its fee for one failed message, of September 2024; it isn't in any cost here.",
      },
    ),
  }),
  example: {
    data: [
      {
        key: "2026-11-22",
        tag: null,
        ...COST_EXAMPLE,
      },
    ],
    range: { from: "2026-11-22", to: "2026-11-22" },
    total: COST_EXAMPLE,
    others: null,
    isCut: false,
    failedFee: { cost: "0.001", currency: "USD" },
  },
  async handle(
    { store, searchParams, masksNumbers, now },
    { limit = LIMIT_DEFAULT },
  ) {
    const { query, mistakes } = readCostsQuery(searchParams, now);
    if (query === undefined)
      return wrongParameters(
        mistakes.map((detail) => ({ parameter: null, detail })),
      );
    const { period, by, only, tagName, parsed } = query;
    const asked = masksNumbers ? numbersAskedFor(parsed.terms) : [];
    if (asked.length > 0)
      return wrongParameters(
        asked.map(({ sentence: detail }) => ({ parameter: "q", detail })),
      );
    const report = await store.costs.report({
      range: period.days,
      by,
      limit,
      ...(only && { only }),
      ...(tagName !== undefined && { tagName }),
    });
    if (report === "too many") return TOO_MANY;
    return {
      data: report.groups.map(groupAnswer),
      range: { from: dayOf(period.days.from), to: dayOf(period.days.to - 1) },
      total: costsAnswer(report.total),
      others: report.others && costsAnswer(report.others),
      isCut: report.isCut,
      failedFee: { cost: FAILED_FEE.amount, currency: FAILED_FEE.currency },
    };
  },
});

const TOO_MANY = new ApiProblem(
  400,
  "Too much to add up",
  "Choose a shorter range. By tag, q with one tag's name, such as tag:campaign, leaves out the others.",
);

function groupAnswer({ key, tag, ...of }: CostGroup) {
  return { key, tag: tag ?? null, ...costsAnswer(of) };
}

function costsAnswer({ charged, unpriced, unread, withFee }: Costs) {
  return {
    charged,
    withoutPrice: unpriced,
    notRead: unread,
    withFailedFee: withFee,
  };
}

function dayOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
