import { percent } from "../../src/words/amounts.ts";
import {
  isWithinChance,
  type Proportion,
} from "../../src/overview/significance.ts";
import { RATE_SAMPLE_MIN } from "../../src/overview/change.ts";
import type { NotCompared } from "../../src/overview/counted.ts";
import type { Overview } from "../../src/overview/overview.ts";
import type { AskedOverview } from "../../src/overview/overview-query.ts";
import type { Urls } from "../../src/site/urls.ts";
import { attribute } from "../parts/values.tsx";
import { Hidden } from "../parts/range-links.tsx";

const HOUR_MS = 3_600_000;

const COMPARED: Record<NotCompared | "yes", string> = {
  yes: "Compared with",
  none: "No messages to compare with from",
  "too many": "Too many messages match to compare with",
};

/** What an overview is compared with: the previous period, a week before, or from any day on. */
export function CompareChoice({
  urls,
  asked: { q, period, compare },
  overview: {
    period: { before },
    notCompared,
  },
}: {
  readonly urls: Urls;
  readonly asked: AskedOverview;
  readonly overview: Pick<Overview, "period" | "notCompared">;
}) {
  const { address, range, beforeRange } = period;
  const choices = [
    { compare: "", words: "The period before" },
    { compare: "week", words: "The same weekdays and hours before" },
  ];
  const latest = range.from - (range.to - range.from) + HOUR_MS;
  return (
    <details class="range-other compare" id="compare">
      <summary safe>{`${COMPARED[notCompared ?? "yes"]} ${before}`}</summary>
      <form method="get" action={urls.overview()}>
        <p>
          {choices.map((choice) => (
            <a
              href={urls.overview({ ...address, q, compare: choice.compare })}
              aria-current={choice.compare === compare ? "true" : undefined}
              safe
            >
              {choice.words}
            </a>
          ))}
        </p>
        <Hidden
          fields={{
            range: address.range,
            from: address.from,
            to: address.to,
            q,
          }}
        />
        <label>
          As long, from this day on
          <input
            type="date"
            name="compare"
            required
            max={dayOf(latest)}
            value={dayOf(beforeRange.from)}
          />
        </label>
        <button type="submit">Compare</button>
      </form>
    </details>
  );
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** The failure rate of the earlier period: `up from 3.1%`, or `3.1% before` where the difference may be chance. */
export function RateBefore({
  now,
  before,
  title,
}: {
  readonly now: Proportion;
  readonly before: Proportion | undefined;
  readonly title: string;
}) {
  if (before === undefined || Math.min(now.of, before.of) < RATE_SAMPLE_MIN)
    return "";
  const [rate, earlier] = [now.hits / now.of, before.hits / before.of];
  if (rate === earlier || isWithinChance(now, before))
    return (
      <span class="change was" title={attribute(title)} safe>
        {`${percent(earlier)} before`}
      </span>
    );
  const isMore = rate > earlier;
  return (
    <span
      class={`change was ${isMore ? "change-bad" : "change-good"}`}
      title={attribute(title)}
      safe
    >
      {`${isMore ? "up" : "down"} from ${percent(earlier)}`}
    </span>
  );
}

/** What is compared, and what counts as a difference. */
export function beforeTitle(before: string): string {
  return `In ${before}, by whole hours. “Up” and “down” are differences that chance alone makes less often than once in 100.`;
}
