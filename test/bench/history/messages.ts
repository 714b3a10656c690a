import {
  course,
  usualDeliveryMs,
  type Course,
} from "../../../src/simulation/message-course.ts";
import { fateOf } from "../../../src/simulation/phone-numbers.ts";
import {
  between,
  hexDigits,
  type Random,
} from "../../../src/simulation/random.ts";
import {
  TRAFFIC,
  type Outcome,
  type Purpose,
} from "../../../src/simulation/traffic.ts";
import type { StoredEvent } from "../../../src/store/core/stored-event.ts";
import type { Channel, EventStatus } from "../../../src/twilio/status.ts";
import { chooser, zipf } from "./chooser.ts";
import { eventMaker } from "./event-maker.ts";
import { createRecipients, createSenders } from "./recipients.ts";

/** Runs per campaign, each with its own tag; about fifty values for four campaigns. */
const RUNS_PER_CAMPAIGN = 12;
/** The share of messages that take minutes or hours to deliver because the phone is off. */
const SLOW_SHARE = 0.01;
const SLOW_MS = 3 * 3_600_000;

const ACCOUNTS = [
  { weight: 8, sid: "AC3a7a12ead9ad3ca551626f9fa68e2f04" },
  { weight: 2, sid: "ACc0b1e5f7742d4c8d8b7a90e6f1d35a82" },
];

export type MessageMaker = {
  /**
   * Returns the events of a message sent at a time (milliseconds since 1970), in time
   * order.
   */
  readonly message: (sentAt: number, campaign?: string) => StoredEvent[];
  /** Returns the tag of one run of a campaign. */
  readonly campaignRun: (campaign: string) => string;
};

/**
 * Makes up messages like `planMessage`, for millions of them: the same weights, many more
 * recipients.
 */
export function messageMaker(
  random: Random,
  recipientCount: number,
): MessageMaker {
  const recipients = createRecipients(recipientCount);
  const senders = createSenders();
  const account = chooser(ACCOUNTS);
  const purpose = chooser(TRAFFIC.purposes);
  const run = chooser(
    zipf(
      Array.from({ length: RUNS_PER_CAMPAIGN }, (_, index) => index + 1),
      1,
    ),
  );
  const courseOf = courseChooser(random);
  const event = eventMaker();
  let order = 100_000;

  const campaignRun = (campaign: string): string =>
    `${campaign}-${String(run(random).value).padStart(2, "0")}`;
  const queryOf = ({ campaign, hasOrder }: Purpose, tag?: string) => {
    if (campaign === undefined) return null;
    const pair = `campaign=${tag ?? campaignRun(campaign)}`;
    return hasOrder ? `${pair}&order=${++order}` : pair;
  };

  return {
    campaignRun,
    message(sentAt, campaign) {
      const about =
        campaign === undefined ? purpose(random) : purposeOf(campaign);
      const { channel } = about;
      const { number, country } = recipients.pick(random);
      const { statuses, errorCode } = courseOf(about, number, country);
      const message = {
        messageSid: `SM${hexDigits(random, 32)}`,
        accountSid: account(random).sid,
        messagingServiceSid: about.messagingServiceSid,
        channel,
        to: number,
        from:
          channel === "whatsapp"
            ? senders.whatsapp(random)
            : senders.sms(random, country),
        query: queryOf(about, campaign),
      };
      let at = sentAt;
      const events = statuses.map(([status, afterMs]) => {
        at += Math.ceil(afterMs);
        return event(message, status, errorCode, at);
      });
      return disturbed(random, events);
    },
  };
}

/** Returns the purpose of the campaign that a run belongs to. */
function purposeOf(campaignTag: string): Purpose {
  const found = TRAFFIC.purposes.find(
    ({ campaign }) =>
      campaign !== undefined && campaignTag.startsWith(campaign),
  );
  if (!found) throw new RangeError("No purpose has this campaign.");
  return found;
}

function courseChooser(random: Random) {
  const outcomes = eachChannel<(random: Random) => Outcome>((channel) =>
    chooser<Outcome>(TRAFFIC.outcomes[channel]),
  );
  const unreachable = chooser(TRAFFIC.unreachable);
  const refusals = chooser(TRAFFIC.refusals);
  const causesIn = (isUs: boolean) => {
    const of = (channel: Channel, status: "failed" | "undelivered") =>
      chooser(
        TRAFFIC.errors[channel][status].filter(
          (each) => isUs || !("country" in each),
        ),
      );
    return eachChannel((channel) => ({
      failed: of(channel, "failed"),
      undelivered: of(channel, "undelivered"),
    }));
  };
  const causes = { us: causesIn(true), elsewhere: causesIn(false) };

  const courseTo = (
    channel: Channel,
    last: EventStatus,
    errorCode: number | undefined,
  ): Course => course(random, channel, last, errorCode, deliveryMs);

  return (purpose: Purpose, number: string, country: string): Course => {
    const { channel, refusedShare } = purpose;
    if (channel === "sms") {
      const fate = fateOf(number);
      if (fate < TRAFFIC.unreachableShare) {
        // A recipient always has the same cause.
        const cause = unreachable(() => fate / TRAFFIC.unreachableShare);
        return courseTo(channel, "undelivered", cause.errorCode);
      }
      if (random() < refusedShare) {
        const refusal = refusals(random);
        return courseTo(channel, refusal.status, refusal.errorCode);
      }
    }
    const { status } = outcomes[channel](random);
    if (status !== "failed" && status !== "undelivered")
      return courseTo(channel, status, undefined);
    const cause =
      causes[country === "US" ? "us" : "elsewhere"][channel][status](random);
    return courseTo(channel, status, cause.errorCode);
  };
}

function eachChannel<T>(valueOf: (channel: Channel) => T): Record<Channel, T> {
  return {
    sms: valueOf("sms"),
    whatsapp: valueOf("whatsapp"),
    rcs: valueOf("rcs"),
    messenger: valueOf("messenger"),
  };
}

/** Returns a delivery time; some phones are off for hours. */
function deliveryMs(random: Random): number {
  return random() < SLOW_SHARE
    ? SLOW_MS * random() ** 4
    : usualDeliveryMs(random);
}

/**
 * Occasionally lets the second event overtake the first, or repeats one some seconds later.
 */
function disturbed(random: Random, events: StoredEvent[]): StoredEvent[] {
  const [first, second] = events;
  if (first && second && random() < TRAFFIC.overtakenShare)
    events.splice(
      0,
      2,
      { ...second, receivedAt: first.receivedAt },
      { ...first, receivedAt: first.receivedAt + 300 },
    );
  if (random() < TRAFFIC.repeatedShare) {
    const last = events.at(-1);
    if (last)
      events.push({
        ...last,
        receivedAt: last.receivedAt + Math.ceil(between(random, 500, 12_000)),
      });
  }
  return events;
}
