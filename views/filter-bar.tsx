import {
  CODE_LENGTH_MAX,
  TEXT_LENGTH_MAX,
  type FilterFields,
} from "../src/messages/messages-query.ts";
import { EVENT_STATUSES } from "../src/twilio/status.ts";
import type { Urls } from "./site.ts";
import { statusWord } from "./status.tsx";
import { attribute } from "./values.tsx";

/** The filter as a form whose state is the address. Works by itself; htmx only saves the reload. */
export function FilterBar({
  urls,
  fields,
}: {
  readonly urls: Urls;
  readonly fields: FilterFields;
}) {
  return (
    <search>
      <form
        id="filter"
        class="filter"
        action={urls.messages()}
        method="get"
        hx-get={urls.messages()}
        hx-trigger="submit, change target:select, input delay:300ms target:input"
        hx-target="#results"
        hx-select="#results"
        hx-select-oob="#found:innerHTML"
        hx-swap="outerHTML"
        hx-sync="this:replace"
        hx-push-url="true"
        hx-indicator="#results"
      >
        <div class="field filter-text">
          <label for="filter-q">Recipient or SID</label>
          <input
            type="search"
            name="q"
            id="filter-q"
            value={attribute(fields.q.slice(0, TEXT_LENGTH_MAX))}
            maxlength={TEXT_LENGTH_MAX}
            placeholder="+1415…, last 4 digits, or SM…"
            autocomplete="off"
            spellcheck="false"
          />
        </div>
        <div class="field">
          <label for="filter-status">Status</label>
          <select name="status" id="filter-status">
            <option value="">Any status</option>
            {EVENT_STATUSES.map((status) => (
              <option value={status} selected={fields.status === status} safe>
                {statusWord(status)}
              </option>
            ))}
          </select>
        </div>
        <div class="field filter-code">
          <label for="filter-code">Error code</label>
          <input
            name="code"
            id="filter-code"
            value={attribute(fields.code.slice(0, CODE_LENGTH_MAX))}
            maxlength={CODE_LENGTH_MAX}
            inputmode="numeric"
            placeholder="Any"
            autocomplete="off"
          />
        </div>
        <button type="submit">Filter</button>
      </form>
    </search>
  );
}
