import type { RouteChannel } from "./status.ts";

/** Where Twilio posts status callbacks, below the base path. */
export const WEBHOOK_PATHS: Record<RouteChannel, string> = {
  sms: "/api/rpc/webhooks/twilio/sms",
  whatsapp: "/api/rpc/webhooks/twilio/whatsapp",
};
