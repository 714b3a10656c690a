import type { Controls } from "../../src/messages/filter-controls.ts";
import { FILTER_LENGTH_MAX } from "../../src/messages/filter-mistakes.ts";
import type { Offered } from "../../src/messages/message-list.ts";
import { FilterControls } from "./filter-controls.tsx";
import { FilterSuggestions } from "./filter-suggestions.tsx";
import { LIST_SWAP } from "../parts/list-swap.ts";
import type { Urls } from "../../src/site/urls.ts";
import { attribute } from "../parts/values.tsx";

/**
 * The filter, whose state is the address: a box for its language, and controls for those
 * who do not type. Both are forms that work by themselves; htmx saves the reload.
 */
export function FilterBar({
  urls,
  q,
  controls,
  offered,
}: {
  readonly urls: Urls;
  readonly q: string;
  readonly controls: Controls;
  readonly offered: Offered;
}) {
  const isOn = Object.values(controls).some((value) => value !== "");
  return (
    <search class="filter">
      <form
        id="filter"
        class="filter-form"
        action={urls.messages()}
        method="get"
        hx-get={urls.messages()}
        hx-trigger="submit, input delay:400ms target:#filter-q"
        {...LIST_SWAP}
        // All but the box, in which someone is typing.
        hx-select-oob="#found:innerHTML,#quick,#controls,#controls-on"
      >
        <label class="visually-hidden" for="filter-q">
          Filter the messages
        </label>
        <div class="filter-box">
          <FilterInput urls={urls} q={q} />
          <FilterSuggestions suggestions={[]} />
        </div>
        <button type="submit" class="button-primary">
          Filter
        </button>
      </form>
      <details class="filter-more">
        <summary class="button">
          Fields <span id="controls-on">{isOn ? <b>on</b> : ""}</span>
        </summary>
        <FilterControls {...{ urls, q, controls, offered }} />
      </details>
    </search>
  );
}

function FilterInput({ urls, q }: { readonly urls: Urls; readonly q: string }) {
  return (
    <input
      type="search"
      name="q"
      id="filter-q"
      value={attribute(q.slice(0, FILTER_LENGTH_MAX))}
      maxlength={FILTER_LENGTH_MAX}
      placeholder="status:failed, +1415…, last 4 digits, SM…"
      autocomplete="off"
      autocapitalize="off"
      spellcheck="false"
      role="combobox"
      aria-expanded="false"
      aria-controls="suggestions"
      aria-autocomplete="list"
      hx-get={urls.messagesSuggest}
      hx-trigger="input delay:100ms, suggest"
      hx-target="#suggestions"
      hx-swap="outerHTML"
      hx-sync="this:replace"
      hx-indicator="#none"
    />
  );
}
