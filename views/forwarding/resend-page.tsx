import type {
  GivenResend,
  ResendField,
  ResendMistake,
  ResendRequest,
} from "../../src/forwarding/resend-request.ts";
import { RATE_MAX } from "../../src/forwarding/endpoint-rules.ts";
import type { EndpointReport } from "../../src/forwarding/endpoint-report.ts";
import type { ResendPreview } from "../../src/forwarding/resend-preview.ts";
import type { BoundedCount } from "../../src/store/tally.ts";
import {
  boundedCount,
  counted,
  countWords,
  duration,
} from "../../src/words/amounts.ts";
import { minuteWords } from "../../src/words/times.ts";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import { attribute } from "../parts/values.tsx";
import type { Site } from "../site.ts";
import { EndpointCrumbs } from "./endpoint-edit-page.tsx";

export type ResendView = {
  readonly site: Site;
  readonly report: EndpointReport;
  readonly given: GivenResend;
  readonly mistakes: readonly ResendMistake[];
  /** What would be sent, once it's readable. */
  readonly preview?:
    (ResendPreview & { readonly request: ResendRequest }) | undefined;
};

/** Chooses what to send again, shows how much that is, and starts it. */
export function ResendPage(view: ResendView) {
  const { site, report, preview } = view;
  const { endpoint } = report;
  return (
    <Layout
      site={site}
      title={`Send again to ${endpoint.name}`}
      section="forwarding"
    >
      <EndpointCrumbs site={site} endpoint={endpoint} />
      <div class="page-head">
        <h1>
          Send again to <bdi safe>{endpoint.name}</bdi>
        </h1>
      </div>
      <p class="list-lead">
        Events are sent again with the same <code>webhook-id</code>, so the
        receiver can recognize those that it already has.
      </p>
      {preview === undefined ? "" : <Preview {...view} preview={preview} />}
      <Choice {...view} />
    </Layout>
  );
}

function Choice({ site, report, given, mistakes, preview }: ResendView) {
  const { endpoint, givenUp } = report;
  const isRange = given.what === "range";
  return (
    <form
      class="settings-form resend-form"
      method="get"
      action={site.urls.endpointResend(endpoint.id)}
    >
      {mistakes.length === 0 ? (
        ""
      ) : (
        <div id="mistakes" class="mistake" role="alert">
          {mistakes.map(({ sentence }) => (
            <p safe>{sentence}</p>
          ))}
        </div>
      )}
      <fieldset>
        <legend>What to send again</legend>
        <label class="choice">
          <input type="radio" name="what" value="failed" checked={!isRange} />
          <span>
            <b>Everything that was given up</b>
            <span class="hint" safe>
              {givenUp === 0
                ? "Nothing was."
                : `${counted(givenUp, "event")} whose last attempt failed, whatever the filter is now.`}
            </span>
          </span>
        </label>
        <label class="choice">
          <input type="radio" name="what" value="range" checked={isRange} />
          <span>
            <b>A time range</b>
            <span class="hint">
              All events that were received in it and match the endpoint’s
              filter and events as they are now, delivered or not.
            </span>
          </span>
        </label>
        <div class="resend-range">
          <TimeField name="from" label="From (UTC)" {...{ given, mistakes }} />
          <TimeField
            name="until"
            label="Until (UTC)"
            {...{ given, mistakes }}
          />
        </div>
      </fieldset>
      <label for="rate">Requests per second</label>
      <input
        id="rate"
        name="rate"
        class="short"
        inputmode="numeric"
        value={attribute(given.rate ?? "")}
        required
        aria-describedby="rate-hint"
        {...invalid(mistakes, "rate")}
      />
      <p id="rate-hint" class="hint" safe>
        {`1 to ${RATE_MAX.toLocaleString("en-US")}. New events are sent first.`}
      </p>
      <div class="form-buttons">
        <button class={preview === undefined ? "button-primary" : undefined}>
          Show how many
        </button>
        <a class="button" href={site.urls.endpoint(endpoint.id)}>
          Cancel
        </a>
      </div>
    </form>
  );
}

function invalid(mistakes: readonly ResendMistake[], field: ResendField) {
  return mistakes.some((each) => each.field === field)
    ? { "aria-invalid": "true" as const }
    : {};
}

function TimeField({
  name,
  label,
  given,
  mistakes,
}: {
  readonly name: "from" | "until";
  readonly label: string;
} & Pick<ResendView, "given" | "mistakes">) {
  return (
    <div>
      <label for={name} safe>
        {label}
      </label>
      <input
        id={name}
        name={name}
        type="datetime-local"
        value={attribute(given[name] ?? "")}
        {...invalid(mistakes, name)}
      />
    </div>
  );
}

function Preview({
  site,
  report: { endpoint },
  given,
  preview: { request, whyNothing, ...count },
}: ResendView & { readonly preview: NonNullable<ResendView["preview"]> }) {
  if (whyNothing !== undefined)
    return (
      <section class="said warns" role="status">
        <h2>Nothing to send</h2>
        <p safe>{whyNothing}</p>
      </section>
    );
  const number = boundedCount(count);
  return (
    <section class="said resend-preview" role="status">
      <h2 safe>
        {`${number} ${count.count === 1 && !count.isMore ? "event" : "events"}`}
      </h2>
      <p safe>{previewWords(request, count)}</p>
      <form method="post" action={site.urls.endpointResend(endpoint.id)}>
        <FormToken site={site} />
        {(["what", "event", "from", "until", "rate"] as const).map((name) => (
          <input
            type="hidden"
            name={name}
            value={attribute(given[name] ?? "")}
          />
        ))}
        <button class="button-primary" safe>
          {`Send ${number} again`}
        </button>
      </form>
    </section>
  );
}

function previewWords(
  request: ResendRequest,
  { count, isMore }: BoundedCount,
): string {
  const { ratePerSecond } = request;
  const takes = duration((count / ratePerSecond) * 1_000);
  const what =
    request.kind === "range"
      ? `Received from ${minuteWords(request.range.from)} to ${minuteWords(request.range.until)} UTC. `
      : "";
  return `${what}At ${countWords(ratePerSecond)} per second that takes ${isMore ? "more than" : "about"} ${takes}, and you can stop it at any time.`;
}
