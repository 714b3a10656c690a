import { parseFilter } from "../../messages/filter-language.ts";
import type { RuleSettings } from "../../store/alerts.ts";
import { isRecordingLate, keepingIfKnown } from "../../store/keeping.ts";
import type { TimeRange } from "../../time/time-range.ts";
import { operatingSince } from "../operation.ts";
import { readCounts } from "./counts.ts";
import {
  DAY_MS,
  MINUTE_MS,
  numberOf,
  UNKNOWN,
  type Ledger,
  type Moment,
  type RuleKindDefinition,
} from "./rule.ts";
import { scopeOf } from "./scope.ts";

const WEEK_MS = 7 * DAY_MS;
/** Earlier weeks that are compared; one of them may have been silent, too. */
const WEEKS = 4;
/** How long after a start callbacks may take to arrive again. */
const SETTLING_MS = 2 * MINUTE_MS;

/** Fires when nothing arrives although it did in the same time of earlier weeks. */
export const silence: RuleKindDefinition = {
  kind: "silence",
  label: "Silence",
  about:
    "No callbacks arrive, although some did at the same time of earlier weeks.",
  fields: [
    {
      name: "minutes",
      label: "Fires when nothing arrived for",
      unit: "minutes",
      min: 5,
      max: 1_440,
      default: 60,
    },
    {
      name: "messagesMin",
      label: "If that time of earlier weeks had at least",
      unit: "messages",
      min: 1,
      max: 1_000_000,
      default: 10,
    },
  ],
  takesFilter: true,
  sustainedMs: () => 0,
  async prepare(ledger, { filter, settings }, { from, to, record }) {
    const windowMs = number(settings, "minutes") * MINUTE_MS;
    const isPreview = from < to;
    const scope = scopeOf(filter, "all", to);
    const read = (range: { from: number; to: number }) =>
      readCounts(ledger, scope, "all", range, isPreview);
    const silentFrom = operatingSince(record, from, windowMs);
    const firstAt = (await ledger.firstMessageAt()) ?? to;
    // Callbacks about older messages also break the silence.
    const lastEventAt =
      filter === "" && !isPreview ? await ledger.lastEventAt(to) : undefined;
    const ranges = Array.from({ length: WEEKS + 1 }, (_, week) =>
      week === 0
        ? { from: silentFrom, to }
        : { from: from - windowMs - week * WEEK_MS, to: to - week * WEEK_MS },
    );
    const weeks = await Promise.all(ranges.map(read));
    // A preview would have to count them for each of its moments.
    const notPosted = isPreview
      ? ranges.map(() => 0)
      : await Promise.all(
          ranges.map((range) => countNotPosted(ledger, filter, range)),
        );
    const keeping =
      ledger.keeping && !isPreview
        ? await keepingIfKnown(ledger.keeping)
        : undefined;
    // Then callbacks arrive, and the rule "Recording fails" says that nobody records them.
    const isUnknown = keeping !== undefined && isRecordingLate(keeping);
    const [current, ...earlier] = weeks;
    const messagesIn = (week: number, begin: number, end: number) => {
      const { messages = 0 } =
        weeks[week]?.sum("", { from: begin, to: end }) ?? {};
      return Math.max(0, messages - (notPosted[week] ?? 0));
    };
    return {
      stepMs: current?.stepMs ?? MINUTE_MS,
      isSample: current?.isSample ?? false,
      knownSince: latest(
        weeks.map(({ knownSince }, week) =>
          knownSince === undefined ? undefined : knownSince + week * WEEK_MS,
        ),
      ),
      findingsAt(moment) {
        if (isUnknown || !moment.knows(windowMs)) return UNKNOWN;
        const begin = moment.since(windowMs);
        const isSilent =
          messagesIn(0, begin, moment.at) === 0 &&
          (lastEventAt === undefined || lastEventAt < begin);
        const usual = earlier.flatMap((_, index) => {
          const end = moment.at - (index + 1) * WEEK_MS;
          return end - windowMs < firstAt
            ? []
            : [messagesIn(index + 1, end - windowMs, end)];
        });
        const finding = {
          key: "",
          isMet: isSilent && isUsual(usual, settings) && !isSettling(moment),
          isClear: !isSilent,
          measured: {
            minutes: Math.round((moment.at - begin) / MINUTE_MS),
            from: begin,
            to: moment.at,
            usually: median(usual),
            weeks: usual.length,
          },
          badness: moment.at - begin,
        };
        return { found: [finding], isWhole: true };
      },
    };
  },
};

const number = (settings: RuleSettings, name: string): number =>
  numberOf(silence, settings, name);

/**
 * Counts the messages of a range that only Twilio's API reported, as far as it's quick: they
 * neither break a silence nor make callbacks usual.
 */
async function countNotPosted(
  ledger: Ledger,
  filterText: string,
  { from, to }: TimeRange,
): Promise<number> {
  const { count, isMore } = await ledger.countMessages([
    ...parseFilter(filterText, to).filter,
    { field: "source", values: ["api"], negated: false },
    { field: "after", at: from, negated: false },
    { field: "before", at: to, negated: false },
  ]);
  return isMore ? Infinity : count;
}

/** Whether earlier weeks had messages then: all of them, or all but one of three or more. */
function isUsual(usual: readonly number[], settings: RuleSettings): boolean {
  const min = number(settings, "messagesMin");
  const weeks = usual.filter((messages) => messages >= min).length;
  return weeks >= Math.max(1, usual.length - (usual.length >= 3 ? 1 : 0));
}

function isSettling({ at, record }: Moment): boolean {
  return at - record.startedAt < SETTLING_MS;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function latest(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
