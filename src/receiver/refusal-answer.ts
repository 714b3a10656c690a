import { jsonResponse } from "../http/responses.ts";
import type { CallbackCounts } from "./callback-counts.ts";
import type { FormParams } from "../twilio/form.ts";
import type { Webhook } from "../twilio/webhook-paths.ts";
import type { Refusal } from "./refusal.ts";
import type { RepeatedLines } from "../log/repeated-lines.ts";

/** The posted form, once it was read. */
export type Posted = {
  readonly params: FormParams;
  readonly bodyBytes: number;
};

/** A refused request, while it's available. */
export type Refused = {
  readonly channel: Webhook;
  readonly refusal: Refusal;
  readonly request: Request;
  /** The other end of the connection. */
  readonly peer: () => string | undefined;
  /** Undefined if the body wasn't read. */
  readonly posted: Posted | undefined;
};

export type RefusalDeps = {
  readonly counts: CallbackCounts;
  readonly lines: RepeatedLines;
  /** Records a refused callback; does no work before the response is sent. */
  readonly refusals: { note(refused: Refused): void };
};

/** Responds that a callback is refused, and reports it to everything that counts or records refusals. */
export function refuser(
  channel: Webhook,
  { counts, lines, refusals }: RefusalDeps,
) {
  return (
    refusal: Refusal,
    request: Request,
    peer: () => string | undefined,
    posted?: Posted,
  ): Response => {
    const { check, status, error, headers = {} } = refusal;
    counts.refused(channel, check);
    lines.warn(
      { channel, status: refusal.status },
      `callback refused: ${refusal.error}`,
    );
    refusals.note({ channel, refusal, request, peer, posted });
    return jsonResponse({ success: false, error }, { status, headers });
  };
}
