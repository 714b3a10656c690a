import { BY_CALLBACK } from "../store/event-sources.ts";
import { maskRecipient } from "../phone/mask-numbers.ts";
import { RepeatedLines } from "../log/repeated-lines.ts";
import { INSTANCE_HEADER } from "./instance.ts";
import { StoreUnavailable } from "../store/store.ts";
import { parseCallback } from "../twilio/callback.ts";
import { parseForm } from "../twilio/form.ts";
import { formFault } from "../twilio/form-format.ts";
import {
  eventType,
  recordedStatus,
  type RouteChannel,
} from "../twilio/status.ts";
import { WEBHOOK_PATHS, type Webhook } from "../twilio/webhook-paths.ts";
import { readBody } from "../http/body.ts";
import { createEventsReceiver } from "./events-receiver.ts";
import { endOfTurn } from "./end-of-turn.ts";
import { BODY_BYTES_MAX, PARAMS_MAX } from "./limits.ts";
import {
  malformed,
  NO_FORM,
  NO_UTF8,
  NOT_A_POST,
  OTHER_ACCOUNT,
  notDurable,
  TOO_LONG,
  TOO_MANY_PARAMS,
  UNSIGNED,
  type Refusal,
} from "./refusal.ts";
import { refusedBody } from "./refused-body.ts";
import { refuser } from "./refusal-answer.ts";
import {
  ACCEPTED_INIT,
  type Receive,
  type Receiver,
  type WebhookDeps,
} from "./receiver-parts.ts";
import { unproven } from "./signature-check.ts";
import { queryOf } from "./signed-urls.ts";

/**
 * Creates a receiver for each channel's route, and one for Event Streams. The checks run in the order method, content
 * type, size, signature, fields, store: nothing in a body is trusted before its signature
 * is verified, and no response repeats what was sent.
 */
export function createReceivers(
  deps: WebhookDeps,
): Readonly<Record<Webhook, Receiver>> {
  const lines = new RepeatedLines(deps.log);
  const receiverOf = (channel: RouteChannel): Receiver => {
    const refuse = refuser(channel, { ...deps, lines });
    return {
      receive: createReceive(channel, deps, refuse),
      refuseMethod: async (request, peer) =>
        refuse(NOT_A_POST, request, peer, await refusedBody(request)),
    };
  };
  return {
    sms: receiverOf("sms"),
    whatsapp: receiverOf("whatsapp"),
    events: createEventsReceiver(deps, refuser("events", { ...deps, lines })),
  };
}

function createReceive(
  routeChannel: RouteChannel,
  { store, config, log, now, counts, instance }: WebhookDeps,
  refuse: ReturnType<typeof refuser>,
): Receive {
  const route = WEBHOOK_PATHS[routeChannel];
  // `doctor` posts without a signature to see which server responds.
  const unsigned = { ...UNSIGNED, headers: { [INSTANCE_HEADER]: instance } };
  return async (request, peer) => {
    const { headers } = request;
    if (!isFormPost(headers.get("content-type")))
      return refuse(NO_FORM, request, peer, await refusedBody(request));
    const body = await readBody(request, BODY_BYTES_MAX);
    if (body === undefined) return refuse(TOO_LONG, request, peer);
    await endOfTurn();
    const { params, isUtf8 } = parseForm(body);
    const posted = { params, bodyBytes: body.length };
    const refusePosted = (refusal: Refusal) =>
      refuse(refusal, request, peer, posted);
    if (params.length > PARAMS_MAX) return refusePosted(TOO_MANY_PARAMS);

    const addressed = { requestUrl: request.url, headers, peer };
    const refusal = unproven(config, route, addressed, posted);
    if (refusal !== undefined)
      return refusePosted(refusal === UNSIGNED ? unsigned : refusal);

    if (!isUtf8) return refusePosted(NO_UTF8);
    const callback = parseCallback(routeChannel, params);
    if ("fault" in callback) return refusePosted(malformed(callback.fault));
    const query = queryOf(request.url).slice(1);
    const fault = formFault(params, query);
    if (fault !== undefined) return refusePosted(malformed(fault));
    const { channel } = callback;
    const status = recordedStatus(channel, callback.messageStatus);
    const receivedAt = now();
    counts.lastAt = receivedAt;
    counts.lastTick = performance.now();
    if (status === undefined) {
      const { messageStatus } = callback;
      counts[channel].skipped++;
      counts.lastSkipped = { at: receivedAt, messageStatus };
      return accepted(0);
    }

    try {
      const outcome = await store.recordEvent({
        // First and alone: spreading a second object takes five times as long.
        ...callback,
        source: BY_CALLBACK.source,
        occurredAt: BY_CALLBACK.occurredAt,
        mcc: BY_CALLBACK.mcc,
        mnc: BY_CALLBACK.mnc,
        status,
        receivedAt,
        query,
      });
      if (outcome === "other-account") return refusePosted(OTHER_ACCOUNT);
      if (outcome === "new") counts[channel].recorded[status]++;
      else if (outcome === "supplement") counts[channel].supplemented++;
      else counts[channel].repeated++;
      if (log.isLevelEnabled("debug")) {
        const to = callback.to === null ? null : maskRecipient(callback.to);
        log.debug(
          { messageSid: callback.messageSid, to, outcome },
          eventType(channel, status),
        );
      }
      return accepted(outcome === "new" || outcome === "supplement" ? 1 : 0);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return refusePosted(notDurable(error.message));
    }
  };
}

function isFormPost(contentType: string | null): boolean {
  const [mediaType = ""] = contentType?.split(";", 1) ?? [];
  return mediaType.trim().toLowerCase() === "application/x-www-form-urlencoded";
}

function accepted(processed: 0 | 1): Response {
  return new Response(processed === 1 ? RECORDED : NOTHING_NEW, ACCEPTED_INIT);
}

const RECORDED = JSON.stringify({ success: true, processed: 1 });
const NOTHING_NEW = JSON.stringify({ success: true, processed: 0 });
