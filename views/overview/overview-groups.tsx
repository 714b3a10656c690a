import { sinceWords } from "../../src/time/compared-period.ts";
import { GROUP_SAMPLE_MIN, type Group } from "../../src/overview/breakdown.ts";
import {
  filterText,
  type FilterPair,
} from "../../src/messages/filter-language.ts";
import type { FailureRates } from "../../src/overview/failure-rates.ts";
import {
  addressOf,
  type AskedOverview,
} from "../../src/overview/overview-query.ts";
import { ended, lost } from "../../src/overview/outcomes.ts";
import type { Groups } from "../../src/overview/counted.ts";
import type { Overview } from "../../src/overview/overview.ts";
import { rangeTerms, type Period } from "../../src/time/time-range.ts";
import { beforeTitle, RateBefore } from "./overview-compare.tsx";
import { GroupTable } from "../parts/group-table.tsx";
import { LOST } from "../parts/list-link.ts";
import type { Site } from "../site.ts";

/** Shown if not even the largest ones can be found within a bound. */
export const TOO_MANY_SENDERS =
  "There are too many senders in this period to rank them. Choose a shorter period.";

type GroupsView = {
  readonly site: Site;
  readonly asked: AskedOverview;
  readonly overview: Pick<Overview, "period" | "groups" | "ratesBefore">;
  readonly now: number;
};

/** Countries and senders by failure rate. */
export function Worst(view: GroupsView) {
  const { asked, overview } = view;
  const { groups, period, ratesBefore } = overview;
  if (groups === undefined)
    return (
      <section class="part">
        <h2>Countries and senders that fail most</h2>
        <p class="quiet">
          Their counts aren’t kept for a filter, and it matches too many
          messages to count them now.
        </p>
      </section>
    );
  const { countries, senders, sendersCovered } = groups;
  // Groups of a part of the time have no earlier rates.
  const before =
    groups.range.from === period.range.from ? ratesBefore : undefined;
  // Of one country or sender, a table by it has one row.
  const isOfOne = (kind: "country" | "sender"): boolean =>
    asked.conditions.some(
      ([name, value]) =>
        name === TERM_NAMES[kind] && [value].flat().length === 1,
    );
  return (
    <div class="side-by-side">
      {isOfOne("country") ? (
        ""
      ) : (
        <WorstGroups
          {...view}
          {...{ groups }}
          kind="country"
          worst={countries}
          before={before?.countries}
        />
      )}
      {isOfOne("sender") ? (
        ""
      ) : (
        <WorstGroups
          {...view}
          {...{ groups }}
          kind="sender"
          worst={sendersCovered === "none" ? undefined : senders}
          before={before?.senders}
        />
      )}
    </div>
  );
}

const TITLES = {
  country: "Countries that fail most",
  sender: "Senders that fail most",
};

/** How a filter names them. */
const TERM_NAMES = { country: "country", sender: "from" };

/** Groups by failure rate, the worst first; undefined where there are too many to rank. */
function WorstGroups({
  site,
  asked,
  overview: { period },
  groups,
  kind,
  worst,
  before,
  now,
}: GroupsView & {
  readonly groups: Groups;
  readonly kind: "country" | "sender";
  readonly worst: readonly Group[] | undefined;
  readonly before: FailureRates | undefined;
}) {
  const id = `by-${kind}`;
  const { conditions } = asked;
  const hrefOf = (term: FilterPair): string =>
    site.urls.overview({
      ...addressOf(asked),
      q: filterText([...conditions.filter(([name]) => name !== term[0]), term]),
    });
  return (
    <section class="part" aria-labelledby={id}>
      <div class="part-head">
        <h2 id={id} safe>
          {TITLES[kind]}
        </h2>
        <span class="hint" safe>
          {groupsHint(period, groups, kind)}
        </span>
      </div>
      {worst === undefined ? (
        <p class="quiet">{TOO_MANY_SENDERS}</p>
      ) : worst.length === 0 ? (
        <p class="quiet">
          None of them had a failure. Those with fewer finished messages are
          left out, because their rate means little.
        </p>
      ) : (
        <GroupTable
          {...{ site, kind, hrefOf }}
          groups={worst}
          before={
            before &&
            (({ key, outcomes }) => (
              <RateBefore
                now={{ hits: lost(outcomes), of: ended(outcomes) }}
                before={before(key)}
                title={beforeTitle(period.before)}
              />
            ))
          }
          measure={({ failureRate, outcomes }) => ({
            share: failureRate,
            messages: lost(outcomes),
          })}
          measureWords={["Failure rate", "Failed"]}
          conditions={[
            ...conditions.filter(([name]) => name !== TERM_NAMES[kind]),
            LOST,
          ]}
          terms={rangeTerms(groups.range, now)}
        />
      )}
    </section>
  );
}

/** Which groups these are, and of which time if that isn't the overview's. */
function groupsHint(
  period: Period,
  groups: Groups,
  kind: "country" | "sender",
): string {
  const since =
    groups.range.from > period.range.from
      ? `${sinceWords(groups.range.from)}, `
      : "";
  const among =
    kind === "sender" && groups.sendersCovered === "most"
      ? ", among the senders with most failures"
      : "";
  return `${since}with at least ${GROUP_SAMPLE_MIN} finished messages${among}`;
}
