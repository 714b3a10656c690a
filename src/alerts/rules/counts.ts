import type { TimeRange } from "../../time/time-range.ts";
import { newestMessages, SAMPLE_MAX } from "./newest-messages.ts";
import { HOUR_MS, MINUTE_MS, type Ledger } from "./rule.ts";
import type { Each, Scope } from "./scope.ts";
import { SeriesByKey, type Counts } from "./series.ts";

const PREVIEW_SAMPLE_MAX = 2_000;
/** Rows of counts that a preview reads; beyond, it covers less time. */
const PREVIEW_ROWS_MAX = 100_000;

/**
 * Reads the counts of a range: as one sum, or step by step for a preview: by the minute where
 * these are kept, and otherwise by the hour.
 */
export function readCounts(
  ledger: Ledger,
  scope: Scope,
  each: Each,
  range: TimeRange,
  isPreview: boolean,
): Promise<Counts> {
  if (scope.isSample) return sampled(ledger, scope, each, range, isPreview);
  if (isPreview) return bySpan(ledger, scope, each, range);
  return summed(ledger, scope, each, range);
}

type Rollup = Scope & { readonly isSample: false };

async function summed(
  ledger: Ledger,
  { by, includes, codes }: Rollup,
  each: Each,
  range: TimeRange,
): Promise<Counts> {
  const series = new SeriesByKey();
  let isWhole = true;
  if (each === "sender") {
    const { rows, coverage } = await ledger.topSenders({ range, of: "lost" });
    isWhole = coverage !== "none";
    series.addRows(rows.filter(includes), each, undefined);
  } else {
    const rows = await ledger.tally({ range, ...(by && { by }) });
    series.addRows(rows.filter(includes), each, codes);
    for (const errorCode of codes ?? [])
      series.addFailures(
        (await ledger.tally({ range, errorCode, ...(by && { by }) })).filter(
          includes,
        ),
        each,
      );
  }
  return series.counts({
    stepMs: MINUTE_MS,
    knownSince: undefined,
    isSample: false,
    isWhole,
  });
}

/** Days are read one by one, newest first, until there are too many rows. */
async function bySpan(
  ledger: Ledger,
  { by, includes, codes }: Rollup,
  each: Each,
  { from, to }: TimeRange,
): Promise<Counts> {
  const stepMs = by === undefined && codes === undefined ? MINUTE_MS : HOUR_MS;
  const series = new SeriesByKey();
  let end = to;
  for (let rows = 0; end > from && rows < PREVIEW_ROWS_MAX;) {
    const start = Math.max(
      from,
      Math.floor((end - 1) / (24 * HOUR_MS)) * 24 * HOUR_MS,
    );
    const asked = {
      range: { from: start, to: end },
      spanMs: stepMs,
      ...(by && { by }),
    };
    const read = await ledger.tally(asked);
    series.addRows(read.filter(includes), each, codes);
    rows += read.length;
    for (const errorCode of codes ?? [])
      series.addFailures(
        (await ledger.tally({ ...asked, errorCode })).filter(includes),
        each,
      );
    end = start;
  }
  return series.counts({
    stepMs,
    knownSince: end > from ? end : undefined,
    isSample: false,
    isWhole: true,
  });
}

async function sampled(
  ledger: Ledger,
  { filter, codes }: Scope & { readonly isSample: true },
  each: Each,
  range: TimeRange,
  isPreview: boolean,
): Promise<Counts> {
  const { messages, knownSince } = await newestMessages(
    ledger,
    filter,
    range,
    isPreview ? PREVIEW_SAMPLE_MAX : SAMPLE_MAX,
  );
  const series = new SeriesByKey();
  for (const message of messages) series.addMessage(message, each, codes);
  return series.counts({
    stepMs: MINUTE_MS,
    knownSince,
    isSample: true,
    isWhole: true,
  });
}
