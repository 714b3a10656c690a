import {
  placeText,
  REFUSAL_KINDS,
  type RefusalKind,
  type RefusalsQuery,
} from "../../src/refusals/refusals-query.ts";
import {
  REFUSAL_DAYS,
  REFUSALS_MAX,
  type RefusalPlace,
  type RefusalRow,
} from "../../src/store/refusals.ts";
import { counted, countWords } from "../../src/words/amounts.ts";
import { FormToken } from "../parts/form-token.tsx";
import { KindTabs } from "../parts/kind-tabs.tsx";
import { Layout } from "../parts/layout.tsx";
import { TwilioNav } from "../parts/twilio-nav.tsx";
import { NothingFurther } from "../parts/nothing-further.tsx";
import { RefusalsTable } from "./refusals-table.tsx";
import { minuteWords } from "../../src/words/times.ts";
import type { Site } from "../site.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type RefusalsView = {
  readonly site: Site;
  readonly query: RefusalsQuery;
  readonly refusals: readonly RefusalRow[];
  /** Where the next page starts; undefined at the end. */
  readonly older: RefusalPlace | undefined;
  /** Refusals of the last day that were not looked at. */
  readonly unlisted: number;
  /** Refused callbacks of the last hour that need action. */
  readonly fixable: number;
  readonly now: number;
};

const KIND_WORDS: Record<RefusalKind, string> = {
  fixable: "Needs action",
  noise: "Noise",
};

/** Callbacks that were refused and why, with what would have matched. */
export function RefusalsPage(view: RefusalsView) {
  const { site, query, refusals, fixable, now } = view;
  return (
    <Layout site={site} title="Refused callbacks" section="refusals">
      <TwilioNav urls={site.urls} current="refusals" />
      <div class="page-head">
        <h1>Refused callbacks</h1>
        <KindTabs
          label="Kind of refusal"
          tabs={[
            {
              href: site.urls.refusals(),
              words: "All",
              isCurrent: query.kind === undefined,
            },
            ...REFUSAL_KINDS.map((kind) => ({
              href: site.urls.refusals({ kind }),
              words: KIND_WORDS[kind],
              isCurrent: kind === query.kind,
            })),
          ]}
        />
      </div>
      <p class="list-lead">
        <span
          safe
        >{`Callbacks that weren’t recorded, and why. Identical ones within an hour share a row. The latest ${countWords(REFUSALS_MAX)} are kept for ${REFUSAL_DAYS} days, with phone numbers masked.`}</span>{" "}
        <a href={site.urls.completeness}>Completeness</a> compares what was
        recorded with what Twilio has.
      </p>
      {fixable === 0 ? "" : <Seen site={site} fixable={fixable} />}
      <section id="refusals" aria-label="Refusals">
        {refusals.length === 0 ? (
          <NothingRefused site={site} query={query} />
        ) : (
          <RefusalsTable site={site} refusals={refusals} now={now} />
        )}
        <Foot {...view} />
      </section>
    </Layout>
  );
}

/** Removes the banner from all pages. */
function Seen({
  site,
  fixable,
}: {
  readonly site: Site;
  readonly fixable: number;
}) {
  return (
    <form class="refusals-seen" method="post" action={site.urls.refusalsSeen}>
      <FormToken site={site} />
      <p>
        <b safe>{counted(fixable, "refused callback")}</b> of the last hour{" "}
        {fixable === 1 ? "needs" : "need"} action, so every page shows a notice.
        It disappears an hour after the last one, or when you mark them as seen.
      </p>
      <button class="button-small">Mark as seen</button>
    </form>
  );
}

function NothingRefused({
  site: { urls },
  query: { kind, behind },
}: Pick<RefusalsView, "site" | "query">) {
  if (behind !== undefined) {
    return <NothingFurther latest={urls.refusals({ ...(kind && { kind }) })} />;
  }
  return (
    <div class="empty">
      <h2>
        {kind === "fixable"
          ? "Nothing needs action"
          : kind === "noise"
            ? "No noise"
            : "No refused callbacks"}
      </h2>
      <p>
        {kind === "noise"
          ? "Requests that strangers post to the callback address appear here. They’re refused, and no action is needed."
          : "All good. If a callback is refused, for example because of a wrong auth token or a proxy that changes the address, it appears here with what would have matched and what to do."}
      </p>
      {kind === undefined ? (
        ""
      ) : (
        <a href={urls.refusals()}>Show all refusals</a>
      )}
    </div>
  );
}

function Foot({
  site: { urls },
  query: { kind, behind },
  older,
  unlisted,
  now,
}: RefusalsView) {
  const address = kind && { kind };
  // They are counted by the hour.
  const since = Math.floor((now - DAY_MS) / HOUR_MS) * HOUR_MS;
  return (
    <div class="results-foot">
      <p>
        {unlisted === 0 ? (
          ""
        ) : (
          <span safe>
            {`And ${countWords(unlisted)} more since ${minuteWords(since)} UTC, which were counted but not examined: too many arrived at once.`}
          </span>
        )}
      </p>
      <nav class="pager" aria-label="Pages of refusals">
        {behind === undefined ? (
          ""
        ) : (
          <a id="newest" class="button" href={urls.refusals({ ...address })}>
            Latest
          </a>
        )}
        {older === undefined ? (
          ""
        ) : (
          <a
            id="older"
            class="button"
            href={urls.refusals({ ...address, older: placeText(older) })}
          >
            Older →
          </a>
        )}
      </nav>
    </div>
  );
}
