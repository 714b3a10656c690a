import { receivedOf } from "../../sources/completeness.ts";
import { dayOf } from "../../sources/gmt-days.ts";
import {
  DAY_MS,
  numberOf,
  preparedNow,
  UNKNOWN,
  type RuleKindDefinition,
} from "./rule.ts";

/** Days before that say little about now. */
const DAYS = 3;

/** Fires when too many of a day's outcomes are known only from Twilio's API. */
export const missed: RuleKindDefinition = {
  kind: "missed",
  label: "Missed callbacks",
  about:
    "With a key for Twilio’s API: callbacks of the latest day that was compared with Twilio never came.",
  fields: [
    {
      name: "percent",
      label: "Fires when of a day’s outcomes at least this share was missed",
      unit: "%",
      min: 1,
      max: 100,
      default: 1,
    },
    {
      name: "messagesMin",
      label: "and at least",
      unit: "messages",
      min: 1,
      max: 1_000_000,
      default: 5,
    },
  ],
  takesFilter: false,
  sustainedMs: () => 0,
  async prepare({ backfills }, { settings }, { to }) {
    const days = await backfills.days(dayOf(to - DAYS * DAY_MS), dayOf(to));
    const latest = days.at(-1);
    if (latest === undefined) return preparedNow([]);
    // A day that is read again doesn't end an alert about it meanwhile.
    if (days.some(({ readAt }) => readAt === null))
      return { ...preparedNow([]), findingsAt: () => UNKNOWN };
    const of = receivedOf(latest);
    const share = of.missed / Math.max(1, of.received + of.missed);
    const isMet =
      share * 100 >= numberOf(missed, settings, "percent") &&
      of.missed >= numberOf(missed, settings, "messagesMin");
    return preparedNow([
      {
        key: "",
        isMet,
        isClear: !isMet,
        measured: { to, day: latest.day, ...of },
        badness: share,
      },
    ]);
  },
};
