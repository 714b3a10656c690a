import type { FormParams } from "../twilio/form.ts";
import { SIGNATURE_SETTINGS_HEADER } from "../twilio/shared-keys.ts";
import { sign } from "../twilio/signature.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import { streamPost } from "./stream-post.ts";
import { withQuery, type Target } from "./target.ts";

/** How long Twilio waits for a response. */
const TIMEOUT_MS = 15_000;

/** The failure of a post to a server whose certificate isn't trusted. */
export const UNTRUSTED_CERTIFICATE = "the certificate isn't trusted";

/** An HTTP status, or in a few words why there was no response. */
export type Answer = { readonly status: number } | { readonly failure: string };

/** What signs callbacks: an auth token, or with `keyId` the secret of that shared key. */
export type Signer = {
  readonly secret: string;
  readonly keyId?: string | undefined;
};

type Callback = { readonly params: FormParams; readonly query: string };

/** What is posted for a callback to the webhook's address, by Event Streams as JSON. */
function postFor(target: Target, callback: Callback) {
  if (new URL(target.url).pathname.endsWith(WEBHOOK_PATHS.events)) {
    const post = streamPost(callback, Date.now());
    return { ...post, type: "application/json", signed: [] };
  }
  const { params, query } = callback;
  const body = new URLSearchParams(params.map((pair) => [...pair])).toString();
  return { body, query, type: FORM_TYPE, signed: params };
}

const FORM_TYPE = "application/x-www-form-urlencoded; charset=UTF-8";

/** Signs and posts one callback like Twilio. Rejects only if `signal` is aborted. */
export async function postCallback(
  target: Target,
  { secret, keyId }: Signer,
  callback: Callback,
  signal: AbortSignal,
): Promise<Answer> {
  const { body, query, type, signed } = postFor(target, callback);
  const headers = new Headers({
    accept: "*/*",
    "content-type": type,
    "i-twilio-idempotency-token": crypto.randomUUID(),
    "user-agent": "TwilioProxy/1.1",
    "x-twilio-signature": sign(
      secret,
      withQuery(target.signedUrl, query),
      signed,
      keyId === undefined ? "sha1" : "sha256",
    ),
  });
  if (keyId !== undefined)
    headers.set(
      SIGNATURE_SETTINGS_HEADER,
      `key=${keyId},algorithm=HMAC_SHA256`,
    );
  if (target.authorization !== undefined)
    headers.set("authorization", target.authorization);
  try {
    const response = await fetch(withQuery(target.url, query), {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return { status: response.status };
  } catch (error) {
    signal.throwIfAborted();
    return { failure: failureOf(error) };
  }
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return "connection failed";
  if (error.name === "TimeoutError") return "no answer in 15 s";
  const code = "code" in error ? error.code : undefined;
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ENOTFOUND") return "no such host";
  if (/CERT|SIGNATURE/.test(String(code))) return UNTRUSTED_CERTIFICATE;
  return "connection failed";
}
