/**
 * How one attempt went. `forwarding` makes it of an endpoint's response, and each kind of
 * alert channel of its own protocol's.
 */
export type Outcome = {
  readonly durationMs: number;
  /** The beginning of the response as text; null without one. At most `RESPONSE_KEPT` characters are logged. */
  readonly response: string | null;
  /** As sent, without secrets: they're shown in the log of attempts. */
  readonly requestHeaders: Readonly<Record<string, string>>;
} & (
  | {
      readonly ok: true;
      /** Of HTTP or SMTP; null where the protocol has none. */
      readonly status: number | null;
    }
  | {
      readonly ok: false;
      readonly status: number | null;
      /** A code such as those in `outbound/faults.ts`; null when the status says it all. */
      readonly error: string | null;
      /** How long the receiver asked to be left alone; null if it didn't. */
      readonly retryAfterMs: number | null;
      /** No attempt can ever succeed: an endpoint is disabled, a notice is given up. */
      readonly isPermanent: boolean;
    }
);

/** How much of a response is logged. */
export const RESPONSE_KEPT = 2_048;
