import { webhookWord } from "../twilio/channel-words.ts";
import type { Explained, Step } from "./advice-shape.ts";
import type { AddressCause } from "./address-advice.ts";
import type { Cause } from "../store/diagnosis.ts";
import type { Explanation } from "../store/diagnosis.ts";
import { otherWebhook } from "./signed-variants.ts";
import { keySetting, PASS_ON_THE_SETTINGS } from "./key-advice.ts";

/** Causes that have nothing to do with the address settings. */
type OtherCause = Exclude<Cause, AddressCause>;

/** Returns what was different when a callback was signed, a sentence for each cause. */
export function causeSentence(
  cause: OtherCause,
  { channel, diagnosis }: Explained,
): string {
  const { boundTo, signedUrl, named, keyId, namedKey } = diagnosis;
  switch (cause) {
    case "slash":
      return signedUrl.endsWith("/")
        ? "It was signed with a trailing slash in the path but arrived without it."
        : "It was signed without a trailing slash in the path but arrived with one.";
    case "double-slash":
      return "It was signed with two slashes in a row in the path.";
    case "route":
      return `It was signed for the ${webhookWord(otherWebhook(channel))} address but arrived at the ${webhookWord(channel)} address.`;
    case "query-added":
      return "It arrived with a query that wasn’t signed, or with more of a query than was signed.";
    case "query-lost":
      return "It was signed with a query that didn’t arrive, or arrived incomplete.";
    case "query-order":
      return "The parts of the query arrived in a different order.";
    case "query-escapes":
      return "The query was escaped differently when it was signed.";
    case "account":
      return `It was signed with the token that is bound to ${boundTo ?? "another account"} but names ${named ?? "no account"}.`;
    case "token-quotes":
      return "The configured token is in quotes or has other characters around it.";
    case "token-space":
      return "The program that signed it has white space or quotes around the token.";
    case "token-case":
      return "The configured token is in capitals; the one that signed isn’t.";
    case "settings-lost":
      return `${keyWords(keyId)} signed it, but the header that says so, X-Twilio-Webhooks-Signature-Settings, didn’t arrive.`;
    case "key-id":
      return `It names ${namedKey ?? "another shared key"} but was signed with the secret that is configured for ${keyId ?? "another key"}.`;
    case "algorithm":
      return `${keyWords(keyId)} signed it with another algorithm than the one that it names.`;
    case "key-as-token":
      return "A shared key signed it, but the key’s secret is configured as an auth token.";
    case "json-body":
      return "Its address was signed with a hash of the body, as Twilio signs JSON.";
    case "form-body":
      return "Twilio signed a form, as for a status callback.";
    case "body-unsigned":
      return "Only the address was signed, not the body.";
    case "body-plus":
      return "Plus signs in the body arrived as spaces.";
    case "body":
      return "The body was changed after it was signed: white space, empty values or escapes.";
  }
}

function keyWords(keyId: string | undefined): string {
  return keyId === undefined
    ? "One of your shared keys"
    : `Your shared key ${keyId}`;
}

const SAME_QUERY: Step = {
  text: "Configure the proxy to pass the query on unchanged, without adding, dropping, sorting, or re-escaping anything.",
};

const ONLY_THE_TOKEN: Step = {
  text: "Write only the token in TWILIO_WEBHOOK_AUTH_TOKEN, and restart smsledger.",
};
const RIGHT_TOKEN_AT_SIGNER: Step = {
  text: "Correct the token in the program that signed it. Twilio’s own callbacks don’t have this problem.",
};
const COPY_THE_TOKEN: Step = {
  text: "Copy the token from the Twilio Console into TWILIO_WEBHOOK_AUTH_TOKEN again, and restart smsledger.",
};

/** Returns what to do about a cause. */
export function causeStep(cause: OtherCause, { diagnosis }: Explained): Step {
  switch (cause) {
    case "slash":
      return {
        text: "Use the callback URL in Twilio as the settings page shows it, and configure the proxy to leave the end of the path unchanged.",
      };
    case "double-slash":
      return {
        text: "Remove the second slash from the callback URL in Twilio.",
      };
    case "route":
      return {
        text: "Use each channel’s own URL in Twilio, and check that the proxy doesn’t send both to one path.",
      };
    case "query-added":
    case "query-lost":
    case "query-order":
    case "query-escapes":
      return SAME_QUERY;
    case "account":
      return accountStep(diagnosis);
    case "token-quotes":
      return ONLY_THE_TOKEN;
    case "token-space":
      return RIGHT_TOKEN_AT_SIGNER;
    case "token-case":
      return COPY_THE_TOKEN;
    case "settings-lost":
      return PASS_ON_THE_SETTINGS;
    case "key-id":
      return {
        text: "Correct the key’s id, and restart smsledger:",
        setting: keySetting(diagnosis.namedKey ?? null),
      };
    case "algorithm":
      return {
        text: "In the Webhook Setting in Twilio, choose HMAC_SHA256 or HMAC_SHA1, and configure the proxy to pass the X-Twilio-Webhooks-Signature-Settings header on unchanged.",
      };
    case "key-as-token":
      return {
        text: "Move the secret from TWILIO_WEBHOOK_AUTH_TOKEN to TWILIO_WEBHOOK_SHARED_KEYS, and restart smsledger:",
        setting: keySetting(diagnosis.namedKey ?? null),
      };
    case "json-body":
      return {
        text: "Use this URL in Twilio only for message status callbacks. Event Streams have a URL of their own, which Settings shows.",
      };
    case "form-body":
      return {
        text: "Use this URL in Twilio only as the destination of an Event Streams sink. Status callbacks have URLs of their own, which Settings shows.",
      };
    case "body-unsigned":
      return {
        text: "Configure the proxy to pass the body on unchanged. If your own program signed it, it has to sign the parameters, too.",
      };
    case "body-plus":
      return {
        text: "In your own tests, send a plus sign as %2B. Otherwise, configure the proxy to pass the body on unchanged.",
      };
    case "body":
      return { text: "Configure the proxy to pass the body on unchanged." };
  }
}

function accountStep({ boundTo, named = null }: Explanation): Step {
  if (named === null) {
    return {
      text: "In TWILIO_WEBHOOK_AUTH_TOKEN, write the token without an account in front: a bound token is only tried for callbacks that name its account.",
    };
  }
  const token = `the token that is now bound to ${boundTo ?? "another account"}`;
  return {
    text: `Bind the token to the account that it belongs to, and restart smsledger. Replace … with ${token}:`,
    setting: `TWILIO_WEBHOOK_AUTH_TOKEN=${named}=…`,
  };
}
