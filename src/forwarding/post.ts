import type { Outbound } from "../outbound/outbound.ts";
import { retryAfter } from "./schedule.ts";
import { signedHeaders, type Keys } from "./signature.ts";
import { RESPONSE_KEPT, type Outcome } from "./target.ts";

/** Where a payload goes. */
export type Destination = {
  readonly url: string;
  readonly keys: Keys;
};

export type Poster = {
  readonly outbound: Pick<Outbound, "send">;
  readonly now: () => number;
  /** Gives up what is under way: the outcome's error is `stopped`. */
  readonly signal?: AbortSignal;
};

/** Posts a signed payload. Never throws. */
export async function post(
  { outbound, now, signal }: Poster,
  { url, keys }: Destination,
  { id, body }: { readonly id: string; readonly body: string },
): Promise<Outcome> {
  const requestHeaders = signedHeaders(id, now(), body, keys);
  const { response, fault, durationMs } = await outbound.send({
    url,
    headers: requestHeaders,
    body,
    ...(signal && { signal }),
  });
  const known = {
    durationMs,
    requestHeaders,
    response: response && response.text.slice(0, RESPONSE_KEPT),
  };
  if (response === null)
    return {
      ...known,
      ok: false,
      status: null,
      error: fault,
      retryAfterMs: null,
      isPermanent: false,
    };
  const { status, headers } = response;
  if (status >= 200 && status < 300) return { ...known, ok: true, status };
  const isBusy = status === 429 || status === 503;
  return {
    ...known,
    ok: false,
    status,
    error: null,
    retryAfterMs: isBusy ? retryAfter(headers.get("retry-after"), now()) : null,
    isPermanent: status === 410,
  };
}
