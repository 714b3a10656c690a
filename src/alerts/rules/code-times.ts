import type { TallyRow } from "../../store/tally.ts";
import type { TimeRange } from "../../time/time-range.ts";
import { newestMessages, SAMPLE_MAX } from "./newest-messages.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS, type Ledger } from "./rule.ts";
import type { Scope } from "./scope.ts";

/** New is what appeared in this time; then the alert is over. */
export const NEW_MS = DAY_MS;
/** A ledger learns for this long which codes are usual. */
export const LEARNING_MS = 7 * DAY_MS;
/** Codes that one evaluation checks, those with the most messages first. */
const CODES_MAX = 100;

/** How many messages had a code, and when they were first seen, oldest first. */
export type Times = readonly {
  readonly at: number;
  readonly messages: number;
}[];
export type Codes = {
  readonly codes: ReadonlyMap<number, Times>;
  readonly stepMs: number;
  readonly knownSince: number | undefined;
};

/** The codes of the last day, and whether messages had them before. */
export async function recentCodes(
  ledger: Ledger,
  scope: Scope,
  at: number,
  priorMs: number,
  messagesMin: number,
): Promise<Codes> {
  const recent = { from: at - NEW_MS, to: at };
  const prior = { from: recent.from - priorMs, to: recent.from };
  const found = scope.isSample
    ? await codesOfSample(ledger, scope, recent)
    : await timesByCode(ledger, scope, recent, undefined);
  const codes = new Map<number, Times>();
  for (const [code, times] of [...found.codes].slice(0, CODES_MAX)) {
    const messages = times.reduce((sum, each) => sum + each.messages, 0);
    const isCandidate = messages >= messagesMin;
    const before =
      isCandidate && (await hadCode(ledger, scope, code, prior))
        ? [{ at: prior.to - 1, messages: 1 }]
        : [];
    codes.set(code, [...before, ...times]);
  }
  return {
    codes,
    stepMs: MINUTE_MS,
    knownSince: found.knownSince,
  };
}

async function hadCode(
  ledger: Ledger,
  scope: Scope,
  errorCode: number,
  range: TimeRange,
): Promise<boolean> {
  if (scope.isSample) {
    const ofCode = {
      field: "code",
      values: [errorCode],
      negated: false,
    } as const;
    const { messages } = await newestMessages(
      ledger,
      [...scope.filter, ofCode],
      range,
      1,
    );
    return messages.length > 0;
  }
  const { by, includes } = scope;
  const rows = await ledger.tally({ range, errorCode, ...(by && { by }) });
  return rows.some(includes);
}

/** By the minute where the day is, or by the hour for a preview. */
async function timesByCode(
  ledger: Ledger,
  scope: Scope & { readonly isSample: false },
  range: TimeRange,
  spanMs: number | undefined,
): Promise<Codes> {
  const span = spanMs === undefined ? { spanMs: HOUR_MS } : { spanMs };
  const all = await ledger.tally({ range, by: "errorCode", ...span });
  const codes = byCodeOf(all.filter((row) => isOfScope(row, scope)));
  if (scope.by === undefined)
    return { codes, stepMs: spanMs ?? MINUTE_MS, knownSince: undefined };
  const { by, includes } = scope;
  const narrowed = new Map<number, Times>();
  for (const errorCode of [...codes.keys()].slice(0, CODES_MAX)) {
    const rows = await ledger.tally({ range, by, errorCode, ...span });
    const times = timesOf(rows.filter(includes));
    if (times.length > 0) narrowed.set(errorCode, times);
  }
  return {
    codes: narrowed,
    stepMs: spanMs ?? MINUTE_MS,
    knownSince: undefined,
  };
}

function isOfScope({ key }: TallyRow, { codes }: Scope): boolean {
  return key !== null && (codes === undefined || codes.includes(Number(key)));
}

async function codesOfSample(
  ledger: Ledger,
  { filter, codes }: Scope & { readonly isSample: true },
  range: TimeRange,
): Promise<Codes> {
  const { messages, knownSince } = await newestMessages(
    ledger,
    filter,
    range,
    SAMPLE_MAX,
  );
  const byCode = Map.groupBy(
    messages.filter(
      ({ errorCode }) =>
        errorCode !== null &&
        (codes === undefined || codes.includes(errorCode)),
    ),
    ({ errorCode }) => errorCode ?? 0,
  );
  return {
    codes: new Map(
      [...byCode].map(([code, ofCode]) => [
        code,
        ofCode.map(({ firstEventAt }) => ({ at: firstEventAt, messages: 1 })),
      ]),
    ),
    stepMs: MINUTE_MS,
    knownSince,
  };
}

/** When messages had each code, for a preview. */
export async function historyOfCodes(
  ledger: Ledger,
  scope: Scope,
  range: TimeRange,
): Promise<Codes> {
  if (!scope.isSample) return timesByCode(ledger, scope, range, HOUR_MS);
  const sample = await codesOfSample(ledger, scope, range);
  const { knownSince } = sample;
  // At the beginning of the sample, every code looks new.
  return knownSince === undefined
    ? sample
    : { ...sample, knownSince: knownSince + LEARNING_MS + NEW_MS };
}

function byCodeOf(rows: readonly TallyRow[]): Map<number, Times> {
  const byCode = Map.groupBy(rows, ({ key }) => Number(key));
  return new Map(
    [...byCode]
      .map(([code, ofCode]) => [code, timesOf(ofCode)] as const)
      .toSorted(([, a], [, b]) => b.length - a.length),
  );
}

function timesOf(rows: readonly TallyRow[]): Times {
  return rows.map(({ at, counts }) => ({
    at,
    messages: Object.values(counts).reduce((sum, each) => sum + each, 0),
  }));
}
