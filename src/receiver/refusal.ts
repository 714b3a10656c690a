import type { RefusalCheck } from "../store/refusals.ts";
import { RECORDED_AT_ONCE_MAX } from "../store/store.ts";

/** Why a callback is refused. */
export type Refusal = {
  readonly check: RefusalCheck;
  readonly status: number;
  /** In our own words, without any value that was sent. */
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export const NOT_A_POST: Refusal = {
  check: "method",
  status: 405,
  error: "This address accepts only POST.",
  headers: { allow: "POST" },
};
export const NO_FORM: Refusal = {
  check: "content-type",
  status: 415,
  error: "The content type must be application/x-www-form-urlencoded.",
};
export const TOO_LONG: Refusal = {
  check: "size",
  status: 413,
  error: "The body is larger than 64 KiB.",
  headers: { connection: "close" },
};
export const TOO_MANY_PARAMS: Refusal = {
  check: "size",
  status: 413,
  error: "The body has more than 100 parameters.",
};
export const NO_JSON: Refusal = {
  check: "content-type",
  status: 415,
  error: "The content type must be application/json.",
};
export const EVENTS_TOO_LONG: Refusal = {
  check: "size",
  status: 413,
  error: "The body is larger than 1 MiB.",
  headers: { connection: "close" },
};
export const TOO_MANY_EVENTS: Refusal = {
  check: "size",
  status: 413,
  error: `The body has more than ${RECORDED_AT_ONCE_MAX} events.`,
};
export const NO_AUTH_TOKEN: Refusal = {
  check: "auth-token-missing",
  status: 503,
  error: "TWILIO_WEBHOOK_AUTH_TOKEN isn't set, so no callback can be verified.",
};
/** The callback says that a shared key signed it. */
export const NO_SHARED_KEY: Refusal = {
  check: "auth-token-missing",
  status: 503,
  error:
    "TWILIO_WEBHOOK_SHARED_KEYS isn't set, so this callback can't be verified.",
};
export const UNSIGNED: Refusal = {
  check: "signature-missing",
  status: 403,
  error: "The X-Twilio-Signature header is missing.",
};
export const WRONGLY_SIGNED: Refusal = {
  check: "signature",
  status: 403,
  error: "No configured auth token produces this signature for this address.",
};
export const WRONGLY_SIGNED_BY_KEY: Refusal = {
  check: "signature",
  status: 403,
  error: "No configured shared key produces this signature for this address.",
};
/** Shared keys are configured, but the callback doesn't say that one of them signed it. */
export const NO_TOKEN_WITHOUT_SETTINGS: Refusal = {
  check: "signature",
  status: 403,
  error:
    "The callback has no signature settings, and TWILIO_WEBHOOK_AUTH_TOKEN isn't set.",
};
/** Auth tokens are configured, but the callback says that a shared key signed it. */
export const NO_KEY_FOR_SETTINGS: Refusal = {
  check: "signature",
  status: 403,
  error:
    "The callback has signature settings, and TWILIO_WEBHOOK_SHARED_KEYS isn't set.",
};
export const UNKNOWN_ALGORITHM: Refusal = {
  check: "signature",
  status: 403,
  error: "The signature's algorithm must be HMAC_SHA1 or HMAC_SHA256.",
};
/** Of Event Streams: the signature is right, but the body isn't signed by it. */
export const BODY_CHANGED: Refusal = {
  check: "signature",
  status: 403,
  error: "The body isn't the one whose hash was signed (bodySHA256).",
};
export const BODY_NOT_SIGNED: Refusal = {
  check: "signature",
  status: 403,
  error: "The query has no bodySHA256, the hash of the body.",
};
/** Of Event Streams: a token that is bound to an account signed an event of another one. */
export const NOT_OF_TOKEN: Refusal = {
  check: "account",
  status: 403,
  error: "The token that signed it is bound to another account.",
};
export const OTHER_ACCOUNT: Refusal = {
  check: "account",
  status: 403,
  error: "The message belongs to another account.",
};
export const NO_UTF8 = malformed("The body isn't valid UTF-8.");

/** Signed, but not a valid callback. */
export function malformed(error: string): Refusal {
  return { check: "fields", status: 400, error };
}

/** Seconds, sent with a 503. Twilio's retries ignore it; proxies and people don't. */
const RETRY_AFTER_S = "5";

export function notDurable(error: string): Refusal {
  const headers = { "retry-after": RETRY_AFTER_S };
  return { check: "store", status: 503, error, headers };
}
