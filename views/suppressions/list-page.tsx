import type { FeedPosition } from "../../src/store/feed-position.ts";
import {
  SUPPRESSION_REASONS,
  type Suppression,
} from "../../src/store/suppressions.ts";
import type { NumberFound } from "../../src/suppressions/find-number.ts";
import {
  NUMBER_LENGTH_MAX,
  type ListQuery,
} from "../../src/suppressions/list-query.ts";
import { REASON_WORDS } from "../../src/suppressions/reasons.ts";
import { minuteWords } from "../../src/words/times.ts";
import { KindTabs } from "../parts/kind-tabs.tsx";
import { LIST_TRIGGER } from "../parts/refresh.ts";
import { Layout } from "../parts/layout.tsx";
import { NothingFurther } from "../parts/nothing-further.tsx";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { ListTable } from "./list-table.tsx";
import { NumberLists } from "./number-lists.tsx";
import { NumberAnswer } from "./number-answer.tsx";

export type ListView = {
  readonly site: Site;
  readonly query: ListQuery;
  readonly entries: readonly Suppression[];
  /** Where the next page starts; undefined at the end. */
  readonly older: number | undefined;
  /** Whether older messages have all been checked. */
  readonly isComplete: boolean;
  /** What was found of the number that is searched for. */
  readonly lookup: NumberFound | undefined;
  readonly live: FeedPosition;
  readonly now: number;
};

/** The "do not send" list. */
export function ListPage(view: ListView) {
  const { site, query, isComplete, lookup, live, now } = view;
  const { urls } = site;
  return (
    <Layout site={site} title="Do not send" section="numbers" live={live}>
      <NumberLists urls={urls} current="do-not-send" />
      <div class="page-head">
        <h1>Do not send</h1>
        <KindTabs
          label="Reason"
          tabs={[
            {
              href: urls.doNotSend(),
              words: "All",
              isCurrent:
                query.reason === undefined && query.added === undefined,
            },
            ...SUPPRESSION_REASONS.map((reason) => ({
              href: urls.doNotSend({ reason }),
              words: REASON_WORDS[reason].label,
              isCurrent: reason === query.reason,
            })),
          ]}
        />
      </div>
      <p class="list-lead">
        Numbers that are gone, opted out, or keep failing, for each channel. A
        number leaves this list when a later message to it is delivered, or when
        an admin removes it.
      </p>
      {query.added === undefined ? (
        ""
      ) : (
        <p class="said" role="status">
          <span
            safe
          >{`Only numbers that were added from ${minuteWords(query.added.from)} to ${minuteWords(query.added.to)} UTC, and still are on the list.`}</span>{" "}
          <a href={urls.doNotSend()}>Show the whole list</a>
        </p>
      )}
      <NumberSearch view={view} />
      {isComplete ? (
        ""
      ) : (
        <p class="said" role="status">
          Older messages are still being checked, so the list isn’t complete
          yet. This takes a few minutes after the first start with this version.
        </p>
      )}
      {lookup === undefined ? (
        <WholeList view={view} />
      ) : (
        <>
          <NumberAnswer site={site} lookup={lookup} now={now} />
          <a href={urls.doNotSend()}>Show the whole list</a>
        </>
      )}
    </Layout>
  );
}

/** A page of the list, which keeps itself up to date. */
function WholeList({ view }: { readonly view: ListView }) {
  const { site, query, entries, older, isComplete, now } = view;
  return (
    <section
      id="do-not-send"
      aria-label="Numbers"
      hx-get={site.urls.doNotSend(addressOf(query))}
      hx-trigger={LIST_TRIGGER}
      hx-select="#do-not-send"
      hx-swap="outerMorph"
    >
      {entries.length === 0 ? (
        <NothingListed site={site} query={query} isComplete={isComplete} />
      ) : (
        <>
          <ListTable site={site} entries={entries} now={now} />
          <Foot site={site} query={query} older={older} />
        </>
      )}
    </section>
  );
}

function addressOf({ reason, olderThan, added }: ListQuery) {
  return {
    ...(added && {
      from: new Date(added.from).toISOString(),
      to: new Date(added.to).toISOString(),
    }),
    ...(reason && { reason }),
    ...(olderThan !== undefined && { older: olderThan }),
  };
}

/** Asks about one number; a form, so that it works without scripts. */
function NumberSearch({ view: { site, query } }: { readonly view: ListView }) {
  const { urls } = site;
  return (
    <form class="number-search" method="get" action={urls.doNotSend()}>
      <label for="number-asked">Is this number on the list?</label>
      <input
        id="number-asked"
        name="number"
        type="search"
        inputmode="tel"
        maxlength={NUMBER_LENGTH_MAX}
        value={attribute(query.number)}
        placeholder="+1 415 555 0123"
        autocomplete="off"
      />
      <button>Check</button>
    </form>
  );
}

function NothingListed({
  site: { urls },
  query: { reason, olderThan },
  isComplete,
}: Pick<ListView, "site" | "query" | "isComplete">) {
  if (olderThan !== undefined)
    return (
      <NothingFurther latest={urls.doNotSend({ ...(reason && { reason }) })} />
    );
  return (
    <div class="empty">
      <h2>
        {reason === undefined
          ? "No number is on the list"
          : "No number is on the list for this reason"}
      </h2>
      <p>
        {reason !== undefined
          ? REASON_WORDS[reason].sentence
          : isComplete
            ? "A number appears here when messages to it fail in a way that sending again doesn’t fix."
            : "Older messages are still being checked."}
      </p>
      {reason === undefined ? (
        ""
      ) : (
        <a href={urls.doNotSend()}>Show the whole list</a>
      )}
    </div>
  );
}

function Foot({
  site: { urls },
  query: { reason, olderThan },
  older,
}: Pick<ListView, "site" | "query" | "older">) {
  const address = reason && { reason };
  return (
    <div class="results-foot">
      <p class="exports">
        Export all as{" "}
        <a href={urls.doNotSendExport("csv", reason)} download="">
          CSV
        </a>{" "}
        or{" "}
        <a href={urls.doNotSendExport("json", reason)} download="">
          JSON
        </a>
      </p>
      <nav class="pager" aria-label="Pages of numbers">
        {olderThan === undefined ? (
          ""
        ) : (
          <a id="newest" class="button" href={urls.doNotSend({ ...address })}>
            Latest
          </a>
        )}
        {older === undefined ? (
          ""
        ) : (
          <a
            id="older"
            class="button"
            href={urls.doNotSend({ ...address, older })}
          >
            Older →
          </a>
        )}
      </nav>
    </div>
  );
}
