import type { NewRefusal } from "../store/refusals.ts";
import { NO_TOKEN_WITHOUT_SETTINGS } from "../receiver/refusal.ts";
import type { Advice, Step } from "./advice-shape.ts";
import type { ClaimedKey } from "../store/diagnosis.ts";

const HEADER = "X-Twilio-Webhooks-Signature-Settings";

/** What to do where a proxy drops or changes the header that names a shared key. */
export const PASS_ON_THE_SETTINGS: Step = {
  text: `Configure the proxy to pass the ${HEADER} header on unchanged.`,
};

/** Returns the setting with a key's ID in it, if known. */
export function keySetting(id: string | null, before = ""): string {
  return `TWILIO_WEBHOOK_SHARED_KEYS=${before}${id ?? "webhooks_sharedkey_…"}=…`;
}

/** Returns the advice for an unexplained signature that names a shared key. */
export function unexplainedKeyAdvice(
  { standing }: Pick<NewRefusal, "standing">,
  { id, isTried, hasKnownAlgorithm }: ClaimedKey,
): Advice {
  const key = id === null ? "a shared key" : `the shared key ${id}`;
  const ofStranger: Step[] =
    standing === "strange"
      ? [
          {
            text: "If none of your accounts has this key, no action is needed: anyone can send this header.",
          },
        ]
      : [];
  if (!hasKnownAlgorithm) {
    return {
      sentences: [
        `It says that ${key} signed it with an algorithm that this version doesn’t know.`,
      ],
      steps: [
        {
          text: "In the Webhook Setting in Twilio, choose HMAC_SHA256 or HMAC_SHA1, or upgrade smsledger.",
        },
        ...ofStranger,
      ],
    };
  }
  if (!isTried) {
    return {
      sentences: [
        id === null
          ? "It says that a shared key signed it, and that key isn’t configured."
          : `It says that the shared key ${id} signed it, which isn’t configured.`,
      ],
      steps: [
        {
          text: "Add the secret that Twilio returned when the key was created, and restart smsledger. Keep the other keys, with commas between them:",
          setting: keySetting(id, "…,"),
        },
        ...ofStranger,
      ],
    };
  }
  return {
    sentences: [
      `It says that ${key} signed it, but none of the secrets configured for that key produces this signature, for this address or a likely variant of it.`,
    ],
    steps: [
      {
        text: "Compare the secret with the one that Twilio returned when the key was created. It can’t be shown again: if it is lost, create a new key.",
        setting: keySetting(id),
      },
      {
        text: "If the secret is right, a proxy changes the request in a way that smsledger can’t guess: it removes part of the path (then set PUBLIC_URL), or changes or drops the query or a header.",
      },
      ...ofStranger,
    ],
  };
}

/** Returns the advice for a callback without signature settings if only shared keys are configured. */
export function noTokenAdvice({
  error,
}: Pick<NewRefusal, "error">): Advice | undefined {
  if (error !== NO_TOKEN_WITHOUT_SETTINGS.error) return undefined;
  return {
    sentences: [
      `It arrived without the ${HEADER} header: either an auth token signed it, and none is configured, or a proxy dropped the header.`,
    ],
    steps: [
      PASS_ON_THE_SETTINGS,
      {
        text: "If no Webhook Rule in Twilio matches the callback URL, copy the auth token from the Twilio Console, set it, and restart smsledger:",
        setting: "TWILIO_WEBHOOK_AUTH_TOKEN=…",
      },
    ],
  };
}
