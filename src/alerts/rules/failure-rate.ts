import type { RuleSettings } from "../../store/alerts.ts";
import type { TallyRow } from "../../store/tally.ts";
import { readCounts } from "./counts.ts";
import { newestMessages, SAMPLE_MAX } from "./newest-messages.ts";
import {
  MINUTE_MS,
  numberOf,
  type Finding,
  type Ledger,
  type RuleKindDefinition,
} from "./rule.ts";
import { countedOf, type Counts } from "./series.ts";
import { EACH, scopeOf, type Each, type Scope } from "./scope.ts";

/** Codes that are compared to find the one that causes most failures. */
const CAUSES_MAX = 5;

const FIELDS: RuleKindDefinition["fields"] = [
  {
    name: "each",
    label: "Watch",
    choices: [
      { value: "all", label: "all messages together" },
      { value: "sender", label: "each sender" },
      { value: "country", label: "each country" },
      { value: "service", label: "each messaging service" },
      { value: "channel", label: "each channel" },
    ],
    default: "all",
  },
  {
    name: "percent",
    label: "Fires when this share of messages failed",
    unit: "%",
    min: 1,
    max: 100,
    default: 25,
  },
  {
    name: "clearsBelow",
    label: "Resolves below",
    unit: "%",
    min: 0,
    max: 100,
    default: 18,
  },
  {
    name: "messagesMin",
    label: "Of at least this many messages with a final status",
    unit: "messages",
    min: 1,
    max: 1_000_000,
    default: 50,
  },
  {
    name: "minutes",
    label: "First seen in the last",
    unit: "minutes",
    min: 5,
    max: 1_440,
    default: 15,
  },
  {
    name: "sustainedMinutes",
    label: "For",
    unit: "minutes",
    min: 0,
    max: 240,
    default: 3,
  },
];

/** Fires when a large share of the latest messages failed. */
export const failureRate: RuleKindDefinition = {
  kind: "failure-rate",
  label: "Failure rate",
  about: "A large share of the latest messages failed or were undelivered.",
  fields: FIELDS,
  takesFilter: true,
  check: (settings) =>
    number(settings, "clearsBelow") > number(settings, "percent")
      ? "The share below which the alert resolves must not be higher than the share at which it fires."
      : undefined,
  sustainedMs: (settings) => number(settings, "sustainedMinutes") * MINUTE_MS,
  async prepare(ledger, { filter, settings }, { from, to }) {
    const windowMs = number(settings, "minutes") * MINUTE_MS;
    const each = eachOf(settings);
    const isPreview = from < to;
    const range = { from: from - windowMs, to };
    const scope = scopeOf(filter, each, to);
    const counts = await readCounts(ledger, scope, each, range, isPreview);
    return {
      stepMs: counts.stepMs,
      isSample: counts.isSample,
      knownSince: counts.knownSince,
      findingsAt(moment) {
        const window = { from: moment.at - windowMs, to: moment.at };
        // What wasn't received while the server was off doesn't mean that it's over.
        const canClear = moment.since(windowMs) >= window.from;
        const found = [...counts.keys()].flatMap(
          (key) => findingOf(counts, key, window, settings) ?? [],
        );
        return canClear
          ? { found, isWhole: counts.isWhole }
          : {
              found: found.map((each) => ({ ...each, isClear: false })),
              isWhole: false,
            };
      },
    };
  },
  async explain(ledger, { filter, settings }, { key, measured }) {
    const each = eachOf(settings);
    const range = {
      from: Number(measured["from"]),
      to: Number(measured["to"]),
    };
    const scope = scopeOf(filter, each, range.to);
    const failed = Number(measured["failed"]);
    const codes = scope.isSample
      ? await codesOfSample(ledger, scope, range)
      : await codesOfRollups(ledger, scope, each, key, range);
    const [[code, times] = [0, 0]] = codes.toSorted(([, a], [, b]) => b - a);
    return times * 2 >= failed && code !== 0 ? { code, codeFailed: times } : {};
  },
};

const number = (settings: RuleSettings, name: string): number =>
  numberOf(failureRate, settings, name);

export function eachOf(settings: RuleSettings): Each {
  return EACH.find((each) => each === settings["each"]) ?? "all";
}

type Range = { readonly from: number; readonly to: number };

function findingOf(
  counts: Counts,
  key: string,
  window: Range,
  settings: RuleSettings,
): Finding | undefined {
  const from = Math.max(window.from, counts.knownSince ?? window.from);
  if (!counts.isSample && from > window.from) return undefined;
  const { finished, failed } = counts.sum(key, { from, to: window.to });
  const share = finished === 0 ? 0 : failed / finished;
  return {
    key,
    isMet:
      finished >= number(settings, "messagesMin") &&
      share * 100 >= number(settings, "percent"),
    isClear: finished === 0 || share * 100 < number(settings, "clearsBelow"),
    measured: {
      failed,
      finished,
      from,
      to: window.to,
      ...(counts.isSample && counts.knownSince !== undefined && { sample: 1 }),
    },
    badness: share,
  };
}

type CodeTimes = readonly (readonly [code: number, times: number])[];

async function codesOfRollups(
  ledger: Ledger,
  { by, includes, codes }: Scope & { readonly isSample: false },
  each: Each,
  key: string,
  range: Range,
): Promise<CodeTimes> {
  const all = await ledger.tally({ range, by: "errorCode" });
  const most = all
    .flatMap((row): [number, number][] =>
      row.key === null || (codes && !codes.includes(Number(row.key)))
        ? []
        : [[Number(row.key), countedOf(row.counts).failed]],
    )
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, CAUSES_MAX);
  if (by === undefined) return most;
  const isMeant = (row: TallyRow): boolean =>
    each === "all"
      ? includes(row)
      : key === `${each}:${each === "sender" ? row.id : row.key}`;
  return Promise.all(
    most.map(async ([errorCode]) => {
      const rows =
        by === "sender"
          ? (await ledger.topSenders({ range, of: "lost", errorCode })).rows
          : await ledger.tally({ range, by, errorCode });
      const times = rows
        .filter(isMeant)
        .reduce((sum, row) => sum + countedOf(row.counts).failed, 0);
      return [errorCode, times] as const;
    }),
  );
}

async function codesOfSample(
  ledger: Ledger,
  { filter, codes }: Scope & { readonly isSample: true },
  range: Range,
): Promise<CodeTimes> {
  const { messages } = await newestMessages(ledger, filter, range, SAMPLE_MAX);
  const times = new Map<number, number>();
  for (const { errorCode, status } of messages) {
    if (errorCode === null || status === "delivered" || status === "read")
      continue;
    if (codes === undefined || codes.includes(errorCode))
      times.set(errorCode, (times.get(errorCode) ?? 0) + 1);
  }
  return [...times];
}
