import type { Controls } from "../../src/messages/filter-controls.ts";
import type { Offered } from "../../src/messages/message-list.ts";
import { FilterBox } from "./filter-box.tsx";
import { FilterControls } from "./filter-controls.tsx";
import { LIST_SWAP } from "../parts/list-swap.ts";
import type { Urls } from "../../src/site/urls.ts";

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
        hx-select-oob="#found:innerHTML,#quick,#controls,#controls-on,#views"
      >
        <label class="visually-hidden" for="filter-q">
          Filter the messages
        </label>
        <FilterBox urls={urls} q={q} />
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
