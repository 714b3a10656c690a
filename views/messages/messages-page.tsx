import { isAdmin } from "../../src/account/viewer.ts";
import { controlsOf } from "../../src/messages/filter-controls.ts";
import type { MessageList } from "../../src/messages/message-list.ts";
import {
  hasMistakes,
  isFirstPage,
  type MessagesQuery,
} from "../../src/messages/messages-query.ts";
import type { MessagePage } from "../../src/store/store.ts";
import type { BoundedCount } from "../../src/store/tally.ts";
import { boundedCount } from "../../src/words/amounts.ts";
import type { SavedView } from "../../src/store/views.ts";
import { ViewTabs } from "../saved-views/view-tabs.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { FilterMistakes, NothingFound } from "./filter-outcome.tsx";
import { Layout } from "../parts/layout.tsx";
import { ListWatch } from "./list-news.tsx";
import { LIST_SWAP } from "../parts/list-swap.ts";
import { MessagesTable } from "./messages-table.tsx";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";
import { StatusStrip } from "./status-strip.tsx";
import { minuteWords } from "../../src/words/times.ts";

export type MessagesView = {
  readonly site: Site;
  readonly views: readonly SavedView[];
  /** Identifies the form that saves a view. */
  readonly once: string;
  readonly query: MessagesQuery;
  readonly list: MessageList;
  readonly now: number;
};

/** The list of messages. */
export function MessagesPage(view: MessagesView) {
  const { site, query, list, now } = view;
  const { urls } = site;
  const { terms } = query.parsed;
  return (
    <Layout
      site={site}
      title="Messages"
      section="messages"
      live={list.position}
      scripts={["messages.js"]}
    >
      <div class="page-head">
        <h1>Messages</h1>
        <StatusStrip urls={urls} terms={terms} counts={list.lastDay} />
      </div>
      <ViewTabs
        site={site}
        views={view.views}
        q={hasMistakes(query) ? undefined : query.q}
        once={view.once}
      />
      <FilterBar
        urls={urls}
        q={query.q}
        controls={controlsOf(terms)}
        offered={list.offered}
      />
      <p id="found" class="visually-hidden" role="status" safe>
        {spokenWords(list, query.shown ?? 0)}
      </p>
      <section id="results" aria-label="Messages found">
        <Results {...{ site, query, list, now }} />
      </section>
    </Layout>
  );
}

function Results({
  site,
  query,
  list,
  now,
}: Omit<MessagesView, "views" | "once">) {
  const { urls } = site;
  const { found } = list;
  if (found === undefined) return <FilterMistakes urls={urls} query={query} />;
  const { messages } = found.page;
  const hasMessages = messages.length > 0;
  return (
    <>
      <div class="results-head">
        <p class="count">
          {hasMessages ? (
            <>
              <b safe>{countedWords(found.count)}</b>{" "}
              <span class="count-shown">
                {isFirstPage(query) ? "newest first" : "a later page"}
              </span>{" "}
              <span class="print-only">
                {query.q === "" ? (
                  "without a filter"
                ) : (
                  <>
                    of the filter <bdi safe>{query.q}</bdi>
                  </>
                )}
              </span>
            </>
          ) : (
            ""
          )}
        </p>
        <ListWatch
          urls={urls}
          state={{
            q: query.q,
            completeAbove: list.completeAbove,
            position: list.position,
            ids: messages.map(({ id }) => id),
          }}
        />
        {isAdmin(site.viewer) && query.q !== "" ? (
          <a class="alert-me" href={urls.alertRuleNew({ q: query.q })}>
            Alert me on this
          </a>
        ) : (
          ""
        )}
        {hasMessages ? (
          <ExportLinks urls={urls} q={query.q} count={found.count} />
        ) : (
          ""
        )}
      </div>
      {hasMessages ? (
        <MessagesTable urls={urls} messages={messages} q={query.q} now={now} />
      ) : (
        <NothingFound urls={urls} query={query} page={found.page} />
      )}
      <Pager urls={urls} query={query} page={found.page} />
    </>
  );
}

