import { FILTER_LENGTH_MAX } from "../../src/messages/filter-mistakes.ts";
import type { Urls } from "../../src/site/urls.ts";
import { attribute } from "../parts/values.tsx";
import { FilterSuggestions } from "./filter-suggestions.tsx";

/**
 * The box for a filter, the field `q` of its form, with suggestions. A page has at most one;
 * its label is `for="filter-q"`, and its scripts include messages.js.
 */
export function FilterBox({
  urls,
  q,
  describedBy,
  example = "status:failed, +1415…, last 4 digits, SM…",
  without = [],
}: {
  readonly urls: Urls;
  readonly q: string;
  /** The id of what explains it. */
  readonly describedBy?: string;
  /** What the empty box shows: only what it takes. */
  readonly example?: string;
  /** Names that aren't suggested, because it doesn't take them. */
  readonly without?: readonly string[];
}) {
  return (
    <div class="filter-box">
      <input
        type="search"
        name="q"
        id="filter-q"
        value={attribute(q.slice(0, FILTER_LENGTH_MAX))}
        maxlength={FILTER_LENGTH_MAX}
        placeholder={attribute(example)}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        role="combobox"
        aria-expanded="false"
        aria-controls="suggestions"
        aria-autocomplete="list"
        aria-describedby={describedBy}
        hx-get={urls.messagesSuggest(without)}
        hx-trigger="input delay:100ms, suggest"
        hx-target="#suggestions"
        hx-swap="outerHTML"
        hx-sync="this:replace"
        hx-indicator="#none"
      />
      <FilterSuggestions suggestions={[]} />
    </div>
  );
}
