import { SECURITY_HEADERS } from "../http/security-headers.ts";
import type { Log } from "../log/log.ts";
import type { Store } from "../store/store.ts";
import type { CallbackCounts } from "./callback-counts.ts";
import type { RefusalDeps } from "./refusal-answer.ts";
import type { SignatureCheckSettings } from "./signature-check.ts";

export type WebhookDeps = {
  readonly store: Pick<Store, "recordEvent" | "recordEvents">;
  readonly config: SignatureCheckSettings;
  readonly log: Log;
  readonly now: () => number;
  readonly counts: CallbackCounts;
  /** Identifies this run of the server. */
  readonly instance: string;
  readonly refusals: RefusalDeps["refusals"];
};

/** Handles one request; `peer` is the other end of the connection. */
export type Receive = (
  request: Request,
  peer: () => string | undefined,
) => Promise<Response>;

/** Receives what is posted to one of the webhook's routes. */
export type Receiver = {
  /** A `POST`. */
  readonly receive: Receive;
  /** Any other method. */
  readonly refuseMethod: Receive;
};

/** The answer to a post of which so many events were new or added something. */
export function acceptedAs(processed: number): Response {
  return new Response(
    JSON.stringify({ success: true, processed }),
    ACCEPTED_INIT,
  );
}

/** A Headers object, because copying one takes a quarter of the time that a plain object takes. */
export const ACCEPTED_INIT = {
  headers: new Headers({
    ...SECURITY_HEADERS,
    "content-type": "application/json",
  }),
};
