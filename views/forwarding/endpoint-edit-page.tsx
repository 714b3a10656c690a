import type { Children } from "@kitajs/html";
import type { Endpoint } from "../../src/store/endpoints.ts";
import { Layout } from "../parts/layout.tsx";
import type { Site } from "../site.ts";
import { EndpointFields, type EndpointForm } from "./endpoint-form.tsx";

/** Adds an endpoint. */
export function NewEndpointPage({
  site,
  form,
  once,
}: {
  readonly site: Site;
  readonly form: EndpointForm;
  readonly once: string;
}) {
  const { urls } = site;
  return (
    <EditFrame site={site} title="Add an endpoint">
      <p class="list-lead">
        It gets the events that are recorded from now on. Older ones can be sent
        to it later, under “Send again”. The secret that signs its requests is
        shown next, only once.
      </p>
      <EndpointFields
        site={site}
        form={form}
        action={urls.forwarding()}
        once={once}
      >
        <button class="button-primary">Add the endpoint</button>
        <a class="button" href={urls.forwarding()}>
          Cancel
        </a>
      </EndpointFields>
    </EditFrame>
  );
}

/** Changes an endpoint. */
export function EditEndpointPage({
  site,
  endpoint,
  form,
}: {
  readonly site: Site;
  readonly endpoint: Endpoint;
  readonly form: EndpointForm;
}) {
  const { urls } = site;
  return (
    <EditFrame site={site} title={`Change ${endpoint.name}`} of={endpoint}>
      <p class="list-lead">
        Changes apply within seconds, also to events that already wait.
      </p>
      <EndpointFields
        site={site}
        form={form}
        action={urls.endpointEdit(endpoint.id)}
      >
        <button class="button-primary">Save the changes</button>
        <a class="button" href={urls.endpoint(endpoint.id)}>
          Cancel
        </a>
      </EndpointFields>
    </EditFrame>
  );
}

function EditFrame({
  site,
  title,
  of,
  children,
}: {
  readonly site: Site;
  readonly title: string;
  readonly of?: Endpoint;
  readonly children: Children;
}) {
  return (
    <Layout
      site={site}
      title={title}
      section="forwarding"
      scripts={["messages.js"]}
    >
      <EndpointCrumbs site={site} endpoint={of} />
      <div class="page-head">
        <h1>
          <bdi safe>{title}</bdi>
        </h1>
      </div>
      {children}
    </Layout>
  );
}

/** The way back: to the list, and from a page below an endpoint's to the endpoint. */
export function EndpointCrumbs({
  site: { urls },
  endpoint,
}: {
  readonly site: Site;
  readonly endpoint?: Endpoint | undefined;
}) {
  return (
    <nav class="crumbs" aria-label="Back">
      <span>
        <a href={urls.forwarding()}>← Forwarding</a>
        {endpoint === undefined ? (
          ""
        ) : (
          <>
            {" › "}
            <a href={urls.endpoint(endpoint.id)}>
              <bdi safe>{endpoint.name}</bdi>
            </a>
          </>
        )}
      </span>
    </nav>
  );
}
