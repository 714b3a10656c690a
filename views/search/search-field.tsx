import { SEARCH_LENGTH_MAX } from "../../src/search/meaning.ts";
import type { Urls } from "../../src/site/urls.ts";

/**
 * The search in the frame of every page. By itself the form leads to the page of what is found;
 * search.js shows findings while someone types. Where there's no room for it, a link leads there.
 */
export function SearchField({ urls }: { readonly urls: Urls }) {
  return (
    <search class="find">
      <form action={urls.search()} method="get" class="find-form">
        <label class="visually-hidden" for="find-q">
          Find anything
        </label>
        <input
          type="search"
          name="q"
          id="find-q"
          maxlength={SEARCH_LENGTH_MAX}
          placeholder="Find anything"
          title="A number or part of one, a SID, an order number, an error code or its meaning, a page ( / or Ctrl K )"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          role="combobox"
          aria-expanded="false"
          aria-controls="finds-list"
          aria-autocomplete="list"
          aria-keyshortcuts="/ Control+K Meta+K"
          hx-get={urls.searchSuggest}
          hx-trigger="input delay:150ms, suggest"
          hx-target="#finds"
          hx-swap="outerHTML"
          hx-sync="this:replace"
          hx-indicator="#none"
        />
        <kbd class="find-key" aria-hidden="true">
          /
        </kbd>
        <div id="finds" class="finds" hidden>
          <div id="finds-list" role="listbox" aria-label="Found"></div>
        </div>
      </form>
      <a class="tool find-link" href={urls.search()} title="Find anything">
        <svg
          class="icon"
          viewBox="0 0 20 20"
          width="20"
          height="20"
          aria-hidden="true"
        >
          <path d="M9 3.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11zM13 13l4 4"></path>
        </svg>
        <span class="visually-hidden">Find anything</span>
      </a>
    </search>
  );
}
