import { endpointTarget, type TargetState } from "../store/outbox.ts";
import { StoreUnavailable } from "../store/store.ts";
import type { Stores } from "../store/stores.ts";
import type { Endpoint } from "../store/endpoints.ts";
import {
  healthOf,
  type EndpointHealth,
} from "../forwarding/endpoint-health.ts";
import { rememberedFor } from "../time/remembered.ts";
import type { Labelled, Metrics } from "./metric-kinds.ts";

const DAY_MS = 86_400_000;
/** All gauges of one scrape are of one reading. */
const READING_MS = 1_000;

/** Nothing is sent to an endpoint in one of these states. */
const STOPPED: ReadonlySet<EndpointHealth> = new Set([
  "paused",
  "disabled",
  "unreadable",
]);

type Facts = {
  readonly endpoint: Endpoint;
  readonly state: TargetState;
  readonly succeeded: number;
  readonly failed: number;
};

/** How forwarding is doing, by endpoint: there are at most `ENDPOINTS_MAX`. */
export function addForwardingMetrics(
  metrics: Metrics,
  store: Pick<Stores, "endpoints" | "outbox">,
  now: () => number,
): void {
  const facts = rememberedFor(READING_MS, () => readFacts(store, now()));
  metrics.gauge({
    name: "smsledger_forwarding_endpoint_active",
    help: "For each endpoint: 1 while events are sent to it; 0 while it's paused or disabled, or its filter can't be read.",
    labels: ["endpoint"],
    read: async () =>
      (await facts()).map(({ endpoint }) =>
        labelled(endpoint, STOPPED.has(healthOf(endpoint, now())) ? 0 : 1),
      ),
  });
  metrics.gauge({
    name: "smsledger_forwarding_waiting",
    help: "For each endpoint: events in the feed after its cursor, up to 10,000, and failed ones that are retried.",
    labels: ["endpoint"],
    read: async () =>
      (await facts()).map(({ endpoint, state: { behind, waiting } }) =>
        labelled(endpoint, behind.count + waiting),
      ),
  });
  metrics.gauge({
    name: "smsledger_forwarding_oldest_waiting_seconds",
    help: "For each endpoint: how long the oldest of these has waited.",
    labels: ["endpoint"],
    read: async () =>
      (await facts()).map(({ endpoint, state }) => {
        const at = now();
        const { behindSince = at, waitingSince = at } = state;
        const waitedMs = at - Math.min(behindSince, waitingSince);
        return labelled(endpoint, Math.max(0, waitedMs) / 1_000);
      }),
  });
  metrics.gauge({
    name: "smsledger_forwarding_attempts_day",
    help: "For each endpoint: attempts of the last 24 hours, by outcome.",
    labels: ["endpoint", "outcome"],
    read: async () =>
      (await facts()).flatMap(
        ({ endpoint: { name }, succeeded, failed }): Labelled<number>[] => [
          [{ endpoint: name, outcome: "succeeded" }, succeeded],
          [{ endpoint: name, outcome: "failed" }, failed],
        ],
      ),
  });
}

function labelled({ name }: Endpoint, value: number): Labelled<number> {
  return [{ endpoint: name }, value];
}

async function readFacts(
  { endpoints, outbox }: Pick<Stores, "endpoints" | "outbox">,
  now: number,
): Promise<readonly Facts[]> {
  try {
    const all = await endpoints.list();
    const states = await outbox.states(all.map(({ id }) => endpointTarget(id)));
    const facts: Facts[] = [];
    for (const endpoint of all) {
      const target = endpointTarget(endpoint.id);
      const state = states.get(target);
      const range = { from: now - DAY_MS, until: now };
      const hours = await outbox.hours(target, range);
      const sum = (name: "succeeded" | "failed") =>
        hours.reduce((total, hour) => total + hour[name], 0);
      const [succeeded, failed] = [sum("succeeded"), sum("failed")];
      if (state) facts.push({ endpoint, state, succeeded, failed });
    }
    return facts;
  } catch (error) {
    if (error instanceof StoreUnavailable) return [];
    throw error;
  }
}
