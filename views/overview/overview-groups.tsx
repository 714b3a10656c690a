import { GROUP_SAMPLE_MIN, type Group } from "../../src/overview/breakdown.ts";
import { lost } from "../../src/overview/outcomes.ts";
import type { TopSenders } from "../../src/store/tally.ts";
import type { Period } from "../../src/time/time-range.ts";
import { GroupTable } from "../parts/group-table.tsx";
import { LOST } from "../parts/list-link.ts";
import type { Site } from "../site.ts";

/** Shown if not even the largest ones can be found within a bound. */
export const TOO_MANY_SENDERS =
  "There are too many senders in this period to rank them. Choose a shorter period.";

/** Countries or senders by failure rate, the worst first. */
export function WorstGroups({
  site,
  period,
  kind,
  groups,
  covered = "all",
}: {
  readonly site: Site;
  readonly period: Period;
  readonly kind: "country" | "sender";
  readonly groups: readonly Group[];
  readonly covered?: TopSenders["coverage"];
}) {
  const id = `by-${kind}`;
  return (
    <section class="part" aria-labelledby={id}>
      <div class="part-head">
        <h2 id={id}>
          {kind === "country"
            ? "Countries that fail most"
            : "Senders that fail most"}
        </h2>
        <span class="hint">
          with at least {GROUP_SAMPLE_MIN} finished messages
          {covered === "most" ? ", among the senders with most failures" : ""}
        </span>
      </div>
      {covered === "none" ? (
        <p class="quiet">{TOO_MANY_SENDERS}</p>
      ) : groups.length === 0 ? (
        <p class="quiet">
          None of them had a failure. Those with fewer finished messages are
          left out, because their rate means little.
        </p>
      ) : (
        <GroupTable
          site={site}
          kind={kind}
          groups={groups}
          measure={({ failureRate, outcomes }) => ({
            share: failureRate,
            messages: lost(outcomes),
          })}
          measureWords={["Failure rate", "Failed"]}
          conditions={[LOST]}
          terms={period.terms}
        />
      )}
    </section>
  );
}
