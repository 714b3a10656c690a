import { verdictOnCode } from "../../src/errors/verdict.ts";
import {
  QUERY_LENGTH_MAX,
  type DictionarySearch,
} from "../../src/errors/dictionary.ts";
import type { ErrorCodeInfo } from "../../src/twilio/error-codes/error-codes.ts";
import { counted, countWords } from "../../src/words/amounts.ts";
import { MATTER_WORDS } from "./error-words.ts";
import { Layout } from "../parts/layout.tsx";
import type { Urls } from "../../src/site/urls.ts";
import type { Site } from "../site.ts";
import { attribute } from "../parts/values.tsx";

/** All of Twilio's error codes, searchable by number and by words. */
export function DictionaryPage({
  site,
  query,
  search,
  isNoCode = false,
}: {
  readonly site: Site;
  readonly query: string;
  readonly search: DictionarySearch;
  /** Shown instead of a code's page if the address names none. */
  readonly isNoCode?: boolean;
}) {
  const { urls } = site;
  return (
    <Layout site={site} title="Error codes" section="errors">
      <nav class="crumbs" aria-label="Back">
        <a href={urls.errors()}>← Errors</a>
      </nav>
      <div class="page-head">
        <h1>Look up an error code</h1>
      </div>
      {isNoCode ? (
        <p class="no-code" role="status">
          This address doesn’t name an error code. A code is a number of up to
          nine digits, such as 30003. Find it here.
        </p>
      ) : (
        ""
      )}
      <SearchForm urls={urls} query={query} />
      <section id="codes" aria-label="Error codes found">
        <p class="lead" role="status" safe>
          {foundWords(search)}
        </p>
        <Codes urls={urls} search={search} />
      </section>
    </Layout>
  );
}

function Codes({
  urls,
  search,
}: {
  readonly urls: Urls;
  readonly search: DictionarySearch;
}) {
  return search.codes.length === 0 ? (
    <div class="empty">
      <h2>No error code matches</h2>
      <p>
        Enter a number or its first digits, such as 300, or words from its
        meaning, such as unreachable or opted out.
      </p>
    </div>
  ) : (
    <table class="list dictionary">
      <colgroup>
        <col />
        <col class="col-matter" />
        <col class="col-retry" />
      </colgroup>
      <thead class="visually-hidden">
        <tr>
          <th scope="col">Error code</th>
          <th scope="col">Cause</th>
          <th scope="col">Retry?</th>
        </tr>
      </thead>
      <tbody>
        {search.codes.map((info) => (
          <CodeEntry urls={urls} info={info} />
        ))}
      </tbody>
    </table>
  );
}

/** Works by itself; htmx only searches while someone types. A whole code's number leads to its page. */
function SearchForm({
  urls,
  query,
}: {
  readonly urls: Urls;
  readonly query: string;
}) {
  return (
    <search>
      <form
        class="lookup"
        action={urls.dictionary()}
        method="get"
        hx-get={urls.dictionary()}
        hx-trigger="input delay:150ms"
        hx-target="#codes"
        hx-select="#codes"
        hx-swap="outerHTML"
        hx-sync="this:replace"
        hx-replace-url="true"
      >
        <div class="field">
          <label for="dictionary-q">Number or words</label>
          <input
            type="search"
            name="q"
            id="dictionary-q"
            value={attribute(query)}
            maxlength={QUERY_LENGTH_MAX}
            placeholder="30003, or unreachable"
            autocomplete="off"
            spellcheck="false"
          />
        </div>
        <button type="submit">Search</button>
      </form>
    </search>
  );
}

function CodeEntry({
  urls,
  info: { code, title, explanation },
}: {
  readonly urls: Urls;
  readonly info: ErrorCodeInfo;
}) {
  const matter = explanation ? MATTER_WORDS[explanation.matter] : "";
  const retry = explanation ? verdictOnCode(code).label : "";
  return (
    <tr>
      <td class="col-code">
        <a class="row-link" href={urls.error(code)}>
          <b>{code}</b> <span safe>{title ?? ""}</span>
        </a>
        {explanation ? (
          <>
            <p
              class="narrow-only advice-marks"
              safe
            >{`${matter} · ${retry}`}</p>
            <p class="advice" safe>
              {explanation.happened}
            </p>
          </>
        ) : (
          ""
        )}
      </td>
      <td class="col-matter" safe>
        {matter}
      </td>
      <td class="col-retry" safe>
        {retry}
      </td>
    </tr>
  );
}

function foundWords({ codes, found }: DictionarySearch): string {
  const shown = codes.length;
  return shown < found
    ? `${countWords(found)} codes; showing the first ${shown}. Type more to narrow the list.`
    : counted(found, "code");
}
