import { clientAddress, isTrustedProxy } from "../account/peer.ts";
import type { NewRefusal, Standing } from "../store/refusals.ts";
import { WEBHOOK_PATHS } from "../webhook/routes.ts";
import type { Refused } from "../webhook/refusal-answer.ts";
import {
  queryOf,
  signedAddress,
  type Addressed,
} from "../webhook/signed-urls.ts";
import { diagnosisSteps, type Diagnosis } from "./diagnosis.ts";
import { maskedUrl, sentRequest } from "./sent-request.ts";
import type { DiagnosisSettings } from "./signed-variants.ts";

/** A refused request, with all that is needed to look at it once it has been answered. */
export type Captured = Pick<Refused, "channel" | "refusal" | "posted"> &
  Addressed & {
    readonly method: string;
    /** Milliseconds since 1970. */
    readonly at: number;
    /** To be explained; undefined when there is none. */
    readonly signature: string | undefined;
  };

/** Takes along what the request itself may not tell any more after its answer. */
export function captured(
  { channel, refusal, request, peer, posted }: Refused,
  about: Pick<Captured, "at" | "signature">,
): Captured {
  const address = peer();
  return {
    ...about,
    channel,
    refusal,
    posted,
    method: request.method,
    requestUrl: request.url,
    headers: new Headers(request.headers),
    peer: () => address,
  };
}

/** Makes of a refused request what is kept of it, in short steps. */
export function* lookAt(
  captive: Captured,
  standing: Standing,
  settings: DiagnosisSettings,
): Generator<undefined, NewRefusal, undefined> {
  const { channel, refusal, posted, at } = captive;
  const { headers, method, requestUrl, signature } = captive;
  const { check, status, error } = refusal;
  const diagnosis =
    signature === undefined
      ? null
      : yield* diagnosisSteps(
          { ...captive, signature, params: posted?.params },
          settings,
        );
  const peer = captive.peer();
  const called = requestUrl.slice(
    0,
    requestUrl.length - queryOf(requestUrl).length,
  );
  const address = signedAddress(settings, WEBHOOK_PATHS[channel], captive);
  return {
    channel,
    check,
    status,
    error,
    address: clientAddress(settings, headers, peer),
    proxy: isTrustedProxy(settings, peer) ? (peer ?? null) : null,
    path: maskedUrl(called.replace(/^[^/]*\/\/[^/]*/, "")),
    checkedUrl: diagnosis && maskedUrl(address.base + address.path),
    diagnosis: diagnosis && masked(diagnosis),
    standing,
    isMendable: isMendable(captive, standing, diagnosis),
    sent: sentRequest(method, requestUrl, headers, posted),
    firstAt: at,
    lastAt: at,
    times: 1,
  };
}

/**
 * Whether it is for the team to mend something: the callback is proven, or would be with
 * other settings, or it seems to be of one of the team's accounts. What else strangers
 * post is noise.
 */
function isMendable(
  { refusal: { check }, headers }: Captured,
  standing: Standing,
  diagnosis: Diagnosis | null,
): boolean {
  if (diagnosis?.outcome === "explained") return true;
  switch (check) {
    case "store":
    case "fields":
      return true;
    case "signature":
    case "signature-missing":
      return standing !== "strange";
    case "auth-token-missing":
      return standing !== "strange" && headers.has("x-twilio-signature");
    case "method":
    case "content-type":
    case "size":
      return false;
  }
}

function masked(diagnosis: Diagnosis): Diagnosis {
  if (diagnosis.outcome !== "explained") return diagnosis;
  const { publicUrl, signedUrl } = diagnosis;
  // A value that is not whole is none to set.
  const isWhole = publicUrl !== null && maskedUrl(publicUrl) === publicUrl;
  return {
    ...diagnosis,
    signedUrl: maskedUrl(signedUrl),
    publicUrl: isWhole ? publicUrl : null,
  };
}
