import { randomUUID } from "node:crypto";
import {
  RemoveEndpointPage,
  RotatePage,
  SecretPage,
} from "../../views/forwarding/endpoint-confirm-pages.tsx";
import {
  EditEndpointPage,
  NewEndpointPage,
} from "../../views/forwarding/endpoint-edit-page.tsx";
import type { EndpointForm } from "../../views/forwarding/endpoint-form.tsx";
import { createRepeatedForms } from "../account/repeated-forms.ts";
import { requesterOf, viewerOf } from "../account/viewer.ts";
import type { Config } from "../config/config.ts";
import { DEFAULTS, type GivenEndpoint } from "../forwarding/endpoint-rules.ts";
import {
  addEndpoint,
  changeEndpoint,
  rotateSecret,
  type AddedEndpoint,
} from "../forwarding/endpoints.ts";
import { EVENT_TYPES } from "../forwarding/event-types.ts";
import type { SendTest } from "../forwarding/test-event.ts";
import { fieldOf } from "../http/form-body.ts";
import { page } from "../http/page.ts";
import { redirectTo } from "../http/responses.ts";
import type { By } from "../store/accounts.ts";
import type { EndpointSettings } from "../store/endpoints.ts";
import type { Stores } from "../store/stores.ts";
import type { Asked } from "./asked.ts";
import { endpointOf, NO_SUCH_ENDPOINT, reportOf } from "./forwarding.tsx";

export type EndpointChangeDeps = {
  readonly store: Pick<Stores, "endpoints" | "outbox">;
  readonly config: Pick<Config, "forwardAllow">;
  readonly sendTest: SendTest;
  readonly now: () => number;
};

/** What admins do about endpoints. */
export const endpointChangeHandlers = (deps: EndpointChangeDeps) => ({
  ...addingHandlers(deps),
  ...editingHandlers(deps),
  ...stateHandlers(deps),
});

function addingHandlers({ store, config, now }: EndpointChangeDeps) {
  const { endpoints } = store;
  const addOnce = createRepeatedForms<AddedEndpoint>();
  return {
    showNew: ({ site }: Asked) => {
      const form = formOf({ ...DEFAULTS, name: "", url: "" });
      return page(<NewEndpointPage {...{ site, form }} once={randomUUID()} />);
    },
    add: async ({ request, site, body }: Asked) => {
      const by = byOf(request, now());
      const form = postedForm(body);
      const sender = viewerOf(request)?.formToken ?? by.actor;
      const added = await addOnce(
        fieldOf(body, "once"),
        [sender, JSON.stringify(form)],
        () =>
          addEndpoint(
            endpoints,
            givenBy(form),
            { allow: config.forwardAllow, now: by.at },
            by,
          ),
      );
      if ("mistakes" in added)
        return page(
          <NewEndpointPage
            site={site}
            form={{ ...form, ...added }}
            once={randomUUID()}
          />,
          { status: 400 },
        );
      const endpoint = await endpoints.byId(added.id);
      if (endpoint === undefined) return NO_SUCH_ENDPOINT;
      const { secret } = added;
      return page(
        <SecretPage
          {...{ site, endpoint, secret }}
          previousUntil={undefined}
        />,
      );
    },
  };
}

