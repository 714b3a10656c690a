import {
  supportWords,
  type AboutMessage,
} from "../../src/messages/support-words.ts";
import { SupportCard } from "../messages/support-card.tsx";
import type { FeedPosition } from "../../src/store/feed-position.ts";
import { verdictOnNumber } from "../../src/errors/verdict.ts";
import { countryName } from "../../src/phone/country-names.ts";
import { addressText, filterText } from "../../src/messages/filter-language.ts";
import type {
  Suppression,
  SuppressionChange,
} from "../../src/store/suppressions.ts";
import type {
  Recipient,
  RecipientSummary,
} from "../../src/numbers/recipient.ts";
import {
  FAILURES_MIN,
  type MessagePage,
  type MessageRow,
  type PageRequest,
} from "../../src/store/store.ts";
import { boundedCount } from "../../src/words/amounts.ts";
import { ErrorExplained } from "../errors/error-explained.tsx";
import { LIST_TRIGGER } from "../parts/refresh.ts";
import { Layout } from "../parts/layout.tsx";
import { MessagesTable } from "../messages/messages-table.tsx";
import { NumberListed } from "../suppressions/number-listed.tsx";
import type { Site } from "../site.ts";
import { Status } from "../parts/status.tsx";
import { Ago } from "../parts/time.tsx";
import { Address, shortened } from "../parts/values.tsx";
import { Failures, VerdictMark } from "../errors/verdict.tsx";

export type LatestMessage = AboutMessage & { readonly message: MessageRow };

export type NumberView = {
  readonly site: Site;
  readonly recipient: Recipient;
  readonly summary: RecipientSummary;
  /** On the "do not send" list, by channel. */
  readonly entries: readonly Suppression[];
  /** The latest changes of these entries, newest first. */
  readonly changes: readonly SuppressionChange[];
  readonly found: MessagePage;
  /** Undefined on the further pages of the list. */
  readonly latest: LatestMessage | undefined;
  /** The page's origin as its reader sees it. */
  readonly origin: string;
  readonly pageRequest: PageRequest;
  readonly live: FeedPosition;
  readonly now: number;
};

/** One recipient: whether messages are delivered, and all of them. */
export function NumberPage(view: NumberView) {
  const { site, recipient, pageRequest, live } = view;
  const { urls } = site;
  const name = nameOf(view);
  const list = filterText([["to", name]]);
  return (
    <Layout
      site={site}
      title={shortened(recipient.address)}
      section="numbers"
      live={live}
    >
      <p class="crumbs">
        <a href={urls.numbers()}>← Numbers</a>
      </p>
      <div class="page-head">
        <div class="number-name">
          <h1 id="address">
            <Address value={recipient.address} />
          </h1>
          {site.masksNumbers ? (
            ""
          ) : (
            <button type="button" class="copy-button" data-copy="#address">
              Copy
            </button>
          )}
        </div>
        <a class="button" href={urls.messages({ q: list })}>
          Filter these messages
        </a>
      </div>
      <div
        id="number"
        hx-get={hereOf(view, pageRequest)}
        hx-trigger={LIST_TRIGGER}
        hx-select="#number"
        hx-swap="outerMorph"
      >
        <Facts view={view} />
        <Latest view={view} />
        <Verdict view={view} />
        <NumberListed
          site={site}
          entries={view.entries}
          changes={view.changes}
          now={view.now}
        />
        <h2 class="section-title">Messages</h2>
        {view.found.messages.length === 0 ? (
          <p class="empty">There are no more messages in this direction.</p>
        ) : (
          <MessagesTable
            urls={urls}
            messages={view.found.messages}
            now={view.now}
          />
        )}
        <Pager view={view} />
      </div>
    </Layout>
  );
}

/** How links name the recipient. */
function nameOf({ site, recipient }: Pick<NumberView, "site" | "recipient">) {
  return addressText(recipient.address, recipient.id, site.masksNumbers);
}

function hereOf(
  view: NumberView,
  { olderThan, newerThan }: Partial<PageRequest> = {},
): string {
  return view.site.urls.number(nameOf(view), {
    ...(olderThan !== undefined && { older: olderThan }),
    ...(newerThan !== undefined && { newer: newerThan }),
  });
}

function Facts({ view: { summary, now } }: { readonly view: NumberView }) {
  const { country, messages, byStatus } = summary;
  return (
    <dl class="figures card">
      <div>
        <dt>Messages</dt>
        <dd safe>{boundedCount(messages)}</dd>
      </div>
      {byStatus.map(({ status, messages: count }) => (
        <div>
          <dt>
            <Status status={status} />
          </dt>
          <dd safe>{boundedCount(count)}</dd>
        </div>
      ))}
      <div>
        <dt>Country</dt>
        <dd safe>{country === null ? "Unknown" : countryName(country)}</dd>
      </div>
      <div>
        <dt>First message</dt>
        <dd>
          <Ago at={summary.firstMessageAt} now={now} />
        </dd>
      </div>
      <div>
        <dt>Latest message</dt>
        <dd>
          <Ago at={summary.lastMessageAt} now={now} />
        </dd>
      </div>
    </dl>
  );
}

/** Whether it keeps failing, why, and what to do about it. */
function Verdict({ view }: { readonly view: NumberView }) {
  const { site, summary, entries } = view;
  const { recent, lastFailure } = summary;
  const [listed] = entries.toSorted((a, b) => b.changeId - a.changeId);
  if (listed === undefined && recent.failures < FAILURES_MIN) return "";
  const verdict = verdictOnNumber(recent, listed ?? null);
  if (verdict === undefined) return "";
  const errorCode = listed?.errorCode ?? lastFailure?.errorCode ?? null;
  return (
    <>
      <div class="verdict">
        <VerdictMark verdict={verdict} />
        <p class="verdict-count">
          <Failures failures={recent.failures} messages={recent.messages} /> of
          the latest messages weren’t delivered
        </p>
      </div>
      {errorCode === null ? (
        <p safe>{verdict.whatToDo}</p>
      ) : (
        <ErrorExplained urls={site.urls} code={errorCode} verdict={verdict} />
      )}
    </>
  );
}

/** What to tell whoever asks, which is most often about the latest message. */
function Latest({
  view: { site, latest, origin, now },
}: {
  readonly view: NumberView;
}) {
  if (latest === undefined) return "";
  const { urls } = site;
  const path = urls.message(latest.message.messageSid);
  return (
    <SupportCard
      words={supportWords(latest.message, latest, now)}
      link={urls.absolute(path, origin)}
    >
      <a href={path}>The latest message</a>
    </SupportCard>
  );
}

function Pager({ view }: { readonly view: NumberView }) {
  const { older, newer } = view.found;
  if (older === undefined && newer === undefined) return "";
  return (
    <div class="results-foot">
      <p>Newest first</p>
      <nav class="pager" aria-label="Older and newer messages">
        {newer === undefined ? (
          ""
        ) : (
          <>
            <a id="newest" class="button" href={hereOf(view)}>
              Newest
            </a>
            <a
              id="newer"
              class="button"
              href={hereOf(view, { newerThan: newer })}
            >
              ← Newer
            </a>
          </>
        )}
        {older === undefined ? (
          ""
        ) : (
          <a
            id="older"
            class="button"
            href={hereOf(view, { olderThan: older })}
          >
            Older →
          </a>
        )}
      </nav>
    </div>
  );
}
