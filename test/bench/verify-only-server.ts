/** The real receiver, with a store that keeps nothing. Prints its port. */
import { createLog } from "../../src/log/log.ts";
import { listen } from "../../src/server/listen.ts";
import { CallbackCounts } from "../../src/receiver/callback-counts.ts";
import { createReceivers } from "../../src/receiver/receiver.ts";
import { webhook } from "../../src/server/route-kinds.ts";
import { webhookRoutes } from "../../src/server/webhook-routes.ts";
import { createUrls } from "../../src/site/urls.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";
import { BENCH_PUBLIC_URL, BENCH_TOKEN } from "./signed-requests.ts";

const { sms } = createReceivers({
  store: {
    recordEvent: async () => "new",
    recordEvents: async (events) => events.map(() => "new"),
  },
  config: {
    authTokens: [{ token: BENCH_TOKEN, accountSid: undefined }],
    sharedKeys: [],
    publicUrl: BENCH_PUBLIC_URL,
    trustedProxies: undefined,
  },
  log: createLog("silent", "json"),
  now: Date.now,
  counts: new CallbackCounts(),
  instance: "bench",
  refusals: { note() {} },
});
const app = webhookRoutes(
  [webhook(WEBHOOK_PATHS.sms, sms)],
  createUrls(BENCH_PUBLIC_URL).base,
);
console.log(
  `listening on ${listen(app, { host: "127.0.0.1", port: 0 }).url.origin}`,
);
