import { filterText, termPair } from "../../src/messages/filter-language.ts";
import type { Term } from "../../src/messages/filter-language.ts";
import type { FilterMistake } from "../../src/messages/filter-mistakes.ts";
import {
  isFirstPage,
  type MessagesQuery,
} from "../../src/messages/messages-query.ts";
import { LAST_DIGITS_MIN } from "../../src/store/filter.ts";
import type { MessagePage } from "../../src/store/store.ts";
import { explainErrorCode } from "../../src/twilio/error-codes/error-codes.ts";
import { isEventStatus } from "../../src/twilio/status.ts";
import { LIST_SWAP } from "../parts/list-swap.ts";
import type { Urls } from "../../src/site/urls.ts";
import { shortened } from "../parts/values.tsx";

/** Mistakes and terms shown at most. */
const SHOWN_MAX = 6;
/** Characters of the filter that are shown after the last mistake. */
const AFTER_MAX = 60;

/** What is wrong with a filter, and where. */
export function FilterMistakes({
  urls,
  query,
}: {
  readonly urls: Urls;
  readonly query: MessagesQuery;
}) {
  return (
    <MistakenFilter
      q={query.q}
      mistakes={query.parsed.mistakes}
      others={query.mistakes}
      wayOut={<FilterLink href={urls.messages()} label="Show all messages" />}
    />
  );
}

/** The text of a filter with what is wrong with it, and what else is wrong with the address. */
export function MistakenFilter({
  q,
  mistakes,
  others,
  wayOut,
}: {
  readonly q: string;
  readonly mistakes: readonly FilterMistake[];
  /** Sentences. */
  readonly others: readonly string[];
  readonly wayOut: JSX.Element;
}) {
  const inFilter = mistakes.slice(0, SHOWN_MAX);
  return (
    <div class="empty mistaken">
      <h2>Can’t read this filter</h2>
      {inFilter.length === 0 ? (
        ""
      ) : (
        <p class="marked">
          <bdi>
            <Marked text={q} mistakes={inFilter} />
          </bdi>
        </p>
      )}
      <ul class="mistakes">
        {others.map((sentence) => (
          <li safe>{sentence}</li>
        ))}
        {inFilter.map(({ sentence }) => (
          <li safe>{sentence}</li>
        ))}
      </ul>
      <p>{wayOut}</p>
    </div>
  );
}

/** The filter's text with its wrong parts marked. */
function Marked({
  text,
  mistakes,
}: {
  readonly text: string;
  readonly mistakes: readonly FilterMistake[];
}) {
  const parts: JSX.Element[] = [];
  let end = 0;
  for (const { from, to } of mistakes) {
    if (from < end) continue;
    parts.push(
      <span safe>{text.slice(end, from)}</span>,
      <mark safe>{shortened(text.slice(from, to), AFTER_MAX)}</mark>,
    );
    end = to;
  }
  parts.push(<span safe>{shortened(text.slice(end), AFTER_MAX)}</span>);
  return <>{parts}</>;
}

/** Why a list is empty, and what to try. */
export function NothingFound({
  urls,
  query,
  page,
}: {
  readonly urls: Urls;
  readonly query: MessagesQuery;
  readonly page: MessagePage;
}) {
  if (page.lookedBackTo !== undefined && page.older !== undefined) {
    return (
      <div class="empty">
        <h2>No match so far</h2>
        <p>This search hit its limit. Older messages may match.</p>
      </div>
    );
  }
  if (!isFirstPage(query)) {
    return (
      <div class="empty">
        <h2>Nothing here</h2>
        <p>There are no more messages in this direction.</p>
        <FilterLink
          href={urls.messages({ q: query.q })}
          label="Go to the latest"
        />
      </div>
    );
  }
  if (query.q === "") {
    return (
      <div class="empty">
        <h2>No messages yet</h2>
        <p>Messages appear here with their first callback from Twilio.</p>
        <a class="button" href={urls.overview()}>
          How to set up Twilio
        </a>
      </div>
    );
  }
  return (
    <div class="empty">
      <h2>No matching messages</h2>
      <WaysOn urls={urls} terms={query.parsed.terms} />
      <p>
        A word without a name is a message SID or its beginning, or a
        recipient’s number, its beginning, or at least its last{" "}
        {LAST_DIGITS_MIN} digits, or the beginning of a recipient’s or sender’s
        name.
      </p>
      <FilterLink href={urls.messages()} label="Clear the filter" />
    </div>
  );
}

/** The same filter with fewer terms, or with the likely intended ones. */
function WaysOn({
  urls,
  terms,
}: {
  readonly urls: Urls;
  readonly terms: readonly Term[];
}) {
  const meant = terms.flatMap((term) => {
    const text = meantBy(term);
    return text === undefined ? [] : [text];
  });
  const fewer =
    terms.length < 2
      ? []
      : terms.map((term) => ({
          without: filterText([termPair(term)]),
          q: filterText(terms.filter((each) => each !== term).map(termPair)),
        }));
  if (meant.length + fewer.length === 0) return "";
  return (
    <ul class="ways-on">
      {meant.slice(0, SHOWN_MAX).map((text) => (
        <li>
          Did you mean{" "}
          <FilterLink href={urls.messages({ q: text })} label={text} />?
        </li>
      ))}
      {fewer.slice(0, SHOWN_MAX).map(({ without, q }) => (
        <li>
          <FilterLink
            href={urls.messages({ q })}
            label={`Without ${shortened(without)}`}
          />
        </li>
      ))}
    </ul>
  );
}

/** A bare word that is a status or an error code probably isn't a recipient. */
function meantBy({ condition }: Term): string | undefined {
  if (condition?.field !== "word" || condition.negated) return undefined;
  const word = condition.text.toLowerCase();
  if (isEventStatus(word)) return filterText([["status", word]]);
  const isCode =
    /^\d{5}$/.test(word) && explainErrorCode(Number(word)).title !== undefined;
  return isCode ? filterText([["code", word]]) : undefined;
}

/** Swaps the list, the filter's box and all that shows the filter. */
function FilterLink({
  href,
  label,
}: {
  readonly href: string;
  readonly label: string;
}) {
  return (
    <a href={href} hx-get={href} {...LIST_SWAP}>
      <bdi safe>{label}</bdi>
    </a>
  );
}
