import { createHash } from "node:crypto";
import { readBody } from "../http/body.ts";
import { maskRecipient } from "../phone/mask-numbers.ts";
import {
  RECORDED_AT_ONCE_MAX,
  StoreUnavailable,
  type RecordOutcome,
  type Store,
} from "../store/store.ts";
import { canonicalSid } from "../twilio/sid.ts";
import { eventType } from "../twilio/status.ts";
import {
  accountNamedIn,
  eventsIn,
  readStreamEvents,
  type StreamEvent,
} from "../twilio/stream-events.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import { EVENTS_BYTES_MAX } from "./limits.ts";
import {
  acceptedAs,
  type Receiver,
  type WebhookDeps,
} from "./receiver-parts.ts";
import type { refuser } from "./refusal-answer.ts";
import { refusedBody } from "./refused-body.ts";
import {
  BODY_CHANGED,
  BODY_NOT_SIGNED,
  EVENTS_TOO_LONG,
  malformed,
  NO_JSON,
  NO_UTF8,
  NOT_A_POST,
  notDurable,
  NOT_OF_TOKEN,
  OTHER_ACCOUNT,
  TOO_MANY_EVENTS,
  UNSIGNED,
  type Refusal,
} from "./refusal.ts";
import { signerOf } from "./signature-check.ts";
import { queryOf } from "./signed-urls.ts";
import { INSTANCE_HEADER } from "./instance.ts";

type Deps = Omit<WebhookDeps, "store"> & {
  readonly store: Pick<Store, "recordEvents">;
};

/**
 * Receives what an Event Streams webhook sink posts. As with callbacks, the checks run in the
 * order method, content type, size, signature, fields, store. The verdict on the signature is
 * that of `validateRequestWithBody` in twilio-node 6.3.1: it covers the address, whose query
 * has the hash of the body.
 */
export function createEventsReceiver(
  deps: Deps,
  refuse: ReturnType<typeof refuser>,
): Receiver {
  const unsigned = {
    ...UNSIGNED,
    headers: { [INSTANCE_HEADER]: deps.instance },
  };
  return {
    refuseMethod: async (request, peer) =>
      refuse(NOT_A_POST, request, peer, await refusedBody(request)),
    async receive(request, peer) {
      const { headers } = request;
      if (!isJson(headers.get("content-type")))
        return refuse(NO_JSON, request, peer, await refusedBody(request));
      const body = await readBody(request, EVENTS_BYTES_MAX);
      if (body === undefined) return refuse(EVENTS_TOO_LONG, request, peer);
      const refuseRead = (refusal: Refusal) =>
        refuse(refusal, request, peer, claimed(body));

      const addressed = { requestUrl: request.url, headers, peer };
      const signer = signerOf(
        deps.config,
        WEBHOOK_PATHS.events,
        addressed,
        { params: [], bodyBytes: 0 },
        deps.config.authTokens.map(({ token }) => token),
      );
      if (typeof signer !== "string")
        return refuseRead(signer === UNSIGNED ? unsigned : signer);
      const changed = unsignedBody(request.url, body);
      if (changed !== undefined) return refuseRead(changed);

      const text = textOf(body);
      if (text === undefined) return refuseRead(NO_UTF8);
      const posted = parsed(text);
      if (posted === undefined)
        return refuseRead(malformed("The body isn't JSON."));
      const all = eventsIn(posted.value);
      if (all.length > RECORDED_AT_ONCE_MAX) return refuseRead(TOO_MANY_EVENTS);
      const read = readStreamEvents(all);
      if ("fault" in read) return refuseRead(malformed(read.fault));
      if (!read.events.every((each) => mayReport(deps.config, signer, each)))
        return refuseRead(NOT_OF_TOKEN);
      deps.counts.streams.skipped += read.skipped;
      deps.counts.lastStreamAt = deps.now();
      return record(deps, read.events, refuseRead);
    },
  };
}

async function record(
  { store, counts, now, log }: Deps,
  events: readonly StreamEvent[],
  refuse: (refusal: Refusal) => Response,
): Promise<Response> {
  if (events.length === 0) return acceptedAs(0);
  const receivedAt = now();
  let outcomes: readonly RecordOutcome[];
  try {
    outcomes = await store.recordEvents(
      events.map((event) => ({ ...event, source: "stream", receivedAt })),
    );
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return refuse(notDurable(error.message));
  }
  let processed = 0;
  for (const [index, { channel, status, messageSid, to }] of events.entries()) {
    const outcome = outcomes[index];
    if (outcome === undefined || outcome === "other-account") continue;
    counts.streams[outcome]++;
    if (outcome === "new") counts[channel].streamed[status]++;
    if (outcome === "new" || outcome === "supplement") processed++;
    if (log.isLevelEnabled("debug"))
      log.debug(
        { messageSid, to: to && maskRecipient(to), outcome, source: "stream" },
        eventType(channel, status),
      );
  }
  // The others are recorded; posted again, they're repeats.
  return outcomes.includes("other-account")
    ? refuse(OTHER_ACCOUNT)
    : acceptedAs(processed);
}

/** `application/json`, or what CloudEvents call a batch of events or one of them. */
function isJson(contentType: string | null): boolean {
  const [mediaType = ""] = contentType?.split(";", 1) ?? [];
  return /^application\/(?:json|cloudevents(?:-batch)?\+json)$/i.test(
    mediaType.trim(),
  );
}

/** Why a body isn't what the signed address says; undefined when it is. */
function unsignedBody(
  requestUrl: string,
  body: Uint8Array,
): Refusal | undefined {
  const query = new URLSearchParams(queryOf(requestUrl));
  const hash = query.get("bodySHA256");
  if (!hash) return BODY_NOT_SIGNED;
  return createHash("sha256").update(body).digest("hex") === hash
    ? undefined
    : BODY_CHANGED;
}

/** Whether who signed may report an event: a token that is bound to accounts only of these. */
function mayReport(
  { authTokens }: Deps["config"],
  signer: string,
  { accountSid }: StreamEvent,
): boolean {
  const signing = authTokens.filter(({ token }) => token === signer);
  return (
    // A shared key is bound to none.
    signing.length === 0 ||
    signing.some(
      (each) =>
        each.accountSid === undefined ||
        canonicalSid(each.accountSid) === accountSid,
    )
  );
}

/** What tells whose a refused post seems to be. */
function claimed(body: Uint8Array) {
  const posted = parsed(new TextDecoder().decode(body));
  const account = posted && accountNamedIn(eventsIn(posted.value));
  return {
    params: account === undefined ? [] : [["AccountSid", account] as const],
    bodyBytes: body.length,
  };
}

function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return { value };
  } catch {
    return undefined;
  }
}
