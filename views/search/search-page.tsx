import { SEARCH_LENGTH_MAX } from "../../src/search/meaning.ts";
import type { Group } from "../../src/search/found.ts";
import { counted } from "../../src/words/amounts.ts";
import { Layout } from "../parts/layout.tsx";
import { attribute, shortened } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { FindingLine, gapWords, kindWords, linkOf } from "./finding.tsx";
import type { FoundView } from "./suggestions.tsx";

/** Everything that a text finds; all pages while there is none. */
export function SearchPage(view: FoundView) {
  const { site, q, found } = view;
  const title = found.text === "" ? "Find anything" : shortened(found.text);
  return (
    <Layout site={site} title={title} hasOwnSearch={true}>
      <div class="page-head">
        <h1>Find anything</h1>
      </div>
      <SearchForm site={site} q={q} />
      <section id="found-all" aria-label="Found">
        <p class="visually-hidden" role="status" safe>
          {foundWords(view)}
        </p>
        {found.groups.map((group) => (
          <FoundGroup site={site} group={group} now={view.now} />
        ))}
        {found.groups.length === 0 ? (
          <NothingFound text={found.text} site={site} />
        ) : (
          ""
        )}
        {found.gaps.map((gap) => (
          <p class="finds-note" safe>
            {gapWords(gap)}
          </p>
        ))}
      </section>
    </Layout>
  );
}

/** Works by itself; htmx only searches while someone types. What names one thing leads to it. */
function SearchForm({
  site: { urls },
  q,
}: {
  readonly site: Site;
  readonly q: string;
}) {
  return (
    <search>
      <form
        class="lookup"
        action={urls.search()}
        method="get"
        hx-get={urls.search()}
        hx-trigger="input delay:150ms"
        hx-target="#found-all"
        hx-select="#found-all"
        hx-swap="outerHTML"
        hx-sync="this:replace"
        hx-replace-url="true"
      >
        <div class="field">
          <label for="find-q">
            A number or part of one, a SID, an order number, an error code or
            its meaning, a page
          </label>
          <input
            type="search"
            name="q"
            id="find-q"
            value={attribute(q)}
            maxlength={SEARCH_LENGTH_MAX}
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            autofocus={q === ""}
          />
        </div>
        <button type="submit">Find</button>
      </form>
    </search>
  );
}

function FoundGroup({
  site,
  group,
  now,
}: {
  readonly site: Site;
  readonly group: Group;
  readonly now: number;
}) {
  return (
    <>
      <h2 class="section-title" safe>
        {kindWords(group)}
      </h2>
      <ul class="found-list card">
        {group.findings.map((finding) => (
          <li>
            <a
              class="row-link find-option"
              href={attribute(linkOf(finding, site))}
            >
              <FindingLine finding={finding} now={now} />
            </a>
          </li>
        ))}
      </ul>
    </>
  );
}

function NothingFound({
  site: { urls },
  text,
}: {
  readonly site: Site;
  readonly text: string;
}) {
  return (
    <div class="empty">
      <h2>Nothing found</h2>
      <p>
        Nothing here is called, or begins or ends like,{" "}
        <bdi safe>{shortened(text)}</bdi>. A number is found by its beginning
        with the plus sign, or by its last four digits or more; a tag by the
        beginning of its value.
      </p>
      <a href={urls.messages()}>All messages</a>
    </div>
  );
}

/** For screen readers, each time it changes. */
function foundWords({ found: { groups } }: FoundView): string {
  const count = groups.reduce((sum, { findings }) => sum + findings.length, 0);
  return count === 0 ? "Nothing found" : `${counted(count, "result")}`;
}
