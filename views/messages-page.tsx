import {
  isFiltered,
  type MessagesQuery,
} from "../src/messages/messages-query.ts";
import {
  LAST_DIGITS_MIN,
  type MessagePage,
  type StatusCount,
} from "../src/store/store.ts";
import { FilterBar } from "./filter-bar.tsx";
import { Layout } from "./layout.tsx";
import { MessagesTable } from "./messages-table.tsx";
import { SetupSteps } from "./setup-steps.tsx";
import type { Site, Urls } from "./site.ts";
import { StatusStrip } from "./status-strip.tsx";

export type MessagesView = {
  readonly site: Site;
  readonly query: MessagesQuery;
  /** What the query found; undefined when it has mistakes. */
  readonly found: MessagePage | undefined;
  readonly lastDay: readonly StatusCount[];
  readonly now: number;
  /** Where this page was asked for, e.g. `http://127.0.0.1:3000`. */
  readonly origin: string;
};

/** The list of messages, or before the first one, how to set Twilio up. */
export function MessagesPage({
  site,
  query,
  found,
  lastDay,
  now,
  origin,
}: MessagesView) {
  const { urls } = site;
  if (found && found.messages.length === 0 && isWholeList(query)) {
    return (
      <Layout site={site} title="Set Twilio up" section="messages">
        <SetupSteps site={site} origin={origin} />
      </Layout>
    );
  }
  return (
    <Layout site={site} title="Messages" section="messages">
      <div class="page-head">
        <h1>Messages</h1>
        <StatusStrip
          urls={urls}
          counts={lastDay}
          current={query.fields.status}
        />
      </div>
      <FilterBar urls={urls} fields={query.fields} />
      <p id="found" class="visually-hidden" role="status" safe>
        {foundWords(found)}
      </p>
      <section id="results" aria-label="Messages found">
        <Results urls={urls} query={query} found={found} now={now} />
      </section>
    </Layout>
  );
}

function Results({
  urls,
  query,
  found,
  now,
}: Pick<MessagesView, "query" | "found" | "now"> & { readonly urls: Urls }) {
  if (found === undefined) return <Mistakes urls={urls} query={query} />;
  if (found.messages.length === 0)
    return <NothingFound urls={urls} query={query} />;
  return (
    <>
      <MessagesTable urls={urls} messages={found.messages} now={now} />
      <Pager urls={urls} query={query} found={found} />
    </>
  );
}

function Mistakes({
  urls,
  query,
}: {
  readonly urls: Urls;
  readonly query: MessagesQuery;
}) {
  return (
    <div class="empty">
      <h2>The filter is not understood</h2>
      <ul class="mistakes">
        {query.mistakes.map((mistake) => (
          <li safe>{mistake}</li>
        ))}
      </ul>
      <ClearLink urls={urls} label="Show all messages" />
    </div>
  );
}

function NothingFound({
  urls,
  query,
}: {
  readonly urls: Urls;
  readonly query: MessagesQuery;
}) {
  if (!isFirstPage(query)) {
    return (
      <div class="empty">
        <h2>Nothing further here</h2>
        <p>There are no messages on this side of the list.</p>
        <PartLink href={urls.messages(query.fields)} label="Go to the newest" />
      </div>
    );
  }
  return (
    <div class="empty">
      <h2>No message matches</h2>
      <p>
        The search takes a message SID or its beginning, or a recipient’s
        number: whole, its beginning, or at least its last {LAST_DIGITS_MIN}{" "}
        digits.
      </p>
      <ClearLink urls={urls} label="Clear the filter" />
    </div>
  );
}

function Pager({
  urls,
  query,
  found,
}: {
  readonly urls: Urls;
  readonly query: MessagesQuery;
  readonly found: MessagePage;
}) {
  const { newer, older } = found;
  const { fields } = query;
  return (
    <div class="results-foot">
      <p>
        <span safe>{foundWords(found)}</span>
        {isFiltered(fields) ? (
          <>
            {" · "}
            <ClearLink urls={urls} label="Clear the filter" />
          </>
        ) : (
          ""
        )}
      </p>
      <nav class="pager" aria-label="Older and newer messages">
        {newer === undefined ? (
          ""
        ) : (
          <>
            <PageLink id="newest" href={urls.messages(fields)} label="Newest" />
            <PageLink
              id="newer"
              href={urls.messages({ ...fields, after: newer })}
              label="← Newer"
            />
          </>
        )}
        {older === undefined ? (
          ""
        ) : (
          <PageLink
            id="older"
            href={urls.messages({ ...fields, before: older })}
            label="Older →"
          />
        )}
      </nav>
    </div>
  );
}

type LinkProps = { readonly href: string; readonly label: string };

/** Swaps the list and leaves the filter alone. */
function PageLink({ id, href, label }: LinkProps & { readonly id: string }) {
  return (
    <a
      id={id}
      class="button"
      href={href}
      hx-get={href}
      hx-target="#results"
      hx-select="#results"
      hx-select-oob="#found:innerHTML"
      hx-swap="outerHTML show:top showTarget:#results"
      hx-push-url="true"
      hx-indicator="#results"
      safe
    >
      {label}
    </a>
  );
}

function ClearLink({
  urls,
  label,
}: {
  readonly urls: Urls;
  readonly label: string;
}) {
  return <PartLink href={urls.messages()} label={label} />;
}

/** Swaps all between header and footer, as the filter's own fields change too. */
function PartLink({ href, label }: LinkProps) {
  return (
    <a
      href={href}
      hx-get={href}
      hx-target="#main"
      hx-select="#main"
      hx-swap="outerHTML"
      hx-push-url="true"
      safe
    >
      {label}
    </a>
  );
}

function foundWords(found: MessagePage | undefined): string {
  const count = found?.messages.length ?? 0;
  if (count === 0) return "No messages shown";
  const noun = count === 1 ? "message" : "messages";
  const more = found?.isPartial
    ? ". The search fits too much to look at all of it: type more of it"
    : "";
  return `${count} ${noun} shown, newest first${more}`;
}

function isWholeList(query: MessagesQuery): boolean {
  return !isFiltered(query.fields) && isFirstPage(query);
}

function isFirstPage({ page }: MessagesQuery): boolean {
  return page.olderThan === undefined && page.newerThan === undefined;
}
