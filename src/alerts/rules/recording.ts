import { keepingIfKnown, type Keeping } from "../../store/keeping.ts";
import {
  MINUTE_MS,
  numberOf,
  preparedNow,
  UNKNOWN,
  type Finding,
  type RuleKindDefinition,
} from "./rule.ts";

/** Names the callbacks that were set aside, which have an alert of their own. */
export const SET_ASIDE_KEY = "callbacks:set aside";

/** Fires when callbacks are received, but no node records them, or not in time. */
export const recording: RuleKindDefinition = {
  kind: "recording",
  label: "Callbacks not recorded",
  about:
    "With PostgreSQL: callbacks are received, but no node records them, it’s behind, or some couldn’t be recorded.",
  fields: [
    {
      name: "minutes",
      label: "Fires when callbacks wait, or nobody records any, for",
      unit: "minutes",
      min: 1,
      max: 1_440,
      default: 1,
    },
  ],
  takesFilter: false,
  sustainedMs: () => 0,
  async prepare({ keeping }, { settings }, { to }) {
    if (keeping === undefined) return preparedNow([]);
    // Other rules don't wait for a database that doesn't answer in time.
    const state = await keepingIfKnown(keeping);
    if (state === undefined)
      return { ...preparedNow([]), findingsAt: () => UNKNOWN };
    const ms = numberOf(recording, settings, "minutes") * MINUTE_MS;
    return preparedNow([
      lateFinding(state, to, ms),
      ...setAsideFindings(state, to),
    ]);
  },
};

function lateFinding(state: Keeping, to: number, ms: number): Finding {
  const { vacantMs, behindMs, waiting, node } = state;
  const lateMs = Math.max(vacantMs, behindMs);
  return {
    key: "",
    isMet: lateMs >= ms,
    isClear: lateMs < ms / 2,
    measured: {
      to,
      vacantMs,
      behindMs,
      waiting: waiting.count,
      ...(waiting.isMore && { isMore: 1 }),
      ...(node !== undefined && { node }),
    },
    badness: lateMs,
  };
}

function setAsideFindings({ setAside }: Keeping, to: number): Finding[] {
  const { count, isMore } = setAside;
  if (count === 0) return [];
  return [
    {
      key: SET_ASIDE_KEY,
      isMet: true,
      isClear: false,
      measured: { to, count, ...(isMore && { isMore: 1 }) },
      badness: count,
    },
  ];
}
