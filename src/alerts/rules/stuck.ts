import type { RuleSettings } from "../../store/alerts.ts";
import { operatingSince } from "../operation.ts";
import { readCounts } from "./counts.ts";
import { HOUR_MS, numberOf, UNKNOWN, type RuleKindDefinition } from "./rule.ts";
import { scopeOf } from "./scope.ts";

/** Messages of how long are looked at together. */
const WINDOW_MS = HOUR_MS;

/** Fires when many messages have no final status long after they were sent. */
export const stuck: RuleKindDefinition = {
  kind: "stuck",
  label: "Stuck messages",
  about: "Many messages still have no final status hours after they were sent.",
  fields: [
    {
      name: "hours",
      label: "Looks at the messages first seen this long ago, for an hour",
      unit: "hours",
      min: 1,
      max: 24,
      default: 6,
    },
    {
      name: "percent",
      label: "Fires when this share of them is in flight",
      unit: "%",
      min: 1,
      max: 100,
      default: 20,
    },
    {
      name: "clearsBelow",
      label: "Resolves below",
      unit: "%",
      min: 0,
      max: 100,
      default: 10,
    },
    {
      name: "messagesMin",
      label: "And at least this many are",
      unit: "messages",
      min: 1,
      max: 1_000_000,
      default: 20,
    },
  ],
  takesFilter: true,
  check: (settings) =>
    number(settings, "clearsBelow") > number(settings, "percent")
      ? "The share below which the alert resolves must not be higher than the share at which it fires."
      : undefined,
  sustainedMs: () => 0,
  async prepare(ledger, { filter, settings }, { from, to, record }) {
    const ageMs = number(settings, "hours") * HOUR_MS;
    const scope = scopeOf(filter, "all", to);
    const range = {
      from: operatingSince(record, from, ageMs + WINDOW_MS),
      to: operatingSince(record, to, ageMs),
    };
    const counts = await readCounts(ledger, scope, "all", range, from < to);
    return {
      stepMs: counts.stepMs,
      isSample: counts.isSample,
      knownSince: counts.knownSince,
      findingsAt(moment) {
        if (!moment.knows(ageMs + WINDOW_MS)) return UNKNOWN;
        const window = {
          from: Math.max(
            moment.since(ageMs + WINDOW_MS),
            counts.knownSince ?? 0,
          ),
          to: moment.since(ageMs),
        };
        const { messages, finished } = counts.sum("", window);
        const inFlight = messages - finished;
        const share = messages === 0 ? 0 : inFlight / messages;
        const finding = {
          key: "",
          isMet:
            inFlight >= number(settings, "messagesMin") &&
            share * 100 >= number(settings, "percent"),
          isClear:
            messages === 0 || share * 100 < number(settings, "clearsBelow"),
          measured: {
            inFlight,
            messages,
            hours: number(settings, "hours"),
            ...window,
            ...(counts.isSample &&
              counts.knownSince !== undefined && { sample: 1 }),
          },
          badness: share,
        };
        return { found: [finding], isWhole: true };
      },
    };
  },
};

const number = (settings: RuleSettings, name: string): number =>
  numberOf(stuck, settings, name);
