import { AttemptPage } from "../../views/forwarding/attempt-page.tsx";
import { EndpointPage } from "../../views/forwarding/endpoint-page.tsx";
import { EndpointsPage } from "../../views/forwarding/endpoints-page.tsx";
import {
  findAttempts,
  latelyFailed,
  readAttemptsQuery,
} from "../forwarding/attempt-search.ts";
import {
  readReports,
  type EndpointReport,
} from "../forwarding/endpoint-report.ts";
import { page } from "../http/page.ts";
import { invalidAddress, Problem } from "../http/problem.ts";
import type { Endpoint } from "../store/endpoints.ts";
import { endpointTarget } from "../store/outbox.ts";
import type { Stores } from "../store/stores.ts";
import type { Asked } from "./asked.ts";

export type ForwardingDeps = {
  readonly store: Pick<
    Stores,
    "endpoints" | "outbox" | "feedEnd" | "eventsWithMessages"
  >;
  readonly now: () => number;
};

export const NO_SUCH_ENDPOINT = new Problem({
  status: 404,
  title: "No endpoint has this ID",
  detail: "It may have been removed. See Forwarding for the current list.",
});

const NO_SUCH_ATTEMPT = new Problem({
  status: 404,
  title: "This attempt isn’t in the log anymore",
  detail:
    "The newest attempts of each endpoint are kept. The endpoint’s page lists them.",
});

const INVALID_ADDRESS = invalidAddress(
  "This part of the list doesn’t exist. Go to the endpoint and choose again.",
);

/** `/forwarding`: where events are sent, and how that goes. */
export const forwardingHandlers = ({ store, now: clock }: ForwardingDeps) => ({
  list: async ({ site }: Asked) => {
    const now = clock();
    const live = await store.feedEnd();
    const endpoints = await store.endpoints.list();
    const reports = await readReports(store.outbox, endpoints, now);
    return page(<EndpointsPage {...{ site, reports, live, now }} />);
  },
  one: async ({ params, request, site }: Asked<"id">) => {
    const query = readAttemptsQuery(new URL(request.url).searchParams);
    if (query === undefined) return INVALID_ADDRESS;
    const now = clock();
    const live = await store.feedEnd();
    const report = await reportOf(store, params.id, now);
    if (report === undefined) return NO_SUCH_ENDPOINT;
    const target = endpointTarget(report.endpoint.id);
    const [attempts, outcomes, resends] = await Promise.all([
      findAttempts(store.outbox, target, query),
      latelyFailed(store.outbox, target),
      store.outbox.resends(target),
    ]);
    const isFirstPage = query.olderThan === undefined;
    const { show } = query;
    return page(
      <EndpointPage
        {...{ site, report, show, isFirstPage, attempts, outcomes }}
        {...{ resends, live, now }}
      />,
    );
  },
  attempt: async ({ params, request, site }: Asked<"id" | "attempt">) => {
    const endpoint = await endpointOf(store, params.id);
    if (endpoint === undefined) return NO_SUCH_ENDPOINT;
    const attempt = await store.outbox.attemptById(numberOf(params.attempt));
    if (attempt?.target !== endpointTarget(endpoint.id)) return NO_SUCH_ATTEMPT;
    const { item } = attempt;
    const [event] =
      item?.feed === "events" ? await store.eventsWithMessages([item.id]) : [];
    const isTestResult = new URL(request.url).searchParams.get("test") === "1";
    return page(
      <AttemptPage
        {...{ site, endpoint, attempt, isTestResult }}
        messageSid={event?.message.messageSid}
        now={clock()}
      />,
    );
  },
});

/** Returns the endpoint that an address names; undefined if there is none. */
export async function endpointOf(
  { endpoints }: Pick<Stores, "endpoints">,
  id: string,
): Promise<Endpoint | undefined> {
  return endpoints.byId(numberOf(id));
}

/** Reads how the endpoint that an address names is doing; undefined if there is none. */
export async function reportOf(
  store: Pick<Stores, "endpoints" | "outbox">,
  id: string,
  now: number,
): Promise<EndpointReport | undefined> {
  const endpoint = await endpointOf(store, id);
  if (endpoint === undefined) return undefined;
  const [report] = await readReports(store.outbox, [endpoint], now);
  return report;
}

/** 0, which nothing has, for what can't be an id. */
export function numberOf(id: string): number {
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
