import { changesOfCounts, type Change } from "../../src/overview/change.ts";
import { deliveryRate, type Outcomes } from "../../src/overview/outcomes.ts";
import type { Overview } from "../../src/overview/overview.ts";
import type { FilterPair } from "../../src/messages/filter-language.ts";
import { countWords, percent } from "../../src/words/amounts.ts";
import { ChangeWords, type Wanted } from "./change-words.tsx";
import { PARTS, type Part } from "../charts/chart-shapes.ts";
import { PART_MEANINGS, PART_WORDS } from "../charts/chart-words.ts";
import { ARRIVED, listHref } from "../parts/list-link.ts";
import { rateChange } from "../../src/overview/headline.ts";
import { targetWords } from "../../src/overview/target.ts";
import { monthOf } from "../../src/time/month-period.ts";
import type { Urls } from "../../src/site/urls.ts";

type Figure = {
  readonly of: keyof Outcomes;
  readonly label: string;
  readonly meaning: string;
  /** The filter of the list of these messages, in addition to the period. */
  readonly only?: FilterPair;
  readonly wanted: Wanted;
};

const ONLY: Record<Part, FilterPair> = {
  arrived: ARRIVED,
  inFlight: ["status", "sent"],
  undelivered: ["status", "undelivered"],
  failed: ["status", "failed"],
};

const FIGURES: readonly Figure[] = [
  {
    of: "messages",
    label: "Messages",
    meaning: "First seen in this period",
    wanted: "either",
  },
  ...PARTS.map((part) => ({
    of: part,
    label: PART_WORDS[part],
    meaning: PART_MEANINGS[part],
    only: ONLY[part],
    wanted:
      part === "undelivered" || part === "failed"
        ? ("less" as const)
        : ("either" as const),
  })),
];

/** The messages by status, in numbers; each links to the list of the messages it counts. */
export function Figures({
  urls,
  conditions,
  overview,
  target,
  now,
}: {
  readonly urls: Urls;
  /** What the lists are narrowed to beside the time. */
  readonly conditions: readonly FilterPair[];
  readonly overview: Overview;
  /** The delivery rate to reach, 0 to 1; undefined for none. */
  readonly target: number | undefined;
  readonly now: number;
}) {
  const { total, period } = overview;
  const rate = deliveryRate(total);
  const changes = changesOf(overview);
  return (
    <dl class="outcomes">
      <div class="outcomes-main">
        <dt title="The delivered share of messages with a final status">
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
          <TargetLink {...{ urls, rate, target, now }} />
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
              href={listHref(urls, [
                ...conditions,
                ...(only ? [only] : []),
                ...period.terms,
              ])}
              safe
            >
              {countWords(total[of])}
            </a>
            <ChangeWords
              change={changes.get(of) ?? { kind: "none" }}
              before={period.before}
              wanted={wanted}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** The way to the month's report, and how the rate compares with the target. */
function TargetLink({
  urls,
  rate,
  target,
  now,
}: {
  readonly urls: Urls;
  readonly rate: number | undefined;
  readonly target: number | undefined;
  readonly now: number;
}) {
  const { words } = monthOf(now);
  return (
    <a class="change" href={urls.report()} safe>
      {target === undefined || rate === undefined
        ? `${words} so far`
        : `${rate < target ? "below" : "reaches"} ${targetWords(target)} · ${words}`}
    </a>
  );
}

/** What is in flight now can't be compared with what was in flight then. */
const COMPARED = ["messages", "arrived", "undelivered", "failed"] as const;

function changesOf({
  total,
  before,
}: Overview): ReadonlyMap<keyof Outcomes, Change> {
  if (before === undefined) return new Map();
  const changes = changesOfCounts(
    COMPARED.map((of) => ({ now: total[of], before: before[of] })),
  );
  return new Map(
    COMPARED.map((of, index) => [of, changes[index] ?? { kind: "none" }]),
  );
}
