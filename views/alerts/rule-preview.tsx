import type { FilterPair } from "../../src/messages/filter-language.ts";
import type { SpanOutcomes } from "../../src/overview/by-span.ts";
import type { Period, TimeRange } from "../../src/time/time-range.ts";
import { counted, duration } from "../../src/words/amounts.ts";
import { PeriodChart } from "../charts/chart-period.tsx";
import { Minute } from "../parts/time.tsx";
import type { Site } from "../site.ts";

/** When a rule would have fired, and the messages of that time. */
export type RulePreviewed = {
  readonly period: Period;
  readonly spans: readonly SpanOutcomes[];
  readonly conditions: readonly FilterPair[];
  /** Oldest first. */
  readonly alerts: readonly (TimeRange & { readonly about: string })[];
  /** If not the whole time could be looked at: since when it was. */
  readonly coveredSince: number | undefined;
};

const LISTED_MAX = 20;

/** When a rule would have fired in the last 30 days, over the messages of that time. */
export function RulePreviewPanel({
  site: { urls },
  preview: { period, spans, conditions, alerts, coveredSince },
  now,
}: {
  readonly site: Site;
  readonly preview: RulePreviewed;
  readonly now: number;
}) {
  return (
    <section class="panel rule-preview" aria-labelledby="preview-title">
      <h2 id="preview-title" safe>
        {previewWords(alerts.length)}
      </h2>
      {coveredSince === undefined ? (
        ""
      ) : (
        <p class="hint">
          Its filter is counted over the newest messages only: before{" "}
          <Minute at={coveredSince} /> it isn’t known.
        </p>
      )}
      <PeriodChart
        {...{ urls, period, spans, conditions, now }}
        hasRate={true}
        marked={{ words: "Would have been open", ranges: alerts }}
      />
      {alerts.length === 0 ? "" : <Times alerts={alerts} />}
    </section>
  );
}

function previewWords(count: number): string {
  return count === 0
    ? "In the last 30 days it wouldn’t have fired"
    : `In the last 30 days it would have fired ${count === 1 ? "once" : counted(count, "time")}`;
}

/** The same in words, the latest first. */
function Times({ alerts }: Pick<RulePreviewed, "alerts">) {
  const listed = alerts.toReversed().slice(0, LISTED_MAX);
  return (
    <details class="preview-times" id="preview-times">
      <summary>When</summary>
      <ol>
        {listed.map(({ from, to, about }) => (
          <li>
            <Minute at={from} />{" "}
            <span class="hint" safe>
              {`for ${duration(to - from)}${about === "" ? "" : `: ${about}`}`}
            </span>
          </li>
        ))}
        {alerts.length > listed.length ? (
          <li class="hint" safe>
            {`and ${counted(alerts.length - listed.length, "earlier one")}`}
          </li>
        ) : (
          ""
        )}
      </ol>
    </details>
  );
}
