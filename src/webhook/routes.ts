import { Elysia } from "elysia";
import type { Config } from "../config.ts";
import { basePathOf } from "../setting-values.ts";
import type { Log } from "../log.ts";
import { maskNumber } from "../mask-numbers.ts";
import { StoreUnavailable, type Store } from "../store/store.ts";
import { tokensFor } from "../twilio/auth-tokens.ts";
import { parseCallback } from "../twilio/callback.ts";
import { parseForm } from "../twilio/form.ts";
import { findSigningToken } from "../twilio/signature.ts";
import { eventType, recordedStatus, type Channel } from "../twilio/status.ts";
import { readBody } from "./body.ts";
import { endOfTurn } from "./end-of-turn.ts";
import { queryOf, signedUrls } from "./signed-urls.ts";

export const WEBHOOK_PATHS: Record<Channel, string> = {
  sms: "/api/rpc/webhooks/twilio/sms",
  whatsapp: "/api/rpc/webhooks/twilio/whatsapp",
};

const BODY_BYTES_MAX = 64 * 1024;
const PARAMS_MAX = 100;
/** Seconds, sent with a 503; Twilio's own repetitions do not read it, proxies and people do. */
const RETRY_AFTER_S = "5";

export type WebhookDeps = {
  readonly store: Pick<Store, "recordEvent">;
  readonly config: Pick<Config, "authTokens" | "publicUrl" | "trustedProxies">;
  readonly log: Log;
  readonly now: () => number;
};

/**
 * Receives Twilio's status callbacks. The checks run in the order method, content
 * type, size, signature, fields, store: nothing in a body is believed before its
 * signature is, and no answer repeats what was sent.
 */
export const webhookRoutes = (deps: WebhookDeps) => {
  const app = new Elysia({ name: "webhook" });
  // A proxy may pass on the base path or take it off; both find the route.
  const prefixes = new Set([basePathOf(deps.config.publicUrl), ""]);
  for (const channel of ["sms", "whatsapp"] as const) {
    const receive = createReceiver(channel, deps);
    const refuse = refuser(channel, deps.log);
    for (const prefix of prefixes) {
      const path = prefix + WEBHOOK_PATHS[channel];
      app
        .post(
          path,
          ({ request, server }) =>
            receive(request, () => server?.requestIP(request)?.address),
          { parse: "none" },
        )
        .all(
          path,
          () => refuse(405, "Only POST is answered here.", { allow: "POST" }),
          { parse: "none" },
        );
    }
  }
  return app;
};

function createReceiver(
  channel: Channel,
  { store, config, log, now }: WebhookDeps,
) {
  const route = WEBHOOK_PATHS[channel];
  const refuse = refuser(channel, log);
  return async (
    request: Request,
    peer: () => string | undefined,
  ): Promise<Response> => {
    const { headers } = request;
    if (!isFormPost(headers.get("content-type"))) {
      return refuse(
        415,
        "The content type must be application/x-www-form-urlencoded.",
      );
    }
    const body = await readBody(request, BODY_BYTES_MAX);
    if (body === undefined)
      return refuse(413, "The body is over 64 KiB.", { connection: "close" });
    await endOfTurn();
    const { params, isUtf8 } = parseForm(body);
    if (params.length > PARAMS_MAX)
      return refuse(413, "The body has over 100 parameters.");

    if (config.authTokens.length === 0) {
      return refuse(
        503,
        "TWILIO_WEBHOOK_AUTH_TOKEN is not set, so no callback can be proven.",
      );
    }
    const signature = headers.get("x-twilio-signature");
    if (!signature)
      return refuse(403, "The X-Twilio-Signature header is missing.");
    const accountSid = params.find(([name]) => name === "AccountSid")?.[1];
    const urls = signedUrls(config, route, {
      requestUrl: request.url,
      headers,
      peer,
    });
    if (
      findSigningToken(
        tokensFor(config.authTokens, accountSid),
        signature,
        urls,
        params,
      ) === undefined
    ) {
      return refuse(
        403,
        "The signature matches no configured auth token and this address.",
      );
    }

    if (!isUtf8) return refuse(400, "The body holds bytes that are no UTF-8.");
    const callback = parseCallback(channel, params);
    if ("fault" in callback) return refuse(400, callback.fault);
    const status = recordedStatus(channel, callback.messageStatus);
    if (status === undefined) return accepted(0);

    try {
      const query = queryOf(request.url).slice(1);
      const isNew = await store.recordEvent({
        ...callback,
        status,
        receivedAt: now(),
        query,
      });
      if (log.isLevelEnabled("debug")) {
        const to = callback.to === null ? null : maskNumber(callback.to);
        log.debug(
          { messageSid: callback.messageSid, to, isNew },
          eventType(channel, status),
        );
      }
      return accepted(isNew ? 1 : 0);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return refuse(503, error.message, { "retry-after": RETRY_AFTER_S });
    }
  };
}

function isFormPost(contentType: string | null): boolean {
  const [mediaType = ""] = contentType?.split(";", 1) ?? [];
  return mediaType.trim().toLowerCase() === "application/x-www-form-urlencoded";
}

function accepted(processed: 0 | 1): Response {
  return new Response(processed === 1 ? RECORDED : NOTHING_NEW, JSON_INIT);
}

const RECORDED = JSON.stringify({ success: true, processed: 1 });
const NOTHING_NEW = JSON.stringify({ success: true, processed: 0 });
const JSON_INIT = { headers: { "content-type": "application/json" } };

/** Answers that a request is refused, and logs it: in words of ours, without a value that was sent. */
function refuser(channel: Channel, log: Log) {
  return (
    status: number,
    error: string,
    headers: Record<string, string> = {},
  ): Response => {
    log.warn({ channel, status }, `callback refused: ${error}`);
    return Response.json({ success: false, error }, { status, headers });
  };
}
