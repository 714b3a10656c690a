import type { FeedPosition } from "../../src/store/feed-position.ts";
import { VERDICTS, VERDICT_LABELS } from "../../src/errors/verdict.ts";
import type { NumbersQuery } from "../../src/numbers/numbers-query.ts";
import {
  RECENT_MESSAGES,
  type FailingRecipient,
} from "../../src/store/store.ts";
import { KindTabs } from "../parts/kind-tabs.tsx";
import { LIST_TRIGGER } from "../parts/refresh.ts";
import { Layout } from "../parts/layout.tsx";
import { NothingFurther } from "../parts/nothing-further.tsx";
import { NumbersTable } from "./numbers-table.tsx";
import { NumberLists } from "../suppressions/number-lists.tsx";
import type { Site } from "../site.ts";

export type NumbersView = {
  readonly site: Site;
  readonly query: NumbersQuery;
  readonly recipients: readonly FailingRecipient[];
  /** Where the next page starts; undefined at the end. */
  readonly older: number | undefined;
  readonly live: FeedPosition;
  readonly now: number;
};

/** Recipients whose messages keep failing. */
export function NumbersPage(view: NumbersView) {
  const { site, query, recipients, older, live, now } = view;
  const { urls } = site;
  return (
    <Layout
      site={site}
      title="Numbers that keep failing"
      section="numbers"
      live={live}
    >
      <NumberLists urls={urls} current="failing" />
      <div class="page-head">
        <h1>Numbers that keep failing</h1>
        <KindTabs
          label="What to do"
          tabs={[
            {
              href: site.urls.numbers(),
              words: "All",
              isCurrent: query.verdict === undefined,
            },
            ...VERDICTS.toReversed().map((verdict) => ({
              href: site.urls.numbers({ verdict }),
              words: VERDICT_LABELS[verdict],
              isCurrent: verdict === query.verdict,
            })),
          ]}
        />
      </div>
      <p class="list-lead">
        Recipients with two or more failures among their last {RECENT_MESSAGES}{" "}
        messages. A number leaves this list by itself when messages arrive
        again.
      </p>
      <section
        id="numbers"
        aria-label="Numbers"
        hx-get={urls.numbers({
          ...(query.verdict && { verdict: query.verdict }),
          ...(query.olderThan !== undefined && { older: query.olderThan }),
        })}
        hx-trigger={LIST_TRIGGER}
        hx-select="#numbers"
        hx-swap="outerMorph"
      >
        {recipients.length === 0 ? (
          <NothingFails site={site} query={query} />
        ) : (
          <>
            <NumbersTable site={site} recipients={recipients} now={now} />
            <Foot site={site} query={query} older={older} />
          </>
        )}
      </section>
      {recipients.length === 0 ? "" : <Hint site={site} />}
    </Layout>
  );
}

function NothingFails({
  site: { urls },
  query: { verdict, olderThan },
}: Pick<NumbersView, "site" | "query">) {
  if (olderThan !== undefined) {
    return (
      <NothingFurther latest={urls.numbers({ ...(verdict && { verdict }) })} />
    );
  }
  return (
    <div class="empty">
      <h2>
        {verdict === undefined
          ? "No number keeps failing"
          : "No number has this verdict"}
      </h2>
      <p safe>
        {verdict === undefined
          ? "Good news: no recipient had two failures among the last ten messages."
          : `No recipient with two failures among the last ten messages is under “${VERDICT_LABELS[verdict]}”.`}
      </p>
      {verdict === undefined ? (
        ""
      ) : (
        <a href={urls.numbers()}>Show all numbers</a>
      )}
    </div>
  );
}

function Foot({
  site: { urls },
  query: { verdict, olderThan },
  older,
}: Pick<NumbersView, "site" | "query" | "older">) {
  const address = verdict && { verdict };
  return (
    <div class="results-foot">
      <p class="exports">
        Export all as{" "}
        <a href={urls.numbersExport("csv", verdict)} download="">
          CSV
        </a>{" "}
        or{" "}
        <a href={urls.numbersExport("json", verdict)} download="">
          JSON
        </a>
      </p>
      <nav class="pager" aria-label="Pages of numbers">
        {olderThan === undefined ? (
          ""
        ) : (
          <a id="newest" class="button" href={urls.numbers({ ...address })}>
            Latest
          </a>
        )}
        {older === undefined ? (
          ""
        ) : (
          <a
            id="older"
            class="button"
            href={urls.numbers({ ...address, older })}
          >
            Older →
          </a>
        )}
      </nav>
    </div>
  );
}

function Hint({ site: { urls } }: Pick<NumbersView, "site">) {
  return (
    <aside class="card cleaning" aria-labelledby="cleaning-title">
      <h2 id="cleaning-title">Clean up your lists</h2>
      <p>
        Remove the numbers under <b safe>{VERDICT_LABELS["do-not-send"]}</b>{" "}
        from your lists: every message to them costs money, and carriers trust
        senders less who keep texting them. Recipients who unsubscribed can come
        back by texting START. Ask recipients whose number keeps failing whether
        it’s right. The <a href={urls.doNotSend()}>Do not send</a> list also has
        numbers that failed only once but for good.
      </p>
    </aside>
  );
}
