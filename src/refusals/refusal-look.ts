import { clientAddress, isTrustedProxy } from "../http/peer.ts";
import type { NewRefusal, Standing } from "../store/refusals.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import type { Refused } from "../receiver/refusal-answer.ts";
import type { RefusalCheck } from "../store/refusals.ts";
import {
  queryOf,
  signedAddress,
  type Addressed,
} from "../receiver/signed-urls.ts";
import { diagnosisSteps } from "./diagnosis.ts";
import type { Diagnosis } from "../store/diagnosis.ts";
import type { ClaimedKey } from "../store/diagnosis.ts";
import type { Claim } from "./known-accounts.ts";
import { maskedUrl, sentRequest } from "./sent-request.ts";
import type { DiagnosisSettings } from "./signed-variants.ts";
import { rightUrl } from "./wrong-address.ts";

/** A refused request, with all that is needed to look at it once it has been answered. */
export type Captured = Pick<Refused, "channel" | "refusal" | "posted"> &
  Addressed & {
    readonly method: string;
    /** Milliseconds since 1970. */
    readonly at: number;
    /** To be explained; undefined when there is none. */
    readonly signature: string | undefined;
    /** As `situationOf` gives it. */
    readonly situation: string;
  };

/** Takes along what the request itself may not tell any more after its answer. */
export function captured(
  { channel, refusal, request, peer, posted }: Refused,
  about: Pick<Captured, "at" | "signature" | "situation">,
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
  claim: Claim & { readonly key: ClaimedKey | undefined },
  settings: DiagnosisSettings,
): Generator<undefined, NewRefusal, undefined> {
  const { channel, refusal, posted, at } = captive;
  const { standing } = claim;
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
    checkedUrl:
      check === "address"
        ? null
        : diagnosis && maskedUrl(address.base + address.path),
    ...(check === "address" &&
      diagnosis && {
        rightUrl: rightUrl(channel, diagnosis, settings.publicUrl),
      }),
    diagnosis: diagnosis && asKept(diagnosis, captive, claim),
    standing,
    isMendable: isMendable(check, headers, standing, diagnosis),
    sent: sentRequest(method, requestUrl, headers, posted),
    firstAt: at,
    lastAt: at,
    times: 1,
  };
}

/**
 * Whether it is for the team to mend something: the callback is proven, or would be with
 * other settings, or it seems to be of one of the team's accounts. What else strangers
 * post is noise. Without a diagnosis, what only that could tell is left out.
 */
export function isMendable(
  check: RefusalCheck,
  headers: Headers,
  standing: Standing,
  diagnosis: Diagnosis | null,
): boolean {
  if (diagnosis?.outcome === "explained") return true;
  switch (check) {
    case "store":
    case "fields":
    case "account":
      return true;
    case "signature":
    case "signature-missing":
      return standing !== "strange";
    case "auth-token-missing":
      return standing !== "strange" && headers.has("x-twilio-signature");
    case "address":
    case "method":
    case "content-type":
    case "size":
      return false;
  }
}

/** Masked, with what the advice depends on, so that refusals with another advice are not equal. */
function asKept(
  diagnosis: Diagnosis,
  { requestUrl, posted }: Captured,
  {
    account,
    key,
  }: Pick<Claim, "account"> & { readonly key: ClaimedKey | undefined },
): Diagnosis {
  if (diagnosis.outcome !== "explained") {
    const hasQuery = queryOf(requestUrl).length > 1;
    const hasBody = posted !== undefined && posted.bodyBytes > 0;
    return {
      ...diagnosis,
      arrived: { account, hasQuery, hasBody, ...(key && { key }) },
    };
  }
  const { causes, publicUrl, signedUrl } = diagnosis;
  // A value that is not whole is none to set.
  const isWhole = publicUrl !== null && maskedUrl(publicUrl) === publicUrl;
  return {
    ...diagnosis,
    signedUrl: maskedUrl(signedUrl),
    publicUrl: isWhole ? publicUrl : null,
    ...(causes.includes("account") && { named: account }),
    ...((causes.includes("key-id") || causes.includes("key-as-token")) && {
      namedKey: key?.id ?? null,
    }),
  };
}
