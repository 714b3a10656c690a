import type { Stores } from "../../src/store/stores.ts";
import {
  endpointTarget,
  type NewAttempt,
  type OutboxSave,
} from "../../src/store/outbox.ts";

const HOUR_MS = 3_600_000;
const BY = { actor: "ana", address: null };

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

const NOTHING: Omit<OutboxSave, "now"> = {
  targets: [],
  deliveries: [],
  attempts: [],
  resends: [],
};

/** Adds an endpoint to a store; resolves to its id. */
export async function addSampleEndpoint(
  { endpoints }: Pick<Stores, "endpoints">,
  name: string,
  changes: Partial<Parameters<Stores["endpoints"]["add"]>[0]> = {},
): Promise<number> {
  const added = await endpoints.add(
    {
      name,
      url: "https://hooks.example.com/sms",
      filter: "",
      events: null,
      ratePerSecond: 50,
      concurrency: 4,
      secret: SECRET,
      ...changes,
    },
    { at: Date.now(), ...BY },
  );
  if (!("id" in added)) throw new Error(added.refusal);
  return added.id;
}

/** An attempt of an endpoint; a success unless something else is given. */
export function sampleAttempt(
  id: number,
  changes: Partial<NewAttempt> = {},
): NewAttempt {
  const isSuccess = changes.isSuccess ?? true;
  return {
    target: endpointTarget(id),
    at: Date.now(),
    isSuccess,
    kind: "live",
    type: "sms_failed",
    item: { feed: "events", id: 1 },
    attempt: 1,
    durationMs: 42,
    status: isSuccess ? 200 : 503,
    error: null,
    response: isSuccess ? "ok" : "<h1>503 Service Unavailable</h1>",
    requestHeaders: {
      "content-type": "application/json",
      "user-agent": "smsledger/0.1.0",
      "webhook-id": "evt_4b8bd7dbb34b2f1c_000000000001",
      "webhook-timestamp": "1764540000",
      "webhook-signature": "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    },
    ...changes,
  };
}

/** Saves what the worker would have saved. */
export async function saveSample(
  { outbox }: Pick<Stores, "outbox">,
  save: Partial<OutboxSave>,
): Promise<void> {
  await outbox.save({ now: Date.now(), ...NOTHING, ...save });
}

/** Saves a day of attempts of an endpoint: some each hour, of which `failing` of ten fail. */
export async function saveSampleDay(
  store: Pick<Stores, "outbox">,
  id: number,
  failing = 1,
): Promise<void> {
  const now = Date.now();
  const attempts = Array.from({ length: 240 }, (_, index) => {
    const isSuccess = (index * 7) % 10 >= failing;
    const at = now - (240 - index) * (HOUR_MS / 10) * 0.98;
    const isRefused = index % 3 === 0;
    return sampleAttempt(id, {
      at,
      isSuccess,
      durationMs: 20 + ((index * 37) % 300),
      kind: index % 9 === 0 ? "retry" : "live",
      attempt: index % 9 === 0 ? 2 : 1,
      type: index % 2 === 0 ? "sms_delivered" : "sms_failed",
      item: { feed: "events", id: index + 1 },
      ...(!isSuccess &&
        isRefused && {
          status: null,
          error: "connection_refused",
          response: null,
        }),
      ...(!isSuccess && !isRefused && { status: 503, error: null }),
    });
  });
  for (let from = 0; from < attempts.length; from += 100)
    await saveSample(store, { attempts: attempts.slice(from, from + 100) });
}
