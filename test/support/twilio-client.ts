import { randomBytes } from "node:crypto";
import { getExpectedTwilioSignature } from "twilio/lib/webhooks/webhooks.js";
import type { RouteChannel } from "../../src/twilio/status.ts";
import { WEBHOOK_PATHS } from "../../src/twilio/webhook-paths.ts";

/** The auth token in tests, unless they configure another. */
export const AUTH_TOKEN = "0123456789abcdef0123456789abcdef";
export const ACCOUNT_SID = "AC3a7a12ead9ad3ca551626f9fa68e2f04";

export function newMessageSid(): string {
  return `SM${randomBytes(16).toString("hex")}`;
}

/** Returns the parameters that Twilio posts for a status, together with those given. */
export function callbackParams(
  params: Record<string, string>,
): Record<string, string> {
  const sid = params["MessageSid"] ?? newMessageSid();
  const status = params["MessageStatus"] ?? "delivered";
  return {
    SmsSid: sid,
    SmsStatus: status,
    MessageStatus: status,
    To: "+14155550123",
    MessageSid: sid,
    AccountSid: ACCOUNT_SID,
    From: "+15595551269",
    ApiVersion: "2010-04-01",
    ...params,
  };
}

export type PostOptions = {
  /** The route's channel. */
  readonly channel?: RouteChannel;
  /** Including the question mark. */
  readonly query?: string;
  /** An auth token, or a shared key's secret. */
  readonly authToken?: string;
  readonly algorithm?: "HMAC_SHA1" | "HMAC_SHA256";
  /** The address that is signed, if it isn't the one that is called. */
  readonly signedUrl?: string;
  readonly headers?: Record<string, string>;
};

/**
 * Posts callbacks as Twilio does, signed by Twilio's own SDK. `tls` is for a proxy whose
 * certificate nobody else trusts.
 */
export function twilioClient(origin: string, tls?: BunFetchRequestInit["tls"]) {
  const send = async (
    params: Record<string, string>,
    {
      channel = "sms",
      query = "",
      authToken = AUTH_TOKEN,
      algorithm,
      signedUrl,
      headers,
    }: PostOptions,
  ): Promise<Response> => {
    const url = origin + WEBHOOK_PATHS[channel] + query;
    return fetch(url, {
      ...(tls && { tls }),
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        "x-twilio-signature": getExpectedTwilioSignature(
          authToken,
          signedUrl ?? url,
          params,
          algorithm,
        ),
        "user-agent": "TwilioProxy/1.1",
        ...headers,
      },
      body: new URLSearchParams(params).toString(),
    });
  };
  return {
    /** Posts a callback with `params` and what Twilio always posts. */
    post: (params: Record<string, string> = {}, options: PostOptions = {}) =>
      send(callbackParams(params), options),
    /** Posts only `params`. */
    postExactly: (params: Record<string, string>, options: PostOptions = {}) =>
      send(params, options),
  };
}
