import type { RulePreviewed } from "../../src/alerts/rule-preview.ts";
import { counted, duration } from "../../src/words/amounts.ts";
import { PeriodChart } from "../charts/chart-period.tsx";
import { Minute } from "../parts/time.tsx";
import type { Site } from "../site.ts";

const LISTED_MAX = 20;

/** When a rule would have fired in the last 30 days, over the messages of that time. */
export function RulePreviewPanel({
  site: { urls },
  preview,
  now,
}: {
  readonly site: Site;
  readonly preview: RulePreviewed;
  readonly now: number;
}) {
  const { period, spans, conditions, isOfAll, fired, isMore, exactness } =
    preview;
  return (
    <section
      id="preview"
      class="panel rule-preview"
      aria-labelledby="preview-title"
    >
      <h2 id="preview-title" safe>
        {previewWords(fired.length, isMore)}
      </h2>
      <p class="hint" safe>
        {exactness.join(" ")}
      </p>
      <PeriodChart
        {...{ urls, period, spans, conditions, now }}
        hasRate={true}
        marked={{ words: "Would have been open", ranges: fired }}
      />
      {isOfAll ? (
        <p class="hint">
          The chart has all messages: those that the rule watches aren’t counted
          over time by themselves.
        </p>
      ) : (
        ""
      )}
      {fired.length === 0 ? "" : <Times fired={fired} />}
    </section>
  );
}

function previewWords(count: number, isMore: boolean): string {
  if (count === 0) return "In the last 30 days it wouldn’t have fired";
  const times = count === 1 ? "once" : counted(count, "time");
  return `In the last 30 days it would have fired ${isMore ? `more than ${times}` : times}`;
}

/** The same in words, the latest first. */
function Times({ fired }: Pick<RulePreviewed, "fired">) {
  const listed = fired.toReversed().slice(0, LISTED_MAX);
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
        {fired.length > listed.length ? (
          <li class="hint" safe>
            {`and ${counted(fired.length - listed.length, "earlier one")}`}
          </li>
        ) : (
          ""
        )}
      </ol>
    </details>
  );
}
