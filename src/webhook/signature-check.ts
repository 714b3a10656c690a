import type { Config } from "../config.ts";
import { tokensFor } from "../twilio/auth-tokens.ts";
import type { FormParams } from "../twilio/form.ts";
import {
  algorithmNamed,
  readSignatureSettings,
  secretsFor,
  SIGNATURE_SETTINGS_HEADER,
} from "../twilio/shared-keys.ts";
import { findSigningToken, type Algorithm } from "../twilio/signature.ts";
import {
  NO_AUTH_TOKEN,
  NO_SHARED_KEY,
  UNKNOWN_ALGORITHM,
  UNSIGNED,
  WRONGLY_SIGNED,
  WRONGLY_SIGNED_BY_KEY,
  type Refusal,
} from "./refusal.ts";
import {
  signedUrls,
  type Addressed,
  type SignedUrlSettings,
} from "./signed-urls.ts";

export type SignatureCheckSettings = SignedUrlSettings &
  Pick<Config, "authTokens" | "sharedKeys">;

/**
 * Returns why a posted form isn't proven to come from Twilio, or undefined if it is. The
 * verdict matches the `webhook()` of twilio-node 6.3.1: a callback with signature settings
 * is verified with shared keys only, one without them with auth tokens and SHA-1 only.
 * Unlike there, a form is verified by its parameters even if the query has a `bodySHA256`,
 * because that is how Twilio signs a form.
 */
export function unproven(
  settings: SignatureCheckSettings,
  route: string,
  addressed: Addressed,
  params: FormParams,
): Refusal | undefined {
  const { authTokens, sharedKeys } = settings;
  const { headers } = addressed;
  const signedWith = headers.get(SIGNATURE_SETTINGS_HEADER);
  if (authTokens.length === 0 && sharedKeys.length === 0)
    return signedWith ? NO_SHARED_KEY : NO_AUTH_TOKEN;
  const signature = headers.get("x-twilio-signature");
  if (!signature) return UNSIGNED;
  const isSigned = (secrets: readonly string[], algorithm: Algorithm) => {
    const urls = signedUrls(settings, route, addressed);
    return (
      findSigningToken(secrets, signature, urls, params, algorithm) !==
      undefined
    );
  };
  if (!signedWith) {
    const accountSid = params.find(([name]) => name === "AccountSid")?.[1];
    return isSigned(tokensFor(authTokens, accountSid), "sha1")
      ? undefined
      : WRONGLY_SIGNED;
  }
  const { keyIds, algorithm: algorithmName } =
    readSignatureSettings(signedWith);
  const algorithm = algorithmNamed(algorithmName);
  if (algorithm === undefined) return UNKNOWN_ALGORITHM;
  return isSigned(secretsFor(sharedKeys, keyIds), algorithm)
    ? undefined
    : WRONGLY_SIGNED_BY_KEY;
}