function editingHandlers({ store, config, now }: EndpointChangeDeps) {
  const { endpoints } = store;
  return {
    showEdit: async ({ params, site }: Asked<"id">) => {
      const endpoint = await endpointOf(store, params.id);
      if (endpoint === undefined) return NO_SUCH_ENDPOINT;
      return page(
        <EditEndpointPage {...{ site, endpoint }} form={formOf(endpoint)} />,
      );
    },
    edit: async ({ params, request, site, body }: Asked<"id">) => {
      const endpoint = await endpointOf(store, params.id);
      if (endpoint === undefined) return NO_SUCH_ENDPOINT;
      const by = byOf(request, now());
      const form = postedForm(body);
      const changed = await changeEndpoint(
        endpoints,
        endpoint.id,
        givenBy(form),
        { allow: config.forwardAllow, now: by.at },
        by,
      );
      if (changed === false) return NO_SUCH_ENDPOINT;
      if (changed === true)
        return redirectTo(site.urls.endpoint(endpoint.id), 303);
      return page(
        <EditEndpointPage
          {...{ site, endpoint }}
          form={{ ...form, ...changed }}
        />,
        { status: 400 },
      );
    },
    confirmRotate: async ({ params, site }: Asked<"id">) => {
      const endpoint = await endpointOf(store, params.id);
      if (endpoint === undefined) return NO_SUCH_ENDPOINT;
      return page(<RotatePage {...{ site, endpoint }} />);
    },
    rotate: async ({ params, request, site }: Asked<"id">) => {
      const endpoint = await endpointOf(store, params.id);
      if (endpoint === undefined) return NO_SUCH_ENDPOINT;
      const by = byOf(request, now());
      const rotated = await rotateSecret(endpoints, endpoint.id, by);
      if (rotated === undefined) return NO_SUCH_ENDPOINT;
      return page(<SecretPage {...{ site, endpoint, ...rotated }} />);
    },
  };
}

function stateHandlers({ store, sendTest, now }: EndpointChangeDeps) {
  const { endpoints } = store;
  const setState =
    (state: "active" | "paused") =>
    async ({ params, request, site }: Asked<"id">) => {
      const endpoint = await endpointOf(store, params.id);
      if (endpoint === undefined) return NO_SUCH_ENDPOINT;
      await endpoints.setState(endpoint.id, state, byOf(request, now()));
      return redirectTo(site.urls.endpoint(endpoint.id), 303);
    };
  return {
    pause: setState("paused"),
    resume: setState("active"),
    test: async ({ params, site }: Asked<"id">) => {
      const endpoint = await endpointOf(store, params.id);
      if (endpoint === undefined) return NO_SUCH_ENDPOINT;
      const attempt = await sendTest(endpoint);
      if (attempt === undefined) return NO_SUCH_ENDPOINT;
      const { urls } = site;
      const { id } = attempt;
      return redirectTo(urls.attempt(endpoint.id, id, { test: "1" }), 303);
    },
    confirmRemove: async ({ params, site }: Asked<"id">) => {
      const report = await reportOf(store, params.id, now());
      if (report === undefined) return NO_SUCH_ENDPOINT;
      return page(<RemoveEndpointPage {...{ site, report }} />);
    },
    remove: async ({ params, request, site }: Asked<"id">) => {
      const endpoint = await endpointOf(store, params.id);
      // A second click has nothing left to do.
      if (endpoint !== undefined)
        await endpoints.remove(endpoint.id, byOf(request, now()));
      return redirectTo(site.urls.forwarding(), 303);
    },
  };
}

function byOf(request: Request, at: number): By {
  return { ...requesterOf(request), at };
}

function formOf(settings: EndpointSettings): EndpointForm {
  const { name, url, filter, events, ratePerSecond, concurrency } = settings;
  return {
    name,
    url,
    filter,
    events,
    rate: String(ratePerSecond),
    concurrency: String(concurrency),
    mistakes: [],
  };
}

function postedForm(body: unknown): EndpointForm {
  const chosen = EVENT_TYPES.filter(
    (type) => fieldOf(body, `event ${type}`) !== "",
  );
  return {
    name: fieldOf(body, "name"),
    url: fieldOf(body, "url"),
    filter: fieldOf(body, "q"),
    events: fieldOf(body, "events") === "some" ? chosen : null,
    rate: fieldOf(body, "rate"),
    concurrency: fieldOf(body, "concurrency"),
    mistakes: [],
  };
}

function givenBy(form: EndpointForm): GivenEndpoint {
  const { name, url, filter, events, rate, concurrency } = form;
  return { name, url, filter, events, ratePerSecond: rate, concurrency };
}
