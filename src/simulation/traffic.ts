import type { Channel, EventStatus } from "../twilio/status.ts";

/** What messages with the same purpose have in common. */
export type Purpose = {
  readonly weight: number;
  readonly channel: Channel;
  /** The tag `campaign`; without one the callback URL has no query. */
  readonly campaign: string | undefined;
  /** Whether each message also has a tag `order`. */
  readonly hasOrder: boolean;
  readonly messagingServiceSid: string | undefined;
  /** The share of its messages that a carrier's filter or an opt-out blocks. */
  readonly refusedShare: number;
};

export type Outcome = {
  readonly weight: number;
  /** The last status of the message. */
  readonly status: EventStatus;
};

export type ErrorCause = {
  readonly weight: number;
  readonly errorCode: number;
  /** Only for recipients there; everywhere if undefined. */
  readonly country?: string;
};

const LOGIN_SERVICE = "MG5f2a91c7d04e4b8796f3aa20c1de7b04";
const SHOP_SERVICE = "MGa81c6e2fb95d4073b2e8104d6f7c9a31";
const MARKETING_SERVICE = "MG0d47be58a6324fc19b0e5c83f2716da9";

/** The purpose whose messages are sent in bursts. */
export const BURST_CAMPAIGN = "spring-sale";

/** The probabilities in made-up traffic. Weights count within their list; shares are of 1. */
export const TRAFFIC = {
  purposes: [
    purpose({
      weight: 34,
      campaign: "login-codes",
      messagingServiceSid: LOGIN_SERVICE,
    }),
    purpose({
      weight: 24,
      campaign: "order-updates",
      hasOrder: true,
      messagingServiceSid: SHOP_SERVICE,
    }),
    purpose({
      weight: 13,
      channel: "whatsapp",
      campaign: "order-updates",
      hasOrder: true,
    }),
    purpose({
      weight: 9,
      campaign: "appointments",
      messagingServiceSid: SHOP_SERVICE,
    }),
    purpose({ weight: 5, channel: "whatsapp", campaign: "appointments" }),
    purpose({
      weight: 4,
      channel: "rcs",
      campaign: "appointments",
      messagingServiceSid: SHOP_SERVICE,
    }),
    purpose({ weight: 1, channel: "messenger" }),
    purpose({
      weight: 9,
      campaign: BURST_CAMPAIGN,
      messagingServiceSid: MARKETING_SERVICE,
      refusedShare: 0.05,
    }),
    purpose({ weight: 6 }),
  ],
  outcomes: {
    sms: [
      { weight: 94, status: "delivered" },
      { weight: 3.6, status: "undelivered" },
      { weight: 1.8, status: "failed" },
      { weight: 1.2, status: "sent" },
    ],
    whatsapp: [
      { weight: 62, status: "read" },
      { weight: 31, status: "delivered" },
      { weight: 4, status: "failed" },
      { weight: 1, status: "undelivered" },
      { weight: 2, status: "sent" },
    ],
    rcs: [
      { weight: 55, status: "read" },
      { weight: 40, status: "delivered" },
      { weight: 3, status: "undelivered" },
      { weight: 1, status: "failed" },
      { weight: 1, status: "sent" },
    ],
    messenger: [
      { weight: 60, status: "read" },
      { weight: 36, status: "delivered" },
      { weight: 3, status: "failed" },
      { weight: 1, status: "sent" },
    ],
  } satisfies Record<Channel, readonly Outcome[]>,
  /** Causes of `undelivered` and `failed`. */
  errors: {
    sms: {
      undelivered: [
        { weight: 34, errorCode: 30003 },
        { weight: 20, errorCode: 30005 },
        { weight: 12, errorCode: 30006 },
        { weight: 12, errorCode: 30007 },
        { weight: 18, errorCode: 30008 },
        { weight: 4, errorCode: 30004 },
      ],
      failed: [
        { weight: 60, errorCode: 30034, country: "US" },
        { weight: 45, errorCode: 21610 },
        { weight: 25, errorCode: 30410 },
      ],
    },
    whatsapp: {
      undelivered: [{ weight: 1, errorCode: 63024 }],
      failed: [
        { weight: 50, errorCode: 63016 },
        { weight: 30, errorCode: 63024 },
        { weight: 20, errorCode: 63049 },
      ],
    },
    rcs: {
      undelivered: [{ weight: 1, errorCode: 30046 }],
      failed: [{ weight: 1, errorCode: 63036 }],
    },
    messenger: {
      undelivered: [{ weight: 1, errorCode: 63018 }],
      failed: [{ weight: 1, errorCode: 63020 }],
    },
  } satisfies Record<
    Channel,
    Record<"undelivered" | "failed", readonly ErrorCause[]>
  >,
  /** Why a purpose's messages are refused, if the purpose itself is the reason. */
  refusals: [
    { weight: 70, status: "undelivered", errorCode: 30007 },
    { weight: 30, status: "failed", errorCode: 21610 },
  ] satisfies readonly (Outcome & ErrorCause)[],
  /** Recipients that can't be reached because of their number. */
  unreachableShare: 0.02,
  unreachable: [
    { weight: 50, errorCode: 30003 },
    { weight: 30, errorCode: 30006 },
    { weight: 20, errorCode: 30005 },
  ] satisfies readonly ErrorCause[],
  /** Messages one of whose callbacks is posted twice. */
  repeatedShare: 0.02,
  /** Messages whose second callback overtakes the first. */
  overtakenShare: 0.03,
  /** Messages that were undelivered first and are delivered all the same. */
  lateShare: 0.004,
  /** How much is sent in each hour of the day, UTC. */
  hours: [
    3, 2, 2, 2, 3, 5, 9, 14, 19, 22, 23, 22, 20, 21, 23, 24, 23, 21, 19, 17, 14,
    10, 7, 5,
  ],
  /** Of all messages, those that go out in bursts. */
  burstShare: 0.12,
};

function purpose(
  given: Partial<Purpose> & { readonly weight: number },
): Purpose {
  return {
    channel: "sms",
    campaign: undefined,
    hasOrder: false,
    messagingServiceSid: undefined,
    refusedShare: 0,
    ...given,
  };
}
