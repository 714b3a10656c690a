import { jsonResponse } from "../http/responses.ts";
import type { Log } from "../log/log.ts";
import { RepeatedLines } from "../log/repeated-lines.ts";
import type { FormParams } from "../twilio/form.ts";
import type { Webhook } from "../twilio/webhook-paths.ts";
import { refuser, type RefusalDeps } from "./refusal-answer.ts";
import { refusedBody } from "./refused-body.ts";
import type { Refusal } from "./refusal.ts";
import { queryOf } from "./signed-urls.ts";

const NO_SUCH_ADDRESS: Refusal = {
  check: "address",
  status: 404,
  error: "No webhook has this address.",
};

export type UnknownAddressDeps = Pick<RefusalDeps, "counts" | "refusals"> & {
  readonly log: Log;
};

/** A request that matched no webhook route. */
export type Stray = {
  readonly request: Request;
  readonly peer: () => string | undefined;
  /** Below the base path. */
  readonly path: string;
  /** The methods that the address accepts, as in `Allow`; undefined if no route has it. */
  readonly allow: string | undefined;
};

/**
 * Handles requests that were meant for the webhook but came to another address:
 * everything with Twilio's signature, except requests for pages, and every unknown
 * address below /api/rpc/. Twilio's log then doesn't show a sign-in page, and the
 * refused callbacks list what was posted. Resolves to undefined for everything else.
 */
export function createUnknownAddress({
  counts,
  refusals,
  log,
}: UnknownAddressDeps) {
  const lines = new RepeatedLines(log);
  const refuse = {
    sms: refuser("sms", { counts, refusals, lines }),
    whatsapp: refuser("whatsapp", { counts, refusals, lines }),
    events: refuser("events", { counts, refusals, lines }),
  };
  return async ({
    request,
    peer,
    path,
    allow,
  }: Stray): Promise<Response | undefined> => {
    const { headers, method } = request;
    const isSigned = headers.has("x-twilio-signature");
    const isRead = method === "GET" || method === "HEAD";
    if (
      isSigned ? allow !== undefined && isRead : !path.startsWith("/api/rpc/")
    )
      return undefined;
    const isPage = allow !== undefined && !allow.includes("POST");
    const refusal = isPage
      ? { ...NO_SUCH_ADDRESS, status: 405, headers: { allow } }
      : NO_SUCH_ADDRESS;
    if (!isSigned && method !== "POST")
      return jsonResponse(
        { success: false, error: refusal.error },
        { status: refusal.status },
      );
    const posted = await refusedBody(request);
    const webhook = webhookMeant(path, request.url, posted?.params ?? []);
    return refuse[webhook](refusal, request, peer, posted);
  };
}

/** Whose address it should have been. */
function webhookMeant(path: string, url: string, params: FormParams): Webhook {
  // A form may have it in its query, too, but no event has parameters.
  const isForm = params.some(([name]) => name === "MessageSid");
  if (!isForm && queryOf(url).includes("bodySHA256=")) return "events";
  const isWhatsapp =
    /whatsapp/i.test(path) ||
    params.some(([, value]) => value.startsWith("whatsapp:"));
  return isWhatsapp ? "whatsapp" : "sms";
}
