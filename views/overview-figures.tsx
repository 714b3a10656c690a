import { changeOfCount } from "../src/overview/change.ts";
import { deliveryRate, type Outcomes } from "../src/overview/outcomes.ts";
import type { Overview } from "../src/overview/overview.ts";
import type { FilterPair } from "../src/messages/filter-language.ts";
import type { Period } from "../src/time-range.ts";
import { countWords, percent } from "./amounts.ts";
import { ChangeWords, type Wanted } from "./change-words.tsx";
import { ARRIVED, listHref } from "./list-link.ts";
import { rateChange } from "./overview-verdict.ts";
import type { Urls } from "./site.ts";

type Figure = {
  readonly label: string;
  readonly of: keyof Outcomes;
  /** What the list of these messages is narrowed to beside the period. */
  readonly only?: FilterPair;
  readonly wanted: Wanted;
  readonly meaning: string;
};

const FIGURES: readonly Figure[] = [
  {
    label: "Messages",
    of: "messages",
    wanted: "either",
    meaning: "First heard of in this time",
  },
  {
    label: "Arrived",
    of: "arrived",
    only: ARRIVED,
    wanted: "either",
    meaning: "Delivered or read",
  },
  {
    label: "In flight",
    of: "inFlight",
    only: ["status", "sent"],
    wanted: "either",
    meaning: "Sent, and nothing heard since",
  },
  {
    label: "Undelivered",
    of: "undelivered",
    only: ["status", "undelivered"],
    wanted: "less",
    meaning: "Sent, but did not arrive",
  },
  {
    label: "Failed",
    of: "failed",
    only: ["status", "failed"],
    wanted: "less",
    meaning: "Were not sent",
  },
];

/** What became of the messages, in numbers; each leads to the list of those it counts. */
export function Figures({
  urls,
  period,
  overview,
}: {
  readonly urls: Urls;
  readonly period: Period;
  readonly overview: Overview;
}) {
  const { total, compared } = overview;
  const rate = deliveryRate(total);
  return (
    <dl class="outcomes">
      <div class="outcomes-main">
        <dt title="The share that arrived of the messages whose end is known">
          Delivery rate
        </dt>
        <dd>
          <b class="figure" safe>
            {rate === undefined ? "–" : percent(rate)}
          </b>
          <ChangeWords
            change={rateChange(overview)}
            before={period.before}
            wanted="more"
          />
        </dd>
      </div>
      {FIGURES.map(({ label, of, only, wanted, meaning }) => (
        <div>
          <dt title={meaning} safe>
            {label}
          </dt>
          <dd>
            <a
              class="figure"
              href={listHref(urls, [...(only ? [only] : []), ...period.terms])}
              safe
            >
              {countWords(total[of])}
            </a>
            {/* What is in flight now says nothing about what was then. */}
            {compared === undefined || of === "inFlight" ? (
              ""
            ) : (
              <ChangeWords
                change={changeOfCount(compared.now[of], compared.before[of])}
                before={period.before}
                wanted={wanted}
              />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
