import { createHash } from "node:crypto";
import { newEndpointSecret } from "../../../forwarding/secrets.ts";
import { keyOf, signedHeaders } from "../../../forwarding/signature.ts";
import type { Notice } from "../../notice.ts";
import { channelKind } from "../channel.ts";
import { httpUrl, webhookSecret } from "../fields.ts";
import { usualVerdict } from "../replies.ts";

/**
 * Any receiver, with the payload and signature of Standard Webhooks. A notice is sent as it
 * is: what a receiver makes of its texts is its own to escape.
 * Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
 */
export const webhook = channelKind({
  kind: "webhook",
  label: "Webhook",
  fields: {
    url: {
      label: "URL",
      help: "Gets a POST for each notice. It’s https, or an http address in FORWARD_ALLOW.",
      example: "https://example.com/alerts",
      parse: (text) => httpUrl(text).href,
    },
    secret: {
      label: "Signing secret",
      help: "What each notice is signed with.",
      example: "whsec_…",
      isSecret: true,
      whenEmpty: newEndpointSecret,
      parse: webhookSecret,
    },
  },
  followsAlerts: true,
  destination: ({ url }) => new URL(url).host,
  request: (notice, { url, secret }, { now }) => {
    const body = JSON.stringify(payloadOf(notice));
    return {
      via: "http",
      url,
      headers: signedHeaders(idOf(notice), now, body, [keyOf(secret)]),
      body,
    };
  },
  verdict: (reply) => usualVerdict("The receiver", reply),
});

function payloadOf(notice: Notice) {
  const { kind, severity, title, lines, facts, links, at, alertKey } = notice;
  return {
    type: `alert.${kind}`,
    timestamp: new Date(at).toISOString(),
    data: { alert: alertKey, severity, title, lines, facts, links },
  };
}

/** The same in every attempt, so that a receiver can recognize a repeated one. */
function idOf({ alertKey, kind, at }: Notice): string {
  const hash = createHash("sha256").update([alertKey, kind, at].join("\n"));
  return `ntc_${hash.digest("hex").slice(0, 32)}`;
}
