import type { NewRefusal, Refusal } from "../store/refusals.ts";
import { urlForTwilio, WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import type { Advice } from "./advice-shape.ts";
import type { Diagnosis } from "../store/diagnosis.ts";
import { originIn } from "./origin-variants.ts";

/**
 * Returns the callback URL that belongs in Twilio, given what was signed: below
 * PUBLIC_URL, or without it at the origin that was signed. Null when neither tells.
 */
export function rightUrl(
  channel: Refusal["channel"],
  diagnosis: Diagnosis,
  publicUrl: string | undefined,
): string | null {
  if (diagnosis.outcome !== "explained") return null;
  const base = publicUrl ?? httpsOrigin(diagnosis.signedUrl);
  return base && urlForTwilio(base, channel);
}

function httpsOrigin(url: string): string | null {
  const origin = originIn(url)?.origin;
  if (origin?.scheme !== "https") return null;
  return `https://${origin.host}${origin.port && `:${origin.port}`}`;
}

/** Returns the advice for a request to an address that isn't the webhook's. */
export function wrongAddressAdvice(refusal: NewRefusal): Advice {
  const { diagnosis, rightUrl: url = null, channel, sent } = refusal;
  if (diagnosis?.outcome !== "explained") {
    return {
      sentences: [
        diagnosis === null
          ? "Someone called an address that smsledger doesn’t have, without a signature."
          : "Someone called an address that smsledger doesn’t have, with a signature that none of your tokens or keys produces.",
      ],
      steps: [
        {
          text: "If Twilio sent it, correct the callback URL there: Settings shows the right one. If not, no action is needed.",
        },
      ],
    };
  }
  const { pathname } = new URL(diagnosis.signedUrl);
  if (pathname.endsWith(WEBHOOK_PATHS[channel])) {
    return {
      sentences: [
        "Twilio called the right address, but the request arrived at a different one: something on the way changes the path.",
      ],
      steps: [{ text: "Configure the proxy to pass the path on unchanged." }],
    };
  }
  return {
    sentences: [
      `Twilio called ${diagnosis.signedUrl}, which isn’t one of smsledger’s addresses.`,
      ...(sent.method === "POST"
        ? []
        : [`It arrived with ${sent.method}, as after a redirect.`]),
    ],
    steps: [
      url === null
        ? {
            text: "In Twilio, replace the callback URL with the one that Settings shows.",
          }
        : { text: "In Twilio, replace the callback URL with:", setting: url },
    ],
  };
}
