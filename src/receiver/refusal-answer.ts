import { jsonResponse } from "../http/responses.ts";
import type { CallbackCounts } from "./callback-counts.ts";
import type { FormParams } from "../twilio/form.ts";
import type { RouteChannel } from "../twilio/status.ts";
import type { Refusal } from "./refusal.ts";
import type { RepeatedLines } from "../log/repeated-lines.ts";

/** What was posted, once it was read. */
export type Posted = {
  readonly params: FormParams;
  readonly bodyBytes: number;
};

/** A refused request, while it is at hand. */
export type Refused = {
  readonly channel: RouteChannel;
  readonly refusal: Refusal;
  readonly request: Request;
  /** The other end of the connection. */
  readonly peer: () => string | undefined;
  /** Undefined when the body was not read. */
  readonly posted: Posted | undefined;
};

export type RefusalDeps = {
  readonly counts: CallbackCounts;
  readonly lines: RepeatedLines;
  /** Keeps what can be told of a refused callback; it does no work before the answer is on its way. */
  readonly refusals: { note(refused: Refused): void };
};

/** Answers that a callback is refused, and lets everybody know who counts or keeps refusals. */
export function refuser(
  channel: RouteChannel,
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
