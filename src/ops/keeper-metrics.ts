import { keepingIfKnown, type Keeping } from "../store/keeping.ts";
import type { Stores } from "../store/stores.ts";
import { alone, type Metrics } from "./metric-kinds.ts";

/** How far recording is behind receiving; nothing with an engine that has no keeper. */
export function addKeeperMetrics(
  metrics: Metrics,
  { keeping }: Pick<Stores, "keeping">,
): void {
  if (keeping === undefined) return;
  const gauge = (
    name: string,
    help: string,
    value: (state: Keeping) => number,
  ): void =>
    metrics.gauge({
      name,
      help,
      async read() {
        const state = await keepingIfKnown(keeping);
        return alone(state && value(state));
      },
    });
  gauge(
    "smsledger_is_keeper",
    "1 on the node that is the keeper, which records what all nodes receive; else 0.",
    ({ isThisNode }) => Number(isThisNode),
  );
  gauge(
    "smsledger_keeper_lag_seconds",
    "How long the callback has waited that is recorded next; 0 when none waits. The same on all nodes.",
    ({ behindMs }) => behindMs / 1_000,
  );
  gauge(
    "smsledger_keeper_missing_seconds",
    "For how long no node has been the keeper; 0 while one is. The same on all nodes.",
    ({ vacantMs }) => vacantMs / 1_000,
  );
  gauge(
    "smsledger_inbox_callbacks",
    "Callbacks that were received and aren't recorded yet, up to 10,000. The same on all nodes.",
    ({ waiting }) => waiting.count,
  );
  gauge(
    "smsledger_set_aside_callbacks",
    "Callbacks that couldn't be recorded and were set aside, up to 10,000. The same on all nodes.",
    ({ setAside }) => setAside.count,
  );
}
