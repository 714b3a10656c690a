import { expect, test } from "bun:test";
import { newEndpointSecret } from "../../src/forwarding/secrets.ts";
import { endpointTarget } from "../../src/store/outbox.ts";
import { startServer } from "../support/start-server.ts";

test("each endpoint's waiting events and attempts are measured", async () => {
  await using server = await startServer();
  const { store, origin, twilio } = server;
  const now = Date.now();
  const by = { at: now, actor: "ana", address: null };
  const settings = { url: "https://example.com/", filter: "", events: null };
  const limits = { ratePerSecond: 50, concurrency: 4 };
  const secret = newEndpointSecret();
  const added = await store.endpoints.add(
    { name: "crm", ...settings, ...limits, secret },
    by,
  );
  const target = endpointTarget("id" in added ? added.id : 0);
  for (let event = 0; event < 3; event++) await twilio.post();
  await store.outbox.save({
    now,
    targets: [],
    deliveries: [],
    attempts: [
      {
        target,
        at: now,
        isSuccess: true,
        kind: "live",
        type: "sms_sent",
        item: null,
        attempt: 1,
        durationMs: 5,
        status: 200,
        error: null,
        response: "",
        requestHeaders: {},
      },
    ],
    resends: [],
  });
  const text = await (await fetch(`${origin}/metrics`)).text();
  expect(text).toContain('smsledger_forwarding_waiting{endpoint="crm"} 3\n');
  expect(text).toContain(
    'smsledger_forwarding_endpoint_active{endpoint="crm"} 1\n',
  );
  expect(text).toContain(
    'smsledger_forwarding_attempts_day{endpoint="crm",outcome="succeeded"} 1\n',
  );
  expect(text).toMatch(
    /smsledger_forwarding_oldest_waiting_seconds\{endpoint="crm"\} \d/,
  );
});