/** Plain downloads; messages.js shows their progress. */
function ExportLinks({
  urls,
  q,
  count,
}: {
  readonly urls: Urls;
  readonly q: string;
  readonly count: BoundedCount;
}) {
  const words = countedWords(count);
  return (
    <p class="exports">
      <span
        id="export-note"
        class="export-note"
        hx-get={urls.exportProgress()}
        hx-trigger="exporting"
        hx-swap="innerHTML"
        hx-indicator="#none"
      ></span>{" "}
      <span class="exports-label">Export</span>{" "}
      {(["csv", "jsonl"] as const).map((format) => (
        <a
          class="export"
          href={urls.messagesExport(format, q)}
          download=""
          title={`${words}, newest first, as ${FORMAT_WORDS[format]}`}
          safe
        >
          {format.toUpperCase()}
        </a>
      ))}
    </p>
  );
}

const FORMAT_WORDS = {
  csv: "CSV, for spreadsheets",
  jsonl: "JSON Lines, for programs",
} as const;

function Pager({
  urls,
  query,
  page,
}: {
  readonly urls: Urls;
  readonly query: MessagesQuery;
  readonly page: MessagePage;
}) {
  const { q } = query;
  const { newer, older, lookedBackTo, messages } = page;
  const isCut =
    lookedBackTo !== undefined &&
    older !== undefined &&
    query.page.newerThan === undefined;
  const shown = (query.shown ?? 0) + messages.length;
  return (
    <div class="results-foot">
      <div id="results-state">
        {isCut ? (
          <>
            <p safe>
              {`This search hit its limit. Older messages may match. Searched back to ${minuteWords(lookedBackTo)} UTC.`}
            </p>
            <SearchOn href={urls.messages({ q, older, shown })} shown={shown} />
          </>
        ) : (
          <p safe>{shownWords(shown)}</p>
        )}
      </div>
      <nav class="pager" aria-label="Older and newer messages">
        {newer === undefined ? (
          ""
        ) : (
          <>
            <PageLink id="newest" href={urls.messages({ q })} label="Newest" />
            <PageLink
              id="newer"
              href={urls.messages({ q, newer })}
              label="← Newer"
            />
          </>
        )}
        <span id="older-place">
          {older === undefined ? (
            ""
          ) : (
            <PageLink
              id="older"
              href={urls.messages({ q, older })}
              label={isCut ? "Search older →" : "Older →"}
            />
          )}
        </span>
      </nav>
    </div>
  );
}

/** Continues the search when it scrolls into view, until the page is full: results are added to the list. */
function SearchOn({
  href,
  shown,
}: {
  readonly href: string;
  readonly shown: number;
}) {
  const joins = {
    "hx-target": "#results tbody",
    "hx-select": "#results tbody > tr",
    "hx-swap": "beforeend",
    "hx-select-oob": "#results-state,#older-place,#found:innerHTML",
  };
  const replaces = {
    "hx-target": "#results",
    "hx-select": "#results",
    "hx-swap": "outerHTML",
    "hx-select-oob": "#found:innerHTML",
  };
  return (
    <span
      id="search-on"
      hx-get={href}
      hx-trigger="intersect once delay:300ms"
      hx-sync="#filter:drop"
      hx-indicator="#results-state"
      {...(shown > 0 ? joins : replaces)}
    ></span>
  );
}

/** Swaps the list and scrolls to its top. */
function PageLink({
  id,
  href,
  label,
}: {
  readonly id: string;
  readonly href: string;
  readonly label: string;
}) {
  return (
    <a
      id={id}
      class="button"
      href={href}
      hx-get={href}
      {...LIST_SWAP}
      hx-swap="outerHTML show:top showTarget:#results"
      safe
    >
      {label}
    </a>
  );
}

/** `1,234 messages`, `1,000+ messages`. */
function countedWords(counted: BoundedCount): string {
  const { count, isMore } = counted;
  const noun = count === 1 && !isMore ? "message" : "messages";
  return `${boundedCount(counted)} ${noun}`;
}

function shownWords(shown: number): string {
  return shown === 0 ? "" : `${shown} shown`;
}

/** For screen readers, each time the list changes. */
function spokenWords({ found }: MessageList, already: number): string {
  if (found === undefined) return "Can’t read this filter";
  const shown = already + found.page.messages.length;
  if (shown === 0) return "No messages shown";
  return `${countedWords(found.count)}, ${shown} shown, newest first`;
}
