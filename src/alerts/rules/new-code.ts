import type { RuleSettings } from "../../store/alerts.ts";
import {
  historyOfCodes,
  LEARNING_MS,
  NEW_MS,
  recentCodes,
  type Times,
} from "./code-times.ts";
import {
  DAY_MS,
  MINUTE_MS,
  numberOf,
  type Finding,
  type PreparedRule,
  type RuleKindDefinition,
} from "./rule.ts";
import { scopeOf } from "./scope.ts";

/** Fires when messages have an error code that none had for a month. */
export const newCode: RuleKindDefinition = {
  kind: "new-code",
  label: "New error code",
  about: "Messages have an error code that no message had for some time.",
  fields: [
    {
      name: "messagesMin",
      label: "Fires when this many messages of a day have the code",
      unit: "messages",
      min: 1,
      max: 1_000_000,
      default: 5,
    },
    {
      name: "days",
      label: "And none had it in this time before",
      unit: "days",
      min: 1,
      max: 30,
      default: 30,
    },
  ],
  takesFilter: true,
  sustainedMs: () => 0,
  async prepare(ledger, { filter, settings }, { from, to }) {
    const firstAt = await ledger.firstMessageAt();
    const knownFrom = firstAt === undefined ? to : firstAt + LEARNING_MS;
    const scope = scopeOf(filter, "all", to);
    const priorMs = number(settings, "days") * DAY_MS;
    const learned = (at: number): boolean => at - NEW_MS >= knownFrom;
    if (!learned(to)) return NOTHING;
    const byCode =
      from < to
        ? await historyOfCodes(ledger, scope, {
            from: from - NEW_MS - priorMs,
            to,
          })
        : await recentCodes(
            ledger,
            scope,
            to,
            priorMs,
            number(settings, "messagesMin"),
          );
    return {
      stepMs: byCode.stepMs,
      isSample: scope.isSample,
      knownSince: byCode.knownSince,
      findingsAt: ({ at }) => ({
        found: learned(at)
          ? [...byCode.codes].map(([code, times]) =>
              findingOf(code, times, at, priorMs, settings, firstAt ?? at),
            )
          : [],
        isWhole: true,
      }),
    };
  },
  explain: async (_ledger, _rule, { measured }) => ({
    code: measured["code"] ?? 0,
    codeFailed: measured["messages"] ?? 0,
  }),
};

const number = (settings: RuleSettings, name: string): number =>
  numberOf(newCode, settings, name);

const NOTHING: PreparedRule = {
  findingsAt: () => ({ found: [], isWhole: true }),
  stepMs: MINUTE_MS,
  isSample: false,
  knownSince: undefined,
};

function findingOf(
  code: number,
  times: Times,
  at: number,
  priorMs: number,
  settings: RuleSettings,
  firstAt: number,
): Finding {
  const newFrom = at - NEW_MS;
  let messages = 0;
  let before = 0;
  let firstSeen = at;
  for (const each of times) {
    if (each.at >= at || each.at < newFrom - priorMs) continue;
    if (each.at < newFrom) before += each.messages;
    else {
      messages += each.messages;
      firstSeen = Math.min(firstSeen, each.at);
    }
  }
  const days = Math.min(priorMs, newFrom - firstAt) / DAY_MS;
  return {
    key: `code:${code}`,
    isMet: before === 0 && messages >= number(settings, "messagesMin"),
    isClear: before > 0 || messages === 0,
    measured: {
      code,
      messages,
      from: firstSeen,
      to: at,
      days: Math.floor(days),
    },
    badness: messages,
  };
}
