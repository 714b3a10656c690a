import type { RouteChannel } from "./status.ts";

/** What Twilio posts to: a route for each channel's status callbacks, and one for Event Streams. */
export type Webhook = RouteChannel | "events";

/** Where Twilio posts, below the base path. */
export const WEBHOOK_PATHS: Record<Webhook, string> = {
  sms: "/api/rpc/webhooks/twilio/sms",
  whatsapp: "/api/rpc/webhooks/twilio/whatsapp",
  events: "/api/rpc/webhooks/twilio/events",
};

/**
 * What to use in Twilio. The fragment asks for five retries on any failure; by default Twilio
 * retries only a failed connection, and loses a callback that fails. Event Streams retry by
 * themselves, and take no such fragment.
 */
export function urlForTwilio(base: string, webhook: Webhook): string {
  const url = base + WEBHOOK_PATHS[webhook];
  return webhook === "events" ? url : `${url}#rc=5&rp=all`;
}
