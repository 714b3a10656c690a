import type { Children } from "@kitajs/html";
import type {
  EndpointField,
  EndpointMistake,
} from "../../src/forwarding/endpoint-rules.ts";
import {
  NAME_LENGTH_MAX,
  RATE_MAX,
  URL_LENGTH_MAX,
} from "../../src/forwarding/endpoint-rules.ts";
import { CONCURRENCY_MAX } from "../../src/store/endpoints.ts";
import { FilterBox } from "../messages/filter-box.tsx";
import { FormToken } from "../parts/form-token.tsx";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { EventsField } from "./events-field.tsx";

/** The fields of an endpoint as they were filled in. */
export type EndpointForm = {
  readonly name: string;
  readonly url: string;
  readonly filter: string;
  /** Null for all events. */
  readonly events: readonly string[] | null;
  readonly rate: string;
  readonly concurrency: string;
  readonly mistakes: readonly EndpointMistake[];
};

const LABELS: Record<EndpointField, string> = {
  name: "Name",
  url: "URL",
  filter: "Filter",
  events: "Events",
  ratePerSecond: "Rate",
  concurrency: "Requests at once",
};

type FormProps = { readonly site: Site; readonly form: EndpointForm };

/** The form for a new endpoint, or for changes to one. */
export function EndpointFields({
  site,
  form,
  action,
  once,
  children,
}: FormProps & {
  readonly action: string;
  /** Identifies the form, so that sending it twice doesn't add two endpoints. */
  readonly once?: string | undefined;
  /** Its buttons. */
  readonly children: Children;
}) {
  return (
    <form class="settings-form endpoint-form" method="post" action={action}>
      <FormToken site={site} />
      {once === undefined ? (
        ""
      ) : (
        <input type="hidden" name="once" value={once} />
      )}
      <Mistakes mistakes={form.mistakes} />
      <NameAndUrl form={form} />
      <FilterField site={site} form={form} />
      <EventsField events={form.events} invalid={invalid(form, "events")} />
      <Limits form={form} />
      <div class="form-buttons">{children}</div>
    </form>
  );
}

function Mistakes({ mistakes }: Pick<EndpointForm, "mistakes">) {
  if (mistakes.length === 0) return "";
  return (
    <div id="mistakes" class="mistake" role="alert">
      {mistakes.length === 1 ? "" : <p>Nothing was saved:</p>}
      <ul>
        {mistakes.map(({ field, sentence }) => (
          <li>
            <b safe>{`${LABELS[field]}:`}</b> <span safe>{sentence}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Whether a field has a mistake, for screen readers. */
function invalid({ mistakes }: EndpointForm, field: EndpointField) {
  return mistakes.some((mistake) => mistake.field === field)
    ? { "aria-invalid": "true" as const }
    : {};
}

function NameAndUrl({ form }: Pick<FormProps, "form">) {
  return (
    <>
      <label for="name">Name</label>
      <input
        id="name"
        name="name"
        value={attribute(form.name)}
        maxlength={NAME_LENGTH_MAX}
        required
        autocomplete="off"
        aria-describedby="name-hint"
        {...invalid(form, "name")}
      />
      <p id="name-hint" class="hint">
        What receives the events, such as <i>crm</i>.
      </p>
      <label for="url">URL</label>
      <input
        id="url"
        name="url"
        type="text"
        inputmode="url"
        class="wide mono"
        value={attribute(form.url)}
        maxlength={URL_LENGTH_MAX}
        placeholder="https://hooks.example.com/sms"
        required
        autocomplete="off"
        spellcheck="false"
        aria-describedby="url-hint"
        {...invalid(form, "url")}
      />
      <p id="url-hint" class="hint">
        It must answer each <code>POST</code> with a 2xx status within 15
        seconds. Private addresses and http work only if{" "}
        <code>FORWARD_ALLOW</code> lists them.
      </p>
    </>
  );
}

function FilterField({ site, form }: FormProps) {
  return (
    <>
      <label for="filter-q">Filter</label>
      <FilterBox urls={site.urls} q={form.filter} describedBy="filter-hint" />
      <p id="filter-hint" class="hint">
        In the language of the Messages page; empty for every message. Status
        code and source are the event’s, everything else is its message’s.
      </p>
    </>
  );
}

function Limits({ form }: Pick<FormProps, "form">) {
  return (
    <details class="endpoint-limits" open={hasLimitMistake(form)}>
      <summary>Limits</summary>
      <label for="rate">Requests per second</label>
      <input
        id="rate"
        name="rate"
        class="short"
        inputmode="numeric"
        value={attribute(form.rate)}
        required
        aria-describedby="rate-hint"
        {...invalid(form, "ratePerSecond")}
      />
      <p id="rate-hint" class="hint" safe>
        {`1 to ${RATE_MAX.toLocaleString("en-US")}. More events than that wait; none is left out.`}
      </p>
      <label for="concurrency">Requests at once</label>
      <input
        id="concurrency"
        name="concurrency"
        class="short"
        inputmode="numeric"
        value={attribute(form.concurrency)}
        required
        aria-describedby="concurrency-hint"
        {...invalid(form, "concurrency")}
      />
      <p id="concurrency-hint" class="hint">
        {`1 to ${CONCURRENCY_MAX}, used only to catch up. With 1, events always arrive in order.`}
      </p>
    </details>
  );
}

function hasLimitMistake({ mistakes }: EndpointForm): boolean {
  return mistakes.some(
    ({ field }) => field === "ratePerSecond" || field === "concurrency",
  );
}
