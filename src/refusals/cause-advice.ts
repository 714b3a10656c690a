import type { Explained, Step } from "./advice-shape.ts";
import type { AddressCause } from "./address-advice.ts";
import type { Cause } from "../store/diagnosis.ts";
import type { Explanation } from "../store/diagnosis.ts";
import { keySetting, PASS_ON_THE_SETTINGS } from "./key-advice.ts";

const CHANNELS = { sms: "SMS", whatsapp: "WhatsApp" };

/** Causes that the settings of the address have no part in. */
type OtherCause = Exclude<Cause, AddressCause>;

/** What was otherwise when a callback was signed, a sentence for each cause. */
export function causeSentence(
  cause: OtherCause,
  { channel, diagnosis }: Explained,
): string {
  const { boundTo, signedUrl, named, keyId, namedKey } = diagnosis;
  switch (cause) {
    case "slash":
      return signedUrl.endsWith("/")
        ? "It was signed with a slash at the end of the path, and arrived without."
        : "It was signed without a slash at the end of the path, and arrived with one.";
    case "double-slash":
      return "It was signed with two slashes in a row in the path.";
    case "route":
      return `It was signed for the address of ${CHANNELS[channel === "sms" ? "whatsapp" : "sms"]}, and arrived at that of ${CHANNELS[channel]}.`;
    case "query-added":
      return "A query arrived that was not signed, or more of it than was signed.";
    case "query-lost":
      return "It was signed with a query that did not arrive as it was.";
    case "query-order":
      return "The parts of the query arrived in another order.";
    case "query-escapes":
      return "The query was escaped otherwise when it was signed.";
    case "account":
      return `It was signed with the token that is bound to ${boundTo ?? "another account"}, but names ${named ?? "no account"}.`;
    case "token-quotes":
      return "The configured token has quotes, or something else that is not part of it, around it.";
    case "token-space":
      return "Whoever signed it has white space or quotes around the token.";
    case "token-case":
      return "The configured token is written in capitals; the one that signed is not.";
    case "settings-lost":
      return `${keyWords(keyId)} signed it, but the header that says so, X-Twilio-Webhooks-Signature-Settings, didn’t arrive.`;
    case "key-id":
      return `It names ${namedKey ?? "another shared key"}, but was signed with the secret that is configured for ${keyId ?? "another key"}.`;
    case "algorithm":
      return `${keyWords(keyId)} signed it with another algorithm than the one that it names.`;
    case "key-as-token":
      return "A shared key signed it, but the key’s secret is configured as an auth token.";
    case "json-body":
      return "Its address was signed with a hash of the body, as Twilio signs JSON.";
    case "body-unsigned":
      return "Only the address was signed, and not the body.";
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
  text: "Let the proxy pass the query on just as it arrives: nothing added, dropped, sorted or escaped anew.",
};

/** What to do about a cause. */
export function causeStep(cause: OtherCause, { diagnosis }: Explained): Step {
  switch (cause) {
    case "slash":
      return {
        text: "Write the callback URL in Twilio as the settings page shows it, and let the proxy leave the end of the path as it is.",
      };
    case "double-slash":
      return {
        text: "Take the second slash out of the callback URL in Twilio.",
      };
    case "route":
      return {
        text: "Paste each channel’s own URL into Twilio, and see that the proxy does not lead both to one path.",
      };
    case "query-added":
    case "query-lost":
    case "query-order":
    case "query-escapes":
      return SAME_QUERY;
    case "account":
      return accountStep(diagnosis);
    case "token-quotes":
      return {
        text: "Write the token in TWILIO_WEBHOOK_AUTH_TOKEN with nothing around it, and restart smsledger.",
      };
    case "token-space":
      return {
        text: "Correct the token in the program that signed it. Twilio’s own callbacks have no such fault.",
      };
    case "token-case":
      return {
        text: "Copy the token anew from the Twilio Console into TWILIO_WEBHOOK_AUTH_TOKEN, and restart smsledger.",
      };
    case "settings-lost":
      return PASS_ON_THE_SETTINGS;
    case "key-id":
      return {
        text: "Correct the key’s id, and restart smsledger:",
        setting: keySetting(diagnosis.namedKey ?? null),
      };
    case "algorithm":
      return {
        text: "In the Webhook Setting in Twilio, choose HMAC_SHA256 or HMAC_SHA1, and let the proxy pass the header X-Twilio-Webhooks-Signature-Settings on as it arrives.",
      };
    case "key-as-token":
      return {
        text: "Move the secret from TWILIO_WEBHOOK_AUTH_TOKEN to TWILIO_WEBHOOK_SHARED_KEYS, and restart smsledger:",
        setting: keySetting(diagnosis.namedKey ?? null),
      };
    case "json-body":
      return {
        text: "Use this URL in Twilio only for status callbacks of messages. Event streams and other JSON are not for it.",
      };
    case "body-unsigned":
      return {
        text: "Let the proxy pass the body on as it arrives. If a program of yours signed it, it has to sign the parameters too.",
      };
    case "body-plus":
      return {
        text: "In a test of your own, send a plus sign as %2B. Otherwise let the proxy pass the body on as it arrives.",
      };
    case "body":
      return { text: "Let the proxy pass the body on just as it arrives." };
  }
}

function accountStep({ boundTo, named = null }: Explanation): Step {
  if (named === null) {
    return {
      text: "In TWILIO_WEBHOOK_AUTH_TOKEN, write the token without an account before it: a bound one is tried only for callbacks that name its account.",
    };
  }
  const token = `the token that is now bound to ${boundTo ?? "another account"}`;
  return {
    text: `Bind the token to the account that it belongs to, and restart smsledger. In place of … goes ${token}:`,
    setting: `TWILIO_WEBHOOK_AUTH_TOKEN=${named}=…`,
  };
}
