import { clientAddress, isTrustedProxy } from "../http/peer.ts";
import type { NewRefusal, RefusalCheck, Standing } from "../store/refusals.ts";
import { WEBHOOK_PATHS } from "../twilio/webhook-paths.ts";
import type { Refused } from "../receiver/refusal-answer.ts";
import {
  queryOf,
  signedAddress,
  type Addressed,
} from "../receiver/signed-urls.ts";
import { diagnosisSteps } from "./diagnosis.ts";
import type { ClaimedKey, Diagnosis } from "../store/diagnosis.ts";
import type { Claim } from "./known-accounts.ts";
import { maskedUrl, sentRequest } from "./sent-request.ts";
import type { DiagnosisSettings } from "./signed-variants.ts";
import { rightUrl } from "./wrong-address.ts";

/** A refused request with everything needed to examine it after its response was sent. */
export type Captured = Pick<Refused, "channel" | "refusal" | "posted"> &
  Addressed & {
    readonly method: string;
    /** Milliseconds since 1970. */
    readonly at: number;
    /** The signature to explain, if any. */
    readonly signature: string | undefined;
  };

/** Copies what the request itself may no longer give after its response. */
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

/** Examines a refused request in short steps, and returns what is recorded of it. */
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
    isFixable: isFixable(check, headers, standing, diagnosis),
    sent: sentRequest(method, requestUrl, headers, posted),
    firstAt: at,
    lastAt: at,
    times: 1,
  };
}

/**
 * Whether the team can fix something: the callback is genuine, or would be with other
 * settings, or seems to be for one of the team's accounts. Anything else that strangers
 * post is noise. Without a diagnosis, only the check and the account count.
 */
export function isFixable(
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

/** Masks a diagnosis and adds what the advice depends on, so that refusals with different advice aren't equal. */
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
  // A masked value can't be used as a setting.
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
