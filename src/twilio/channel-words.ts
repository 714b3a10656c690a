import type { Channel } from "./status.ts";
import type { Webhook } from "./webhook-paths.ts";

const CHANNEL_WORDS: Record<Channel, string> = {
  sms: "SMS",
  whatsapp: "WhatsApp",
  rcs: "RCS",
  messenger: "Messenger",
};

export function channelWord(channel: Channel): string {
  return CHANNEL_WORDS[channel];
}

/** What something was posted to. */
export function webhookWord(webhook: Webhook): string {
  return webhook === "events" ? "Event Streams" : channelWord(webhook);
}
