import type { RuleSettings } from "../../store/alerts.ts";
import {
  MINUTE_MS,
  numberOf,
  preparedNow,
  type RuleKindDefinition,
} from "./rule.ts";

/** Fires when callbacks are refused for a reason that the team can fix. */
export const refused: RuleKindDefinition = {
  kind: "refused",
  label: "Refused callbacks",
  about:
    "Callbacks of your accounts are refused for a reason that you can fix.",
  fields: [
    {
      name: "callbacksMin",
      label: "Fires when at least this many were refused",
      unit: "callbacks",
      min: 1,
      max: 1_000_000,
      default: 1,
    },
    {
      name: "minutes",
      label: "In the last",
      unit: "minutes",
      min: 5,
      max: 1_440,
      default: 60,
    },
  ],
  takesFilter: false,
  sustainedMs: () => 0,
  async prepare({ refusals }, { settings }, { to }) {
    const from = to - number(settings, "minutes") * MINUTE_MS;
    const since = Math.max(from, await refusals.seenAt());
    const rows = await refusals.fixableAfter(since);
    // Not those of a clock that was ahead.
    const recent = rows.filter(({ lastAt }) => lastAt <= to + MINUTE_MS);
    const callbacks = recent.reduce((sum, { times }) => sum + times, 0);
    return preparedNow([
      {
        key: "",
        isMet: callbacks >= number(settings, "callbacksMin"),
        isClear: callbacks === 0,
        measured: { callbacks, kinds: recent.length, from: since, to },
        badness: callbacks,
      },
    ]);
  },
};

const number = (settings: RuleSettings, name: string): number =>
  numberOf(refused, settings, name);
