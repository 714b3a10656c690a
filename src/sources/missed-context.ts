import { checkSenders } from "../senders/check-senders.ts";
import type { Stores } from "../store/stores.ts";
import { rememberedFor } from "../time/remembered.ts";
import type { ApiClient } from "../twilio-api/client.ts";
import type { MissedContext } from "./outcomes.ts";

const REFUSALS_READ_MAX = 500;
/** How old Twilio's configuration may be. */
const CONFIGURATION_MS = 3_600_000;
const DAY_MS = 86_400_000;

type ContextDeps = {
  readonly client: ApiClient;
  readonly store: Pick<Stores, "alerts" | "refusals">;
  readonly publicUrl: string | undefined;
  readonly now: () => number;
  readonly stopping: AbortSignal;
};

/** Returns a function that reads what is known of when callbacks may have been missed; Twilio's configuration is read once an hour. */
export function missedContexts(
  deps: ContextDeps,
): (day: string) => Promise<MissedContext> {
  const elsewhere = rememberedFor(CONFIGURATION_MS, () =>
    servicesElsewhere(deps),
  );
  return async (day) => {
    const { store } = deps;
    const record = await store.alerts.evaluatorRecord();
    const refusals = await store.refusals.list({
      size: REFUSALS_READ_MAX,
      isFixable: true,
      since: Date.parse(day) - DAY_MS,
    });
    return {
      gaps: record?.gaps ?? [],
      refusals: refusals.map(({ firstAt, lastAt }) => ({
        from: firstAt,
        to: lastAt,
      })),
      servicesElsewhere: await elsewhere(),
    };
  };
}

/** What the key may not read isn't known to be elsewhere. */
async function servicesElsewhere({
  client,
  publicUrl,
  now,
  stopping,
}: ContextDeps): Promise<ReadonlySet<string>> {
  if (publicUrl === undefined) return new Set();
  const { services } = await checkSenders(client, publicUrl, now, stopping);
  if (services.state !== "read") return new Set();
  return new Set(
    services.items
      .filter(({ verdict }) => !["here", "without-retries"].includes(verdict))
      .map(({ sid }) => sid),
  );
}
