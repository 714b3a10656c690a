import type { Children } from "@kitajs/html";
import {
  waitingSentence,
  type EndpointReport,
} from "../../src/forwarding/endpoint-report.ts";
import type { Endpoint } from "../../src/store/endpoints.ts";
import { minuteWords } from "../../src/words/times.ts";
import { Copyable } from "../parts/copyable.tsx";
import { FormToken } from "../parts/form-token.tsx";
import { Layout } from "../parts/layout.tsx";
import type { Site } from "../site.ts";
import { EndpointCrumbs } from "./endpoint-edit-page.tsx";

type OfEndpoint = { readonly site: Site; readonly endpoint: Endpoint };

/** Shows a secret, this once. */
export function SecretPage({
  site,
  endpoint,
  secret,
  previousUntil,
}: OfEndpoint & {
  readonly secret: string;
  /** Until when the one before is valid, too; undefined for a new endpoint. */
  readonly previousUntil: number | undefined;
}) {
  const { urls } = site;
  const title =
    previousUntil === undefined ? "Endpoint added" : "The secret was rotated";
  return (
    <Layout site={site} title={title} section="forwarding">
      <EndpointCrumbs site={site} endpoint={endpoint} />
      <div class="page-head">
        <h1>{title}</h1>
      </div>
      <section class="said secret" aria-labelledby="secret-title" role="status">
        <h2 id="secret-title">
          The secret of <bdi safe>{endpoint.name}</bdi>
        </h2>
        <p>
          <b>Copy it now: it won’t be shown again.</b> The receiver verifies
          each request with it, for example with the package{" "}
          <code>standardwebhooks</code>.
        </p>
        <Copyable id="secret" text={secret} />
        {previousUntil === undefined ? (
          ""
        ) : (
          <p safe>
            {`Requests are signed with both secrets until ${minuteWords(previousUntil)} UTC. Give the receiver the new one before then.`}
          </p>
        )}
      </section>
      <div class="form-buttons secret-next">
        <form method="post" action={urls.endpointDo(endpoint.id, "test")}>
          <FormToken site={site} />
          <button class="button-primary">Send a test event</button>
        </form>
        <a class="button" href={urls.endpoint(endpoint.id)}>
          Go to the endpoint
        </a>
      </div>
    </Layout>
  );
}

/** Asks before the secret is replaced. */
export function RotatePage({ site, endpoint }: OfEndpoint) {
  const { urls } = site;
  return (
    <ConfirmFrame site={site} endpoint={endpoint} title="Rotate the secret">
      <form
        class="settings-form"
        method="post"
        action={urls.endpointRotate(endpoint.id)}
      >
        <FormToken site={site} />
        <p>
          The endpoint gets a new secret, which is shown once. For 24 hours,
          requests are signed with both, so nothing fails while you replace it
          at the receiver.
        </p>
        <p class="form-buttons">
          <button class="button-primary">Rotate it</button>
          <a class="button" href={urls.endpoint(endpoint.id)}>
            Keep it
          </a>
        </p>
      </form>
    </ConfirmFrame>
  );
}

/** Asks before an endpoint is removed. */
export function RemoveEndpointPage({
  site,
  report,
}: {
  readonly site: Site;
  readonly report: EndpointReport;
}) {
  const { urls } = site;
  const { endpoint, waiting } = report;
  return (
    <ConfirmFrame site={site} endpoint={endpoint} title="Remove an endpoint">
      <form
        class="settings-form"
        method="post"
        action={urls.endpointRemove(endpoint.id)}
      >
        <FormToken site={site} />
        <p>
          <b>
            <bdi safe>{endpoint.name}</bdi>
          </b>{" "}
          gets no more events, and its secret and log are deleted. This can’t be
          undone.{" "}
          <span safe>
            {waiting.count === 0
              ? ""
              : `${waitingSentence(waiting)} They won’t be sent. `}
          </span>
          The events themselves stay in the ledger. To stop for a while, pause
          it instead.
        </p>
        <p class="form-buttons">
          <button class="button-danger">Remove it</button>
          <a class="button" href={urls.endpoint(endpoint.id)}>
            Keep it
          </a>
        </p>
      </form>
    </ConfirmFrame>
  );
}

function ConfirmFrame({
  site,
  endpoint,
  title,
  children,
}: OfEndpoint & { readonly title: string; readonly children: Children }) {
  return (
    <Layout site={site} title={title} section="forwarding">
      <EndpointCrumbs site={site} endpoint={endpoint} />
      <div class="page-head">
        <h1 safe>{title}</h1>
      </div>
      {children}
    </Layout>
  );
}
