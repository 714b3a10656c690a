import type { FormParams } from "../twilio/form.ts";
import { MADE_UP_SID_START } from "../twilio/made-up-sid.ts";
import type { Channel, RouteChannel } from "../twilio/status.ts";
import { callbackParams, type MessageFields } from "./callback-params.ts";
import { course, type Course } from "./message-course.ts";
import { fateOf, pickAddresses } from "./phone-numbers.ts";
import {
  between,
  hexDigits,
  pick,
  pickWeighted,
  type Random,
} from "./random.ts";
import { TRAFFIC, type Outcome, type Purpose } from "./traffic.ts";

/** One callback of a made-up message. */
export type PlannedCallback = {
  /** The route it's posted to. */
  readonly route: RouteChannel;
  readonly params: FormParams;
  /** The callback URL's query, without the question mark; "" for none. */
  readonly query: string;
  /** How long after the message was sent it's posted. */
  readonly delayMs: number;
};

export type MessageWishes = {
  readonly accountSid: string;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly channels?: readonly Channel[] | undefined;
  readonly campaign?: string | undefined;
  /** Instead of the usual mix of outcomes. */
  readonly outcomes?: readonly Outcome[] | undefined;
};

/**
 * A made-up message: what Twilio would post about it and when, in order of time.
 * Occasionally a callback is posted twice, or overtakes the previous one.
 */
export function planMessage(
  random: Random,
  wishes: MessageWishes,
): readonly PlannedCallback[] {
  const purpose = pickWeighted(random, purposesFor(wishes));
  const { channel } = purpose;
  const addresses = pickAddresses(random);
  const { statuses, errorCode } = courseOf(
    random,
    purpose,
    addresses,
    wishes.outcomes,
  );
  const message: MessageFields = {
    messageSid: madeUpSid(random),
    accountSid: wishes.accountSid,
    messagingServiceSid: purpose.messagingServiceSid,
    channel,
    // On Messenger, people have an ID that only the business's page knows.
    to:
      channel === "messenger" ? addresses.to.replace("+", "90") : addresses.to,
    from: addresses.from[channel],
  };
  const query = queryOf(random, purpose);
  const route = channel === "whatsapp" ? channel : "sms";
  let delayMs = 0;
  const callbacks = statuses.map(([status, afterMs]): PlannedCallback => {
    delayMs += afterMs;
    const params = callbackParams(message, {
      status,
      errorCode,
      at: wishes.sentAt + delayMs,
    });
    return { route, params, query, delayMs };
  });
  return disturbed(random, callbacks);
}

function madeUpSid(random: Random): string {
  return MADE_UP_SID_START + hexDigits(random, 34 - MADE_UP_SID_START.length);
}

function purposesFor({
  channels,
  campaign,
}: MessageWishes): readonly Purpose[] {
  return TRAFFIC.purposes.filter(
    (each) =>
      (channels === undefined || channels.includes(each.channel)) &&
      (campaign === undefined || each.campaign === campaign),
  );
}

function queryOf(random: Random, { campaign, hasOrder }: Purpose): string {
  if (campaign === undefined) return "";
  const order = 10_000 + Math.floor(random() * 90_000);
  return `campaign=${campaign}${hasOrder ? `&order=${order}` : ""}`;
}

function courseOf(
  random: Random,
  purpose: Purpose,
  { to, country }: { readonly to: string; readonly country: string },
  outcomes: readonly Outcome[] | undefined,
): Course {
  const { channel } = purpose;
  if (outcomes === undefined && channel === "sms") {
    const fate = fateOf(to);
    if (fate < TRAFFIC.unreachableShare) {
      // Always the same cause for the same recipient.
      const cause = pickWeighted(
        () => fate / TRAFFIC.unreachableShare,
        TRAFFIC.unreachable,
      );
      return course(random, channel, "undelivered", cause.errorCode);
    }
    if (random() < purpose.refusedShare) {
      const refusal = pickWeighted(random, TRAFFIC.refusals);
      return course(random, channel, refusal.status, refusal.errorCode);
    }
  }
  const { status } = pickWeighted(
    random,
    outcomes ?? TRAFFIC.outcomes[channel],
  );
  if (status !== "failed" && status !== "undelivered")
    return course(random, channel, status, undefined);
  const causes = TRAFFIC.errors[channel][status].filter(
    (each) => !("country" in each) || each.country === country,
  );
  return course(
    random,
    channel,
    status,
    pickWeighted(random, causes).errorCode,
  );
}

/** Occasionally swaps the first two callbacks, or repeats one a few seconds later. */
function disturbed(
  random: Random,
  callbacks: readonly PlannedCallback[],
): readonly PlannedCallback[] {
  const [first, second, ...rest] = callbacks;
  let posted = [...callbacks];
  if (first && second && random() < TRAFFIC.overtakenShare) {
    posted = [
      { ...second, delayMs: first.delayMs },
      { ...first, delayMs: first.delayMs + between(random, 5, 400) },
      ...rest,
    ];
  }
  if (random() < TRAFFIC.repeatedShare) {
    const repeated = pick(random, posted);
    posted.push({
      ...repeated,
      delayMs: repeated.delayMs + between(random, 500, 12_000),
    });
  }
  return posted.toSorted((a, b) => a.delayMs - b.delayMs);
}
